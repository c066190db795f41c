"""The facts of a collectivité: right, and gathered in a number of queries that does not grow."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from ckan import model

from ckanext.odl.intake import own_session
from ckanext.odl.logic.path import snapshot
from tests.portal.conftest import GOOD, WRONG, call, run_checks
from tests.portal.path.conftest import ask

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

MOST_QUERIES = 12


@contextmanager
def queries():
    """The statements sent to the database meanwhile."""
    sent = []

    def note(_connection, _cursor, statement, *_more):
        sent.append(statement)

    sa.event.listen(model.meta.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(model.meta.engine, "before_cursor_execute", note)


def gather(organization):
    with own_session() as session, queries() as sent:
        found = snapshot.gather(organization["id"], session)
    # what is brought from the national catalogue is asked for once a second, whatever is gathered
    return found, [statement for statement in sent if "odl_schema_version" not in statement]


def test_queries_do_not_grow_with_the_datasets(member, deposit, agent, adviser):
    deposit(GOOD)
    run_checks()
    ask("odl_step_update", agent, id=member["id"], step="p1.elected", evidence={"kind": "note", "value": "Maire"})
    few, first = gather(member)
    for number in range(49):
        package = call(
            "package_create",
            agent,
            name=f"jeu-{number}",
            title=f"Jeu {number}",
            owner_org=member["id"],
            license_id="lov2",
            tag_string="un,deux",
            maintainer_email=f"service-{number}@valbrune.exemple.test",
        )
        call(
            "resource_create",
            agent,
            package_id=package["id"],
            name="a.csv",
            url=f"https://valbrune.exemple.test/{number}.csv",
        )
        ask("odl_step_update", agent, id=member["id"], step="p1.elected", evidence={"kind": "note", "value": "Encore"})

    many, last = gather(member)

    assert (len(few.snapshot.datasets), len(many.snapshot.datasets)) == (1, 50)
    assert len(many.snapshot.proofs) == 50
    # one more when there are addresses to look for among the accounts
    assert len(first) <= len(last) <= len(first) + 1, [statement[:80] for statement in last]
    assert len(last) <= MOST_QUERIES


def test_files_people_and_fields_are_told_as_they_are(member, deposit, dataset, agent, adviser):
    good = deposit(GOOD, odl_period="2024")
    deposit(WRONG, name="faux.csv")
    run_checks()
    call(
        "package_patch",
        agent,
        id=dataset["id"],
        frequency="http://publications.europa.eu/resource/authority/frequency/ANNUAL",
        odl_service="État civil",
        tag_string="prénoms,naissances",
        maintainer_email="sylvie@exemple.test",
        temporal_start="2024-01-01",
    )
    call(
        "organization_patch",
        None,
        id=member["id"],
        odl_etp_band="unknown",
        odl_has=["dae", "irve"],
        odl_population="412",
    )

    found, _sent = gather(member)

    facts = found.snapshot
    files = {file.name: file for file in facts.datasets[0].files}
    assert (files["prenoms.csv"].badge, files["prenoms.csv"].schema_id) == ("valid", "scdl/prenoms")
    assert files["prenoms.csv"].sha256
    assert files["prenoms.csv"].id == good["id"]
    assert files["prenoms.csv"].period_end == dt.date(2024, 12, 31)
    assert files["prenoms.csv"].is_open_format
    assert (files["faux.csv"].badge, files["faux.csv"].was_checked) == ("invalid", True)
    told = facts.datasets[0]
    assert (told.frequency, told.service, told.tags) == ("ANNUAL", "État civil", 2)
    assert (told.temporal_start, told.temporal_end) == (dt.date(2024, 1, 1), None)
    assert {person.id for person in facts.people if not person.is_atd} >= {agent["id"]}
    assert facts.etp_band is None  # « je ne sais pas » is not an answer
    assert facts.has == {"dae", "irve"}
    assert facts.competences is None  # nobody was asked
    assert facts.population == 412
    assert facts.requests is None  # the portal has no such tool
    assert [above.name for above in found.ancestors] == ["causses", "region"]


def test_the_address_of_someone_who_left_is_told(member, dataset, agent):
    call("package_patch", agent, id=dataset["id"], maintainer_email=agent["email"])
    assert gather(member)[0].snapshot.datasets[0].contact_lapsed is False

    call("organization_member_delete", None, id=member["id"], username=agent["name"])
    assert gather(member)[0].snapshot.datasets[0].contact_lapsed is True

    call("package_patch", None, id=dataset["id"], maintainer_email="mairie@valbrune.exemple.test")
    assert gather(member)[0].snapshot.datasets[0].contact_lapsed is None


def test_private_and_deleted_datasets(member, deposit, dataset, agent):
    deposit(GOOD)
    call("package_patch", agent, id=dataset["id"], private=True)
    assert [told.private for told in gather(member)[0].snapshot.datasets] == [True]

    call("package_delete", agent, id=dataset["id"])
    assert gather(member)[0].snapshot.datasets == ()


def test_a_group_or_a_deleted_organization_has_no_facts(member):
    call("organization_delete", None, id=member["id"])

    assert gather(member)[0] is None
    assert gather({"id": "nowhere"})[0] is None
