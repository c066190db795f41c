"""The review list: what was found on data.gouv.fr, one by one or several at once, and back."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model

from ckanext.odl.model import Twin
from ckanext.odl.model.datagouv import NATIONAL, REVIEW
from tests.national import records
from tests.portal.datagouv.pages.conftest import VILLAGE
from tests.portal.pages.conftest import words

pytestmark = pytest.mark.usefixtures("with_plugins", "territory")

PAGE = "/en/odl/atd/causses/data-gouv/a-examiner"


def found(territory, number: int, place: str, title: str) -> str:
    """A dataset of a member, as a reading of data.gouv.fr left it; returns its id there."""
    record = {**records.dataset(number), "title": title, "license": "lov2"}
    record["organization"] = {"id": VILLAGE, "name": "Mairie de Saint-Exemple"}
    values: dict[str, Any] = {"organization_id": territory.id(place), "origin": NATIONAL, "state": REVIEW}
    Twin.put(model.Session(), record["id"], **values, title=title, record=record)
    model.Session.commit()
    return record["id"]


def state(id_: str) -> str:
    model.Session.expire_all()
    twin = model.Session.get(Twin, id_, populate_existing=True)
    assert twin
    return twin.state


@pytest.fixture
def waiting(territory, national) -> dict[str, str]:
    """Three datasets that await a decision; the first is perhaps one of Saint-Exemple's own."""
    territory.call(
        "agent", "package_create", name="subventions", title="Subventions 2025", owner_org="saint-exemple",
        license_id="lov2",
    )  # fmt: skip
    return {
        "grants": found(territory, 1, "saint-exemple", "Subventions 2025"),
        "menus": found(territory, 2, "saint-exemple", "Menus de la cantine"),
        "parking": found(territory, 3, "valbrune", "Parkings"),
    }


def test_each_says_what_it_is_and_what_it_may_be(look, waiting):
    page = look("atd", PAGE)

    entries = {words(entry.h2): entry for entry in page.select(".odl-review > li")}
    assert set(entries) == {"Subventions 2025", "Menus de la cantine", "Parkings"}
    grants = entries["Subventions 2025"]
    assert "Mairie de Saint-Exemple there, Saint-Exemple here" in words(grants)
    assert "Licence Ouverte 2.0" in words(grants)
    assert grants.h2.a["href"].endswith(f"/datasets/{waiting['grants']}")
    assert "same title" in words(grants.fieldset)
    assert grants.select(".odl-differences tbody tr")
    assert not entries["Parkings"].select("fieldset")
    assert all(form.select_one("input[name=_csrf_token]") for form in page.select(".odl-page form[method=post]"))


def test_filters_are_in_the_address_and_stay(look, waiting):
    assert len(look("atd", f"{PAGE}?organization=valbrune").select(".odl-review > li")) == 1
    page = look("atd", f"{PAGE}?q=menus&state=review")
    assert [words(title) for title in page.select(".odl-review h2")] == ["Menus de la cantine"]
    assert page.select_one("form[method=post] input[name=q]")["value"] == "menus"
    assert "No dataset answers" in words(look("atd", f"{PAGE}?state=ignored").select_one(".odl-empty"))


def test_one_is_ignored_for_good_and_taken_back(look, waiting):
    page = look("atd", PAGE, {"do": f"ignore:{waiting['menus']}"}, follow=True)
    assert "1 dataset is not proposed any more." in page.get_text()
    assert state(waiting["menus"]) == "ignored"

    page = look("atd", f"{PAGE}?state=ignored")
    assert "Propose it again" in words(page.select_one(".odl-review > li"))
    look("atd", PAGE, {"do": f"reconsider:{waiting['menus']}", "state": "ignored"}, follow=True)
    assert state(waiting["menus"]) == "review"


def test_several_at_once(look, waiting):
    form = {"do": "ignore", "ids": [waiting["menus"], waiting["parking"]]}

    page = look("atd", PAGE, form, follow=True)

    assert "2 datasets are not proposed any more." in words(page)
    assert [state(waiting[name]) for name in ("menus", "parking", "grants")] == ["ignored", "ignored", "review"]


def test_accepted_it_comes_in(look, territory, waiting):
    look("atd", PAGE, {"do": f"accept:{waiting['menus']}"}, follow=True)

    assert state(waiting["menus"]) == "imported"
    brought = look("atd", f"{PAGE}?state=imported").select_one(".odl-review > li")
    assert "On this portal: Menus de la cantine" in words(brought)
    address = brought.select("p a")[-1]["href"]
    page = look("agent", address)
    assert "What is changed on data.gouv.fr is changed here too" in page.get_text()
    assert "What is changed on data.gouv.fr" not in look(None, address).get_text()


def test_it_is_this_one_of_ours(look, territory, waiting):
    grants = waiting["grants"]
    page = look("atd", PAGE, {"do": f"twin:{grants}"}, status=422)
    assert "Choose first which of your datasets it is." in words(page.select_one(".odl-review [role=alert]"))

    ours = territory.call("agent", "package_show", id="subventions")["id"]
    page = look("atd", PAGE, {"do": f"twin:{grants}", f"twin-{grants}": ours}, follow=True)

    assert "The two are linked" in page.get_text()
    assert state(grants) == "linked"


def test_it_is_another_one_of_ours(look, territory, waiting):
    address = f"{PAGE}/{waiting['menus']}"
    page = look("atd", address)
    assert [words(label) for label in page.select("fieldset label")] == ["Subventions 2025"]
    assert page.select_one("input[type=radio]")["value"]
    look("atd", address, {"package_id": ""}, status=422)

    look("atd", address, {"package_id": page.select_one("input[type=radio]")["value"]}, follow=True)

    assert state(waiting["menus"]) == "linked"


def test_the_dataset_of_another_is_never_its_twin(look, territory, waiting):
    territory.call(
        "sysadmin", "package_create", name="voisine", title="Voisine", owner_org="valbrune", license_id="lov2"
    )
    form = {"do": f"twin:{waiting['menus']}", f"twin-{waiting['menus']}": "voisine"}

    page = look("atd", PAGE, form, status=422)

    assert page.select("[role=alert]")
    assert state(waiting["menus"]) == "review"


def test_what_was_decided_meanwhile_is_said_beside_it(look, waiting):
    look("atd", PAGE, {"do": f"ignore:{waiting['menus']}"}, follow=True)

    page = look("atd", f"{PAGE}?state=ignored", {"do": f"ignore:{waiting['menus']}", "state": "ignored"}, status=422)

    assert "decided meanwhile" in words(page.select_one(".odl-review [role=alert]"))


def test_nothing_ticked_nothing_done(look, waiting):
    page = look("atd", PAGE, {"do": "accept"}, status=422)

    assert "Tick at least one dataset first." in words(page.select_one("[role=alert]"))


def test_htmx_gets_the_list_alone(visit, waiting):
    form = {"do": f"ignore:{waiting['menus']}"}

    answer = visit("atd", PAGE, form, headers={"HX-Request": "true"}).get_data(as_text=True)

    assert answer.strip().startswith('<div id="odl-review">')
    assert "1 dataset is not proposed any more." in answer
    assert "<html" not in answer


def test_not_through_another_body(visit, waiting):
    visit("other_atd", PAGE, status=404)
    visit("other_atd", "/en/odl/atd/plateau/data-gouv/a-examiner", {"do": f"ignore:{waiting['menus']}"}, status=404)
    visit("agent", PAGE, {"do": f"ignore:{waiting['menus']}"}, status=404)
    assert state(waiting["menus"]) == "review"
