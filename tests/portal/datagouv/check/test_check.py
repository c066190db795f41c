"""What data.gouv.fr would refuse or lose: asked over the API, read on the page of the dataset, told to the path."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests import factories

from ckanext.odl.logic.path import recompute
from ckanext.odl.model import DatagouvLink, Twin
from tests.portal.conftest import GOOD, call
from tests.portal.path.conftest import ask, outcome, step

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/ANNUAL"
INNER = "http://serveur.lan/prenoms.csv"


def link(package: dict[str, Any], user: dict[str, Any], url: str = INNER, **more: Any) -> dict[str, Any]:
    """A file that is on another site."""
    return call("resource_create", user, package_id=package["id"], name="Prénoms 2025", url=url, format="CSV", **more)


def codes(answer: dict[str, Any], level: str) -> set[str]:
    return {one["code"] for one in answer["findings"] if one["level"] == level and one["channel"] != "ckan"}


@contextmanager
def queries():
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_more):
        sent.append(statement)

    sa.event.listen(model.meta.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(model.meta.engine, "before_cursor_execute", note)


def test_a_dataset_is_told_point_by_point_with_the_way_to_the_field(dataset, agent):
    file = link(dataset, agent)

    told = ask("odl_harvest_check", agent, id="prenoms", language="fr")

    assert (told["type"], told["state"], told["withheld"]) == ("dataset", "blocking", None)
    assert codes(told, "blocking") == {"file-address-ending"}
    point = next(one for one in told["findings"] if one["code"] == "file-address-ending")
    assert (point["channel"], point["field"], point["resource"]) == ("both", "url", file["id"])
    assert "« Prénoms 2025 »" in point["text"].replace("\xa0", " ")
    assert INNER in point["text"]
    assert point["url"].endswith(f"/dataset/prenoms/resource/{file['id']}/edit#field-url")
    assert told["quality"]["met"] == round(told["quality"]["score"] * 9)
    assert len(told["quality"]["criteria"]) == 9
    assert (
        "data.gouv.fr would refuse"
        in ask("odl_harvest_check", agent, id="prenoms", language="en")["findings"][0]["text"]
    )


def test_what_is_mended_is_no_longer_told(dataset, agent):
    file = link(dataset, agent)
    call("resource_patch", agent, id=file["id"], url="https://www.service-public.fr/prenoms.csv", description="Par an.")
    call(
        "package_patch",
        agent,
        id=dataset["id"],
        notes="Les prénoms donnés aux enfants nés dans la commune, année par année, d’après le registre d’état civil.",
        frequency=FREQUENCY,
        temporal_start="2024-01-01",
        temporal_end="2024-12-31",
        tag_string="prénoms,naissances",
        maintainer_email="mairie@valbrune.exemple.fr",
    )

    told = ask("odl_harvest_check", agent, id=dataset["id"])

    assert not codes(told, "blocking")
    unmet = {one["id"] for one in told["quality"]["criteria"] if not one["met"]}
    assert unmet == {"spatial"}


def test_the_contact_of_the_commune_stands_for_that_of_the_dataset(commune, dataset, agent):
    link(dataset, agent, "https://www.service-public.fr/prenoms.csv")
    assert "no-contact" in codes(ask("odl_harvest_check", agent, id=dataset["id"]), "advice")

    call("organization_patch", None, id=commune["id"], odl_contact="mairie@valbrune.exemple.fr")

    assert "no-contact" not in codes(ask("odl_harvest_check", agent, id=dataset["id"]), "advice")


def test_those_who_publish_and_their_atd_ask_and_nobody_else(dataset, people, member):
    link(dataset, people["agent"])
    call("package_patch", None, id=dataset["id"], private=True)
    for id_ in (dataset["id"], member["id"]):
        found = {who: outcome("odl_harvest_check", user, id=id_) for who, user in people.items()}
        inside = {"agent", "reader", "atd", "parent_atd", "sysadmin"}
        assert {who for who, answer in found.items() if answer == "done"} == inside, found
        expected = "hidden" if id_ == dataset["id"] else "refused"  # a private dataset does not exist for others
        assert {answer for who, answer in found.items() if who not in inside} == {expected}


def test_a_collaborator_may_ask(dataset, commune, monkeypatch):
    assert outcome("odl_harvest_check", factories.User(), id=dataset["id"]) == "refused"


def test_an_organization_is_summed_up_the_gravest_first(commune, dataset, agent):
    link(dataset, agent)
    whole = call("package_create", agent, name="budget", title="Budget", owner_org=commune["id"], license_id="lov2")
    link(whole, agent, "https://www.service-public.fr/budget.csv")
    call("package_create", agent, name="cache", title="Caché", owner_org=commune["id"], license_id="lov2", private=True)

    told = ask("odl_harvest_check", agent, id="valbrune", rows=2)

    assert told["type"] == "organization"
    assert told["counts"] == {"blocking": 1, "lossy": 0, "advice": 1, "clean": 0, "withheld": 1}
    assert (told["count"], [one["name"] for one in told["results"]]) == (3, ["prenoms", "budget"])
    narrowed = ask("odl_harvest_check", agent, id="valbrune", state="withheld")
    assert [(one["name"], one["withheld"]) for one in narrowed["results"]] == [("cache", "private")]
    assert ask("odl_harvest_check", agent, id="valbrune", start=2)["results"][0]["name"] == "cache"


def test_the_tables_and_package_show_tell_the_same(commune, dataset, agent, deposit):
    deposit(GOOD)
    link(dataset, agent, "ftp://exemple.fr/a.csv", resource_type="documentation", hash="abc", size=12)
    call("package_patch", agent, id=dataset["id"], tag_string="état civil,ec", temporal_start="2024-01-01",
         odl_territory="commune 48095 Mende", extras=[{"key": "spatial-text", "value": "Mende"}])  # fmt: skip

    alone = ask("odl_harvest_check", agent, id=dataset["id"])
    listed = ask("odl_harvest_check", agent, id=commune["id"])["results"][0]

    del alone["type"], alone["portal"]
    assert listed == alone


@pytest.mark.ckan_config("ckan.site_url", "http://127.0.0.1:5000")
def test_a_portal_without_public_address_is_told_once(commune, dataset, agent, deposit):
    deposit(GOOD)
    for told in (ask("odl_harvest_check", agent, id=id_, language="fr") for id_ in ("prenoms", "valbrune")):
        assert "http://127.0.0.1:5000" in told["portal"]["text"]
        assert "portail doit avoir une adresse publique" in told["portal"]["remedy"]
        assert "portal-address" not in str(told.get("findings")) + str(told.get("results"))


def test_queries_do_not_follow_the_number_of_datasets(commune, dataset, agent):
    link(dataset, agent)

    def count() -> int:
        with queries() as sent:
            ask("odl_harvest_check", agent, id=commune["id"])
        return len(sent)

    few = count()
    for number in range(15):
        more = call(
            "package_create", agent, name=f"jeu-{number}", title="Jeu", owner_org=commune["id"], license_id="lov2"
        )
        link(more, agent)
    assert count() == few


def test_what_came_in_or_is_held_back_does_not_go_out(commune, dataset, agent):
    link(dataset, agent)
    DatagouvLink.put(model.Session, commune["id"], withheld=True)
    model.Session.commit()
    assert ask("odl_harvest_check", agent, id=dataset["id"])["withheld"] == "withheld"

    Twin.put(model.Session, "a" * 24, organization_id=commune["id"], package_id=dataset["id"], origin="national",
             state="imported")  # fmt: skip
    model.Session.commit()
    told = ask("odl_harvest_check", agent, id=dataset["id"], language="fr")
    assert (told["withheld"], told["state"]) == ("from-datagouv", "withheld")
    assert told["why_withheld"].startswith("Ce jeu de données vient de data.gouv.fr")


def test_an_unknown_name_and_a_wrong_state_are_said(agent):
    assert outcome("odl_harvest_check", agent, id="nulle-part") == "hidden"
    assert outcome("odl_harvest_check", agent, id="nulle-part", state="rouge") == "unfit"


def section_of(app: Any, user: dict[str, Any] | None, name: str = "prenoms") -> BeautifulSoup | None:
    """The part about data.gouv.fr of the page of a dataset, in French."""
    headers = {"Authorization": factories.APIToken(user=user["name"])["token"]} if user else {}
    page = BeautifulSoup(app.get(f"/fr/dataset/{name}", headers=headers).body, "html.parser")
    found = page.select_one("#data-gouv")
    return found if found is None else BeautifulSoup(str(found), "html.parser")


def test_the_page_of_the_dataset_tells_those_who_may_edit(app, dataset, agent):
    file = link(dataset, agent)

    assert section_of(app, None) is None
    assert section_of(app, factories.User()) is None
    section = section_of(app, agent)

    assert section is not None
    first = section.select_one(".odl-finding-blocking")
    assert first.select_one("a")["href"].endswith(f"/resource/{file['id']}/edit#field-url")
    assert "serveur.lan" in first.get_text()
    assert len(section.select(".odl-criteria li")) == 9
    # the state is a word, not a colour alone
    assert section.select_one(".odl-check-standing .odl-state").get_text(strip=True).lstrip("✕").strip()


def test_every_link_leads_to_a_control_of_the_form(app, dataset, agent, deposit):
    deposit(GOOD)
    link(dataset, agent)
    call("package_patch", agent, id=dataset["id"], tag_string="ec", maintainer_email="")
    headers = {"Authorization": factories.APIToken(user=agent["name"])["token"]}
    told = ask("odl_harvest_check", agent, id=dataset["id"])
    links = {one["url"] for one in [*told["findings"], *told["quality"]["criteria"]] if one["url"]}

    assert links
    for address in links:
        page, _, anchor = address.partition("#")
        form = BeautifulSoup(app.get(page, headers=headers).body, "html.parser")
        assert anchor, address
        assert form.find(id=anchor), address


def test_the_path_knows_what_would_be_refused(dataset, agent, commune):
    file = link(dataset, agent)
    recompute.recompute(commune["id"])
    found = step(agent, commune, "p3.harvest_ready")
    assert found["state"] == "todo"
    assert [fact["text"] for fact in found["facts"]]

    call("resource_patch", agent, id=file["id"], url="https://www.service-public.fr/prenoms.csv")
    recompute.recompute(commune["id"])
    assert step(agent, commune, "p3.harvest_ready")["state"] == "done"
