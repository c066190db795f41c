"""No check is lost: not with a dead worker, not with a flushed queue, not when the portal was too busy to look."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import inspecting, intake, jobs, worker
from ckanext.odl.model import StoredFile, Validation
from ckanext.odl.model.validation import MAX_ATTEMPTS
from tests.portal.conftest import GOOD, WRONG, call, run_checks, state_of, upload

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


def change(**values: object) -> None:
    model.Session.execute(sa.update(Validation).values(**values))
    model.Session.commit()


def one_id() -> str:
    return model.Session.scalars(sa.select(Validation.id)).one()


def long_ago() -> sa.ColumnElement:
    return sa.func.now() - sa.text("interval '1 hour'")


def test_a_check_whose_worker_died_is_done_by_another(deposit):
    resource = deposit(GOOD)
    change(state="running", attempts=1, lease_until=long_ago())

    swept = jobs.sweep()

    assert (swept["released"], swept["late"]) == (1, 1)
    run_checks()
    assert state_of(resource)["badge"] == "valid"


def test_a_worker_that_is_alive_keeps_its_check(deposit):
    deposit(GOOD)
    change(state="running", attempts=1, lease_until=sa.func.now() + sa.text("interval '1 minute'"))

    assert jobs.sweep()["released"] == 0
    worker.work()

    assert model.Session.scalars(sa.select(Validation.state)).one() == "running"


def test_a_third_death_leaves_the_file_alone_without_blaming_it(deposit):
    resource = deposit(GOOD)
    change(state="running", attempts=MAX_ATTEMPTS, lease_until=long_ago())

    assert jobs.sweep()["interrupted"] == 1

    found = state_of(resource)
    assert (found["badge"], found["state"], found["report"]) == ("to_check", "interrupted", None)
    assert call("package_search", None, fq="vocab_odl_state:to_check")["count"] == 1


def test_a_person_may_ask_again_after_the_third_death(deposit, agent):
    resource = deposit(GOOD)
    change(state="interrupted", attempts=MAX_ATTEMPTS)

    call("odl_validation_run", agent, id=resource["id"])
    run_checks()

    assert state_of(resource)["badge"] == "valid"


def test_a_flushed_queue_loses_nothing(deposit):
    deposit(GOOD)
    tk.get_action("job_clear")({"ignore_auth": True}, {})
    change(queued_at=long_ago())

    jobs.sweep()

    titles = [job["title"] for job in tk.get_action("job_list")({"ignore_auth": True}, {})]
    assert titles == ["odl: do what waits"]


def test_one_waiting_job_is_enough_for_many_files(deposit):
    for _ in range(3):
        deposit(GOOD)

    assert len(tk.get_action("job_list")({"ignore_auth": True}, {})) == 1


def test_one_job_checks_all_files_that_wait(deposit):
    resources = [deposit(GOOD) for _ in range(3)]

    worker.work()

    assert [state_of(resource)["badge"] for resource in resources] == ["valid"] * 3
    assert call("package_search", None, fq="vocab_odl_state:valid")["count"] == 1


def test_a_worker_that_takes_its_own_check_back_finishes_it(deposit, monkeypatch):
    """It was taken for dead while it worked: its first report is refused, its second is not."""
    resource = deposit(GOOD)
    judge = inspecting.look

    def late(*args, **options):
        monkeypatch.setattr(inspecting, "look", judge)
        change(lease_until=long_ago())
        jobs.sweep()
        return judge(*args, **options)

    monkeypatch.setattr(inspecting, "look", late)
    worker.work()

    assert state_of(resource)["badge"] == "valid"
    assert model.Session.scalars(sa.select(Validation.attempts)).one() == 2


def test_a_check_that_was_just_sent_is_not_late(deposit):
    deposit(GOOD)

    assert jobs.sweep()["late"] == 0


def test_a_file_that_nobody_read_is_found(deposit):
    resource = deposit(GOOD)
    model.Session.execute(sa.delete(Validation))
    model.Session.execute(sa.delete(StoredFile))
    model.Session.commit()

    assert jobs.sweep()["read"] == 1
    run_checks()

    assert state_of(resource)["badge"] == "valid"


def test_what_is_known_is_not_read_again(deposit):
    deposit(GOOD)

    assert jobs.sweep()["read"] == 0


def test_a_file_replaced_while_it_waited_is_judged_by_its_last_bytes(deposit, agent):
    resource = deposit(WRONG)
    old = one_id()
    call("resource_update", agent, **{**resource, "upload": upload(GOOD)})

    run_checks()

    assert state_of(resource)["badge"] == "valid"
    assert model.Session.get(Validation, old).state == "cancelled"


def test_what_is_written_while_another_reads_is_what_is_known(deposit):
    """Who waits for the dataset's lock must not remember what the file was before."""
    resource = deposit(GOOD)
    later = dt.datetime(2030, 1, 1)  # noqa: DTZ001 (CKAN's own times know no zone)
    with intake.own_session() as other:
        other.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(resource["package_id"]))))
        reader = threading.Thread(target=intake.refresh, args=[resource["package_id"]])
        reader.start()
        reader.join(0.5)
        other.execute(sa.update(model.Resource).values(last_modified=later))
        other.commit()
    reader.join()

    model.Session.rollback()
    assert model.Session.scalars(sa.select(StoredFile.stamp)).one() == later.isoformat()


def test_a_file_deleted_while_it_waited_ends_quietly(deposit, agent):
    resource = deposit(GOOD)
    call("resource_delete", agent, id=resource["id"])

    run_checks()

    assert model.Session.scalars(sa.select(Validation.state)).one() == "cancelled"


def test_the_same_job_twice_does_no_harm(deposit):
    resource = deposit(GOOD)
    run_checks()
    finished = state_of(resource)["finished"]

    worker.work()

    assert state_of(resource)["finished"] == finished
