"""What is read on data.gouv.fr, how it went, and the page of a local authority."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from ckan import model

from ckanext.odl.model import DatagouvRun
from ckanext.odl.model.validation import clock
from tests.portal.datagouv.pages.conftest import ATD_THERE, VILLAGE
from tests.portal.pages.conftest import words

pytestmark = pytest.mark.usefixtures("with_plugins", "territory")

PAGE = "/en/odl/atd/causses/data-gouv"


@pytest.fixture
def source(look, territory, national) -> str:
    """The body follows Saint-Exemple; returns the address of the page that says so."""
    territory.call("atd", "odl_datagouv_link_update", id="causses", national_id=ATD_THERE)
    territory.call("atd", "odl_datagouv_link_update", id="saint-exemple", national_id=VILLAGE)
    form = {"title": "Nos communes", "follow": "some", "organizations": territory.id("saint-exemple")}
    look("atd", f"{PAGE}/collecte", {**form, "frequency": "WEEKLY"}, follow=True)
    (one,) = territory.call("atd", "odl_datagouv_source_list", atd="causses")
    return f"{PAGE}/collecte/{one['id']}"


def ended(source: str, state: str, **values) -> None:
    """End the run of a source as a worker would have."""
    table = DatagouvRun.__table__
    of_it = sa.update(table).where(table.c.source_id == source.rpartition("/")[2])
    model.Session.execute(of_it.values(state=state, finished_at=clock(), **values))
    model.Session.commit()


class TestReading:
    def test_it_is_followed_and_waits_for_its_turn(self, look, source):
        page = look("atd", source)

        assert words(page.h1) == "Nos communes"
        state = page.select_one("#odl-source-state")
        assert "About to be read" in words(state)
        assert "1 organization of data.gouv.fr, every week" in words(state)
        assert state["hx-get"].endswith("/etat")
        assert [box["value"] for box in page.select("input[name=organizations][checked]")]

    def test_how_it_went_with_what_changed(self, look, source):
        ended(source, "done", counts={"review": 3, "updated": 1})

        run = words(look("atd", source).select_one(".odl-runs > li"))

        assert "Datasets: 3 new to examine, 1 brought up to date." in run

    def test_a_problem_has_a_sentence_a_remedy_and_a_name(self, look, territory, source):
        problem = {"code": "gone", "organization_id": territory.id("saint-exemple"), "national_name": "Saint-Exemple"}
        ended(source, "incomplete", counts={"problems": 1}, problems=[{**problem, "code": "not-json"}])

        page = look("atd", source)
        said = words(page.select_one(".odl-problems-list li"))
        assert said.startswith("Saint-Exemple – What came back is not an answer of data.gouv.fr")
        assert "not everything could be read" in words(page.select_one("#odl-source-state"))
        assert "could not be read to the end" in look("atd", PAGE).get_text()

    def test_one_that_would_remove_much_asks_first(self, look, visit, territory, source):
        ended(source, "stopped", problems=[{"code": "would-remove", "count": 3, "total": 10}])

        page = look("atd", source)
        assert "3 of 10 datasets are no longer on data.gouv.fr" in words(page.select_one(".odl-datagouv-box"))
        assert words(look("atd", PAGE).select_one(".odl-steps h3")) == "A reading stopped: “Nos communes”"

        visit("atd", source, {"do": "confirm"}, status=302)
        last = territory.call("atd", "odl_datagouv_run_list", source=source.rpartition("/")[2])["results"][0]
        assert (last["state"], last["confirmed"]) == ("waiting", True)

    def test_settings_are_changed(self, look, visit, territory, source):
        visit("atd", source, {"do": "settle", "title": "Toutes", "follow": "all", "frequency": "MANUAL"}, status=302)

        (one,) = territory.call("atd", "odl_datagouv_source_list", atd="causses")
        assert (one["title"], one["all_members"], one["frequency"]) == ("Toutes", True, "MANUAL")

    @pytest.mark.parametrize(
        "form", [{"title": ""}, {"title": "x", "follow": "some"}, {"title": "x", "organizations": "lointaine"}]
    )
    def test_what_is_unfit_is_said_and_what_was_typed_stays(self, look, territory, national, form):
        territory.call("atd", "odl_datagouv_link_update", id="causses", national_id=ATD_THERE)
        follow = {"follow": "some"} if "organizations" in form else {}

        page = look("atd", f"{PAGE}/collecte", {**form, **follow, "frequency": "MONTHLY"}, status=422)

        assert page.select("[role=alert]")
        assert page.select_one("#odl-frequency option[selected]")["value"] == "MONTHLY"
        assert not territory.call("atd", "odl_datagouv_source_list", atd="causses")

    def test_not_for_others(self, visit, source):
        for who in ("agent", "other_atd", "stranger"):
            visit(who, source, status=404)
        visit("other_atd", source.replace("causses", "plateau"), status=404)


class TestCollectivite:
    ADDRESS = "/en/odl/collectivite/saint-exemple/data-gouv"

    @pytest.fixture(autouse=True)
    def dataset(self, territory):
        territory.call(
            "agent", "package_create", name="menus", title="Menus", owner_org="saint-exemple", license_id="lov2"
        )

    def test_its_agents_read_how_their_data_go_out(self, look):
        page = look("agent", self.ADDRESS)

        assert "will go out with the harvester of Causses Numérique" in words(page.select_one(".odl-lead"))
        assert "Menus" in words(page.select_one(".odl-datagouv-datasets li"))
        assert "Not known" in words(page.select_one("#reading"))
        assert not page.select(".odl-page form[method=post]")

    def test_held_back_they_read_why(self, look, territory):
        territory.call(
            "atd", "odl_datagouv_link_update", id="saint-exemple", withheld=True, withheld_reason="Fusion en 2027"
        )

        assert "Fusion en 2027" in words(look("agent", self.ADDRESS).select_one(".odl-lead"))

    def test_the_staff_of_the_atd_goes_to_the_settings(self, look):
        links = [a["href"] for a in look("atd", self.ADDRESS).select(".odl-page a")]
        assert "/en/odl/atd/causses/data-gouv/collectivite/saint-exemple" in links

    def test_the_card_leads_there(self, look):
        card = look("agent", "/en/odl/collectivite/saint-exemple").select_one(".odl-check-card")
        assert self.ADDRESS in [a["href"] for a in card.select("a")]

    def test_not_for_others(self, visit):
        visit("stranger", self.ADDRESS, status=404)
        visit(None, self.ADDRESS, status=302)
