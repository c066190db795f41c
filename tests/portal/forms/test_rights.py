"""Who may create a collectivité, edit it, say who is above it and which structure is an ATD."""

from __future__ import annotations

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl.logic import collectivite

from .conftest import PEOPLE

pytestmark = pytest.mark.usefixtures("with_plugins")

EVERYONE = ["anonymous", *PEOPLE]
REFUSED = (tk.NotAuthorized, tk.ValidationError)


def parent_of(name: str) -> set[str]:
    model.Session.expire_all()
    return {group.name for group in collectivite.parents(model.Group.get(name))}


def allowed(territory, who: str, action: str, **data) -> bool:
    try:
        territory.call(who, action, **data)
    except REFUSED:
        model.Session.rollback()
        return False
    return True


NEW = {"name": "nouvelle", "title": "Nouvelle", "odl_kind": "commune", "odl_insee": "48009"}


def who_may(territory, action: str, back: dict | None = None, **data) -> set[str]:
    """Let everyone try; after each success *back* is what a sysadmin does to begin again."""
    done = set()
    for who in EVERYONE:
        own = {
            key: value.format(who=who.replace("_", "-")) if isinstance(value, str) else value
            for key, value in data.items()
        }
        if allowed(territory, who, action, **own):
            done.add(who)
            if back:
                territory.call("sysadmin", "organization_patch", **back)
    return done


def test_creating_a_member_of_the_atd(territory):
    new = {"title": "Nouvelle {who}", "odl_kind": "commune", "groups": [{"name": "atd"}]}

    assert who_may(territory, "organization_create", **new) == {"sysadmin", "atd_admin", "atd_editor"}
    assert len(collectivite.children(model.Group.get("atd"))) == 3 + 3


def test_creating_without_a_parent_is_for_sysadmins(territory):
    assert who_may(territory, "organization_create", name="nouvelle-{who}", title="Nouvelle") == {"sysadmin"}


def test_creating_under_somebody_else_is_refused(territory):
    for who in ("atd_admin", "atd_editor"):
        for parent in ("other-atd", "lointaine", "there-is-none"):
            assert not allowed(territory, who, "organization_create", **NEW, groups=[{"name": parent}])


@pytest.mark.parametrize("who", ["atd_admin", "atd_editor"])
def test_a_creator_works_in_the_new_member_by_his_role_in_the_atd(territory, who):
    territory.call(who, "organization_create", **NEW, odl_parent="atd")

    members = territory.call("sysadmin", "member_list", id="nouvelle", object_type="user")
    user = model.User.get(territory.names[who])
    assert user.id not in [member[0] for member in members]
    territory.call(who, "organization_patch", id="nouvelle", description="Une commune")
    dataset = {"name": "jeu", "title": "Jeu", "owner_org": "nouvelle", "license_id": "lov2"}
    assert territory.call(who, "package_create", **dataset)["organization"]["name"] == "nouvelle"


def test_the_agents_named_at_creation_stay(territory):
    agent = {"name": territory.names["stranger"], "capacity": "editor"}
    territory.call("atd_editor", "organization_create", **NEW, odl_parent="atd", users=[agent])

    members = territory.call("sysadmin", "member_list", id="nouvelle", object_type="user")
    assert [member[0] for member in members] == [model.User.get(agent["name"]).id]


@pytest.mark.parametrize("action", ["organization_update", "organization_patch"])
def test_editing_a_commune(territory, action):
    # CKAN 2.11 takes an update without users as one that removes them
    users = [{"name": territory.names["own_admin"], "capacity": "admin"}]
    change = {"title": "Saint-Exemple-le-Neuf", "name": "saint-exemple", "users": users}

    editors = who_may(territory, action, id="saint-exemple", **change)

    assert editors == {"sysadmin", "atd_admin", "atd_editor", "own_admin"}
    assert parent_of("saint-exemple") == {"atd"}


# CKAN opens the last two to the admins of an organization only: editors of the ATD have no part in them
@pytest.mark.parametrize(
    ("action", "change", "expected"),
    [
        ("organization_update", {"groups": [{"name": "cc-du-causse"}]}, {"sysadmin", "atd_admin", "atd_editor"}),
        ("organization_patch", {"groups": [{"name": "cc-du-causse"}]}, {"sysadmin", "atd_admin", "atd_editor"}),
        ("organization_patch", {"odl_parent": "cc-du-causse"}, {"sysadmin", "atd_admin", "atd_editor"}),
        ("group_update", {"groups": [{"name": "cc-du-causse"}]}, {"sysadmin", "atd_admin"}),
        (
            "member_create",
            {"object": "cc-du-causse", "object_type": "group", "capacity": "public"},
            {"sysadmin", "atd_admin"},
        ),
    ],
)
def test_changing_the_parent(territory, action, change, expected):
    back = {"id": "saint-exemple", "groups": [{"name": "atd"}]}

    assert who_may(territory, action, back, id="saint-exemple", title="Saint-Exemple", **change) == expected
    assert parent_of("saint-exemple") == {"atd"}


def test_nobody_but_a_sysadmin_moves_a_commune_away(territory):
    for who in ("own_admin", "atd_admin", "atd_editor", "other_atd_admin"):
        for change in ({"groups": []}, {"groups": [{"name": "other-atd"}]}, {"odl_parent": ""}):
            assert not allowed(territory, who, "organization_patch", id="saint-exemple", **change)
    assert parent_of("saint-exemple") == {"atd"}


def test_a_sysadmin_moves_a_commune(territory):
    territory.call("sysadmin", "organization_patch", id="saint-exemple", groups=[{"name": "other-atd"}])
    assert parent_of("saint-exemple") == {"other-atd"}
    assert not allowed(territory, "atd_admin", "organization_patch", id="saint-exemple", title="Autre")
    assert allowed(territory, "other_atd_admin", "organization_patch", id="saint-exemple", title="Autre")


def test_nobody_but_a_sysadmin_takes_the_parent_away(territory):
    parent = model.Group.get("atd")
    for who in ("own_admin", "atd_admin", "atd_editor", "epci_admin"):
        assert not allowed(territory, who, "member_delete", id="saint-exemple", object=parent.id, object_type="group")
    assert parent_of("saint-exemple") == {"atd"}


def test_no_loop(territory):
    with pytest.raises(tk.ValidationError) as refusal:
        territory.call("sysadmin", "organization_patch", id="atd", groups=[{"name": "saint-exemple"}])
    assert list(refusal.value.error_dict) == ["groups"]


def test_only_a_sysadmin_makes_an_atd(territory):
    commune = {"id": "saint-exemple", "title": "Saint-Exemple", "name": "saint-exemple"}
    by_extra = {"extras": [{"key": "odl_is_atd", "value": "true"}]}
    for action in ("organization_update", "organization_patch", "group_update"):
        for who in ("own_admin", "atd_admin", "atd_editor"):
            for change in ({"odl_is_atd": True}, {"odl_is_atd": "true"}):
                assert not allowed(territory, who, action, **commune, **change)
            allowed(territory, who, action, **commune, **by_extra)  # refused or without effect
            model.Session.expire_all()
            assert not collectivite.is_atd(model.Group.get("saint-exemple"))
    assert allowed(territory, "sysadmin", "organization_update", **commune, odl_is_atd=True)
    assert collectivite.is_atd(model.Group.get("saint-exemple"))


def test_an_atd_is_not_created_by_its_future_staff(territory):
    assert not allowed(territory, "atd_admin", "organization_create", **NEW, odl_parent="atd", odl_is_atd=True)
    assert allowed(territory, "sysadmin", "organization_create", **NEW, odl_is_atd=True)
    assert collectivite.is_atd(model.Group.get("nouvelle"))


def test_an_atd_stays_one_when_its_admin_edits_it(territory):
    territory.call("atd_admin", "organization_update", id="atd", title="Agence du Causse", name="atd")

    assert collectivite.is_atd(model.Group.get("atd"))
    assert territory.call("atd_admin", "organization_show", id="atd")["odl_is_atd"] is True


def test_who_is_above_and_below(territory):
    commune, atd = model.Group.get("saint-exemple"), model.Group.get("atd")

    assert collectivite.atd_of(commune) is atd
    assert [group.name for group in collectivite.children(atd)] == ["cc-du-causse", "saint-exemple", "villeneuve"]
    assert [group.name for group in collectivite.staffed_by(territory.names["atd_editor"])] == ["atd"]
    assert collectivite.staffed_by(territory.names["own_admin"]) == []
    assert collectivite.staff_of(territory.names["atd_admin"], commune)
    assert not collectivite.staff_of(territory.names["atd_member"], commune)
    assert not collectivite.staff_of(territory.names["epci_admin"], commune)
    assert not collectivite.staff_of(territory.names["atd_admin"], atd)
