"""The progress that is kept: right after each event, never older than what is there, never lost."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.odl.intake import own_session
from ckanext.odl.logic.path import recompute, snapshot
from ckanext.odl.model import PathHistory, PathProgress
from tests.portal.conftest import GOOD, call, run_checks, upload
from tests.portal.path.conftest import account, ask, organization, step

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


class Waiting:
    """The ids of the organizations that wait for a computation."""

    def __iter__(self):
        model.Session.expire_all()
        return iter(
            model.Session.scalars(sa.select(PathProgress.organization_id).where(PathProgress.dirty_at.isnot(None)))
        )

    def clear(self):
        model.Session.execute(sa.update(PathProgress).values(dirty_at=None))
        model.Session.commit()


@pytest.fixture
def sent():
    return Waiting()


def row(organization):
    model.Session.expire_all()
    return model.Session.get(PathProgress, organization["id"])


def test_each_event_marks_the_organization(member, dataset, agent, deposit, sent):
    other = organization("ailleurs")

    def marked(action, user=None, **data):
        for one in (member, other):
            recompute.recompute(one["id"])
        sent.clear()
        call(action, user, **data)
        return set(sent)

    one, both = {member["id"]}, {member["id"], other["id"]}
    assert marked("package_patch", agent, id=dataset["id"], title="Autre titre") == one
    resource = deposit(GOOD)
    assert marked("resource_patch", agent, id=resource["id"], name="autre nom.csv") == one
    assert marked("resource_delete", agent, id=resource["id"]) == one
    assert marked("organization_patch", id=member["id"], description="Une commune") == one
    assert marked("organization_member_create", id=member["id"], username=account("paul")["name"], role="editor") == one
    assert marked("organization_member_delete", id=member["id"], username="paul") == one
    assert marked("user_patch", id=agent["id"], fullname="Sylvie") == one
    assert marked("package_owner_org_update", id=dataset["id"], organization_id=other["id"]) == both
    assert other["id"] in marked("package_delete", id=dataset["id"])
    recompute.recompute(member["id"])
    deposit_again = call("package_create", agent, name="bis", title="Bis", owner_org=member["id"], license_id="lov2")
    call(
        "resource_create",
        agent,
        package_id=deposit_again["id"],
        upload=upload(GOOD),
        url="a.csv",
        odl_schema="scdl/prenoms",
    )
    for organization_id in both:
        recompute.recompute(organization_id)
    sent.clear()
    run_checks()  # the report is there
    assert member["id"] in set(sent)


def test_several_events_make_one_job(member, dataset, agent, sent, clean_queues):
    recompute.recompute(member["id"])
    sent.clear()

    for number in range(5):
        call("package_patch", agent, id=dataset["id"], title=f"Titre {number}")

    assert list(sent) == [member["id"]]
    assert len(tk.get_action("job_list")({"ignore_auth": True}, {})) == 1


def test_what_changes_during_a_computation_is_computed_too(member, dataset, agent, sent, monkeypatch):
    real, seen = snapshot.gather, []

    def slow(*asked):
        found = real(*asked)
        seen.append(len(found.snapshot.datasets))
        if len(seen) == 1:
            call("package_create", agent, name="neuf", title="Neuf", owner_org=member["id"], license_id="lov2")
        return found

    monkeypatch.setattr(snapshot, "gather", slow)
    recompute.recompute(member["id"])

    assert seen == [1, 2]
    assert row(member).dirty_at is None


def test_an_older_state_is_never_written_over_a_newer_one(member, dataset, agent, deposit, monkeypatch):
    """A slow worker reads its facts, a quick one comes after it: what the second saw is what stays."""
    real, reading, go = snapshot.gather, threading.Event(), threading.Event()

    def slow(*asked):
        found = real(*asked)
        if threading.current_thread() is worker:
            reading.set()
            go.wait(30)
        return found

    monkeypatch.setattr(snapshot, "gather", slow)
    worker = threading.Thread(target=recompute.recompute, args=[member["id"]])
    worker.start()
    assert reading.wait(30)  # it has read a dataset without files
    deposit(GOOD)
    quick = threading.Thread(target=recompute.recompute, args=[member["id"]])
    quick.start()
    go.set()
    worker.join(60)
    quick.join(60)

    assert step(agent, member, "p2.first_public")["state"] == "done"
    with own_session() as session:
        before = session.execute(sa.select(sa.func.clock_timestamp())).scalar_one() - dt.timedelta(hours=1)
        written = PathProgress.store(session, member["id"], before, {"done": 99})
        session.commit()
    assert written is False
    assert row(member).done < 99


def test_twice_changes_nothing(member, dataset, agent, deposit):
    deposit(GOOD)
    recompute.recompute(member["id"])
    first, lines = row(member).progress, model.Session.query(PathHistory).count()

    recompute.recompute(member["id"])

    assert row(member).progress == first
    assert model.Session.query(PathHistory).count() == lines


def test_the_sweep_takes_up_what_was_lost(member, dataset, agent, sent):
    recompute.recompute(member["id"])
    call("package_patch", agent, id=dataset["id"], title="Autre")
    tk.get_action("job_clear")({"ignore_auth": True}, {})
    table = PathProgress.__table__
    assert recompute.sweep()["late"] == 0  # not yet: a worker may be on its way
    with own_session() as session:
        session.execute(sa.update(table).values(dirty_at=sa.func.clock_timestamp() - sa.text("interval '5 minutes'")))
        session.execute(sa.delete(table).where(table.c.organization_id != member["id"]))
        session.commit()

    assert recompute.sweep()["late"] == 1

    everyone = {group.id for group in model.Session.query(model.Group).filter_by(is_organization=True)}
    assert set(sent) == everyone
    assert len(tk.get_action("job_list")({"ignore_auth": True}, {})) == 1
    sent.clear()
    assert recompute.sweep()["added"] == 0
    assert list(sent) == []


def test_the_night_computes_all_and_goes_on_where_it_was(member, atd, region, dataset, agent, cli):
    answer = cli.invoke(ckan, ["odl", "progress", "recompute"])
    assert answer.exit_code == 0
    assert '"computed": 3' in answer.output
    assert '"computed": 0' in cli.invoke(ckan, ["odl", "progress", "recompute", "--stale-only"]).output

    call("package_patch", agent, id=dataset["id"], title="Autre")

    assert '"computed": 1' in cli.invoke(ckan, ["odl", "progress", "recompute", "--stale-only"]).output
    yesterday = row(atd).computed_on - dt.timedelta(days=1)
    recompute.recompute(atd["id"], yesterday)
    assert '"computed": 1' in cli.invoke(ckan, ["odl", "progress", "recompute", "--stale-only"]).output
    assert '"computed": 1' in cli.invoke(ckan, ["odl", "progress", "recompute", "--organization", "valbrune"]).output
    wrong = cli.invoke(ckan, ["odl", "progress", "recompute", "--organization", "nulle-part"])
    assert wrong.exit_code == 1
    assert '"failed": 1' in wrong.output


def test_one_that_fails_stops_nobody_else(member, atd, region, monkeypatch, cli):
    real = snapshot.gather

    def faulty(organization_id, *asked):
        if organization_id == atd["id"]:
            raise RuntimeError("a fault")
        return real(organization_id, *asked)

    monkeypatch.setattr(snapshot, "gather", faulty)
    answer = cli.invoke(ckan, ["odl", "progress", "recompute"])

    assert answer.exit_code == 1
    assert '"computed": 2' in answer.output
    assert '"failed": 1' in answer.output


def test_two_nights_at_once_share_the_work(member, atd, region, monkeypatch):
    done = []
    monkeypatch.setattr(recompute, "_try", lambda id_: done.append(id_) or True)
    first, second = recompute.recompute_all(batch=1), recompute.recompute_all(batch=1)

    next(first)
    for _ in second:
        pass
    for _ in first:
        pass

    assert sorted(set(done)) == sorted([member["id"], atd["id"], region["id"]])


def test_a_deleted_organization_loses_its_row_and_keeps_its_history(member, agent):
    ask("odl_step_update", agent, id=member["id"], step="p1.elected", evidence={"kind": "note", "value": "Maire"})
    lines = model.Session.query(PathHistory).filter_by(organization_id=member["id"]).count()

    call("organization_delete", None, id=member["id"])

    assert row(member) is None
    assert recompute.recompute(member["id"]) is False
    assert lines == model.Session.query(PathHistory).filter_by(organization_id=member["id"]).count() > 0


def test_a_new_organization_is_known_at_once(sent):
    made = factories.Organization(name="neuve", user=factories.Sysadmin())

    assert made["id"] in sent
    assert row(made).dirty_at is not None


def test_progress_of_the_month_is_what_somebody_did(member, agent, atd, adviser):
    recompute.recompute(member["id"])
    call("organization_patch", None, id=member["id"], description="Une commune des Causses.", odl_insee="48095")
    recompute.recompute(member["id"])

    assert row(member).done > 0
    assert row(member).advanced_on is None
    assert ask("odl_progress_list", adviser, atd=atd["name"])["totals"]["advanced"] == 0

    ask("odl_step_update", agent, id=member["id"], step="p1.elected", evidence={"kind": "note", "value": "Maire"})

    assert row(member).advanced_on is not None
    assert ask("odl_progress_list", adviser, atd=atd["name"])["totals"]["advanced"] == 1


def test_without_a_file_it_stays_among_those_to_call(member, dataset, agent, atd, adviser, deposit):
    ask("odl_step_update", agent, id=member["id"], step="p1.elected", evidence={"kind": "note", "value": "Maire"})

    assert "no_file" in [reason["code"] for reason in row(member).why]
    assert row(member).priority > 0
    assert ask("odl_progress_list", adviser, atd=atd["name"], problem="not_begun")["count"] == 1

    deposit(GOOD)
    recompute.recompute(member["id"])

    assert "no_file" not in [reason["code"] for reason in row(member).why]
    assert ask("odl_progress_list", adviser, atd=atd["name"], problem="not_begun")["count"] == 0
