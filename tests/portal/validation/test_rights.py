"""A report follows the rights of its file; what one may not see does not exist."""

from __future__ import annotations

import pytest
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from tests.portal.conftest import GOOD, call, run_checks

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

PEOPLE = ("anonymous", "stranger", "other_agent", "member", "agent", "admin", "atd", "other_atd", "removed", "sysadmin")
INSIDE = {"member", "agent", "admin", "atd", "sysadmin"}
EDITORS = INSIDE - {"member"}
EVERYBODY = set(PEOPLE)

SEEN, HIDDEN, REFUSED = "seen", "hidden", "refused"


@pytest.fixture
def people(commune, agent):
    """One account of each kind: of this commune, of its ATD, of others."""

    def organization(name, **more):
        return factories.Organization(name=name, user=factories.Sysadmin(), **more)

    def account(name, organization=None, role="editor"):
        user = factories.User(name=name)
        if organization:
            call("organization_member_create", None, id=organization["id"], username=name, role=role)
        return user

    atd = organization("causses", odl_is_atd="true")
    call("member_create", None, id=commune["id"], object=atd["id"], object_type="group", capacity="parent")
    people = {
        "anonymous": {"name": ""},
        "stranger": account("stranger"),
        "other_agent": account("other-agent", organization("pont-de-lirac")),
        "member": account("member", commune, "member"),
        "agent": agent,
        "admin": account("admin-of-commune", commune, "admin"),
        "atd": account("adviser", atd),
        "other_atd": account("other-adviser", organization("other-atd", odl_is_atd="true")),
        "removed": account("removed", commune),
        "sysadmin": factories.Sysadmin(),
    }
    call("organization_member_delete", None, id=commune["id"], username="removed")
    return people


@pytest.fixture
def resources(deposit, dataset, commune, agent):
    """A checked file in a public dataset, and one in a private dataset."""
    private = call(
        "package_create", agent, name="prive", title="Privé", owner_org=commune["id"], license_id="lov2", private=True
    )
    found = {"public": deposit(GOOD), "private": deposit(GOOD, package_id=private["id"])}
    run_checks()
    return found


def outcome(action, user, **data):
    """What this person gets, through authorization, from an action."""
    try:
        tk.get_action(action)({"user": user["name"], "ignore_auth": False}, data)
    except tk.ObjectNotFound:
        return HIDDEN
    except tk.NotAuthorized:
        return REFUSED
    return SEEN


def expected(action, visibility, person):
    if visibility == "private" and person not in INSIDE:
        return HIDDEN
    if action == "odl_validation_run" and person not in EDITORS:
        return REFUSED
    return SEEN


@pytest.mark.parametrize("visibility", ["public", "private"])
@pytest.mark.parametrize("action", ["odl_validation_show", "odl_validation_run"])
def test_reports_of_files(people, resources, action, visibility):
    id_ = resources[visibility]["id"]

    found = {person: outcome(action, people[person], id=id_) for person in PEOPLE}

    assert found == {person: expected(action, visibility, person) for person in PEOPLE}


@pytest.mark.parametrize("visibility", ["public", "private"])
@pytest.mark.parametrize("by", ["resource_id", "package_id"])
def test_lists_of_checks(people, resources, by, visibility):
    resource = resources[visibility]
    data = {by: resource["id"] if by == "resource_id" else resource["package_id"]}

    found = {person: outcome("odl_validation_list", people[person], **data) for person in PEOPLE}

    assert found == {person: expected("odl_validation_list", visibility, person) for person in PEOPLE}


def test_the_list_of_an_organization_leaves_out_what_one_may_not_see(people, resources, commune):
    def seen(person):
        context = {"user": people[person]["name"], "ignore_auth": False}
        answer = tk.get_action("odl_validation_list")(context, {"organization_id": commune["id"]})
        return {result["resource_id"] for result in answer["results"]}

    public, private = resources["public"]["id"], resources["private"]["id"]
    assert {person: seen(person) for person in PEOPLE} == {
        person: {public, private} if person in INSIDE else {public} for person in PEOPLE
    }


def test_a_search_tells_nothing_of_private_files(people, resources):
    def states(person):
        context = {"user": people[person]["name"], "ignore_auth": False}
        query = {"facet.field": ["vocab_odl_state"], "include_private": True}
        items = tk.get_action("package_search")(context, query)["search_facets"]["vocab_odl_state"]["items"]
        return sum(item["count"] for item in items)

    assert {person: states(person) for person in PEOPLE} == {person: 2 if person in INSIDE else 1 for person in PEOPLE}


def test_nobody_reads_a_deleted_file(people, resources, agent):
    call("resource_delete", agent, id=resources["public"]["id"])

    found = {person: outcome("odl_validation_show", people[person], id=resources["public"]["id"]) for person in PEOPLE}

    assert set(found.values()) == {HIDDEN}
