"""How strict a collectivité is: who says it, what holds where nobody does, and where it is read."""

from __future__ import annotations

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl.logic.deposit import strictness
from tests.portal.forms.conftest import PEOPLE
from tests.portal.forms.test_resource_form import form_of

pytestmark = pytest.mark.usefixtures("with_plugins")

FORM = "#organization-edit-form"
EDIT = "/organization/edit/saint-exemple"


def stored(territory, name: str = "saint-exemple") -> str:
    return territory.call("sysadmin", "organization_show", id=name).get("odl_strictness") or ""


def test_only_those_who_support_a_collectivite_say_how_strict_it_is(territory):
    may = set()
    for who in PEOPLE:
        try:
            territory.call(who, "organization_patch", id="saint-exemple", odl_strictness="block")
            may.add(who)
            territory.call("sysadmin", "organization_patch", id="saint-exemple", odl_strictness="")
        except (tk.NotAuthorized, tk.ValidationError):
            model.Session.rollback()
        assert stored(territory) == "", who
    assert may == {"sysadmin", "atd_admin", "atd_editor"}


def test_an_atd_says_it_for_itself_and_hence_for_its_members(territory):
    assert strictness.of("saint-exemple") == "advise"

    territory.call("atd_admin", "organization_patch", id="atd", odl_strictness="block")
    assert (strictness.of("atd"), strictness.of("saint-exemple"), strictness.of("lointaine")) == (
        "block",
        "block",
        "advise",
    )

    territory.call("atd_editor", "organization_patch", id="saint-exemple", odl_strictness="advise")
    assert (strictness.of("saint-exemple"), strictness.of("villeneuve")) == ("advise", "block")


def test_one_by_one_and_all_together_agree(territory):
    territory.call("sysadmin", "organization_patch", id="atd", odl_strictness="block")
    territory.call("sysadmin", "organization_patch", id="villeneuve", odl_strictness="advise")
    territory.call("sysadmin", "organization_create", name="hameau", title="Hameau", groups=[{"name": "cc-du-causse"}])
    names = ["atd", "other-atd", "saint-exemple", "villeneuve", "cc-du-causse", "lointaine", "hameau"]
    model.Session.expire_all()
    ids = {name: model.Group.get(name).id for name in names}

    together = strictness.of_many(ids.values())

    assert {name: together[id_] for name, id_ in ids.items()} == {name: strictness.of(name) for name in names}
    assert strictness.of("hameau") == "block"


def test_a_wish_that_is_neither_is_refused(territory):
    with pytest.raises(tk.ValidationError) as refusal:
        territory.call("atd_admin", "organization_patch", id="saint-exemple", odl_strictness="perhaps")
    assert list(refusal.value.error_dict) == ["odl_strictness"]


def test_it_is_not_slipped_in_at_creation_nor_by_an_extra(territory):
    new = {"name": "nouvelle", "title": "Nouvelle", "groups": [{"name": "atd"}]}
    territory.call("atd_editor", "organization_create", **new, odl_strictness="block")
    assert stored(territory, "nouvelle") == "block"

    shown = territory.call("own_admin", "organization_show", id="saint-exemple", include_users=True)
    shown.pop("odl_strictness", None)
    with pytest.raises(tk.ValidationError):
        territory.call(
            "own_admin", "organization_update", **shown | {"extras": [{"key": "odl_strictness", "value": "block"}]}
        )


def test_the_form_asks_those_who_may_say_and_keeps_it_for_others(page, territory):
    form = page("atd_editor", EDIT)
    choice = form.select_one("[name=odl_strictness]")
    assert choice.select_one("option")["value"] == ""
    page("atd_editor", EDIT, form_of(form, FORM) | {"odl_strictness": "block", "save": ""}, 302)
    assert stored(territory) == "block"

    own = page("own_admin", EDIT)
    assert not own.select("[name=odl_strictness]")
    page("own_admin", EDIT, form_of(own, FORM) | {"save": ""}, 302)
    assert stored(territory) == "block"


def test_the_form_tells_what_an_empty_choice_means(page, territory):
    def offered() -> str:
        return page("atd_editor", "/en" + EDIT).select_one("[name=odl_strictness] option").get_text()

    assert offered() == "As the body above has chosen: advise"
    territory.call("sysadmin", "organization_patch", id="atd", odl_strictness="block")
    assert offered() == "As the body above has chosen: block"


def test_it_is_told_on_the_page_of_the_collectivite_and_in_the_list_of_the_atd(page, territory):
    territory.call("sysadmin", "organization_patch", id="saint-exemple", odl_strictness="block")
    territory.call("sysadmin", "odl_progress_recompute", id="saint-exemple")
    sentence = "Files that do not follow their model wait here until they are corrected"
    assert sentence in page("own_editor", "/en/odl/collectivite/saint-exemple").get_text()
    assert sentence not in page("neighbour_admin", "/en/odl/collectivite/villeneuve").get_text()

    dashboard = page("atd_admin", "/en/odl/atd/atd")
    rows = {row.select_one("th a").get_text(): row.get_text() for row in dashboard.select(".odl-members tbody tr")}
    assert "wrong files wait" in rows["Saint-Exemple"]
    assert "wrong files wait" not in rows["Villeneuve"]
    assert "may be published with its problems" in dashboard.get_text()
