"""The page of an ATD: what goes out and what comes in, the way of each member, what is to be seen to."""

from __future__ import annotations

import pytest
from ckan.plugins import toolkit as tk

from tests.national.server import Fault
from tests.portal.datagouv.pages.conftest import ATD_THERE, HARVESTER, NAMESAKE, SIREN, VILLAGE
from tests.portal.pages.conftest import words

pytestmark = pytest.mark.usefixtures("with_plugins", "territory")

PAGE = "/en/odl/atd/causses/data-gouv"


def link(territory, name: str) -> dict:
    return territory.call("sysadmin", "odl_datagouv_link_show", id=name)


class TestOverview:
    def test_first_of_all_the_organization(self, look):
        page = look("atd", PAGE)

        assert words(page.h1) == "Our data on data.gouv.fr"
        assert words(page.select_one(".odl-steps h3")) == "Say which organization of data.gouv.fr is yours"
        assert "4 local authorities" in words(page.select_one(".odl-figures"))

    def test_then_the_harvester_with_the_very_address(self, look, territory, national):
        territory.call("atd", "odl_datagouv_link_update", id="causses", national_id=ATD_THERE)

        page = look("atd", PAGE)

        assert words(page.select_one(".odl-steps h3")) == "Have data.gouv.fr read this portal"
        register = page.select_one("#register")
        assert register.has_attr("open")
        address = f"{tk.config['ckan.site_url']}/odl/dcat/causses.rdf"
        assert register.select_one("input.odl-code")["value"] == address
        message = register.select_one("textarea").text
        assert address in message
        assert "Causses Numérique" in message
        assert "https://support.data.gouv.fr" in [a["href"] for a in register.select("a")]
        assert "https://demo.data.gouv.fr" in [a["href"] for a in register.select("a")]

    def test_an_address_without_https_is_said_to_be_refused(self, look):
        assert "begins with http:" in look("atd", PAGE).get_text()

    def test_the_address_of_the_harvester_is_kept(self, look, territory, national):
        territory.call("atd", "odl_datagouv_link_update", id="causses", national_id=ATD_THERE)
        form = {"do": "harvester", "back": "atd", "harvester_id": f"https://www.data.gouv.fr/harvesters/{HARVESTER}"}

        page = look("atd", f"{PAGE}/collectivite/causses", form, follow=True)

        assert link(territory, "causses")["harvester_id"] == HARVESTER
        assert not page.select_one("#register").has_attr("open")

    def test_the_way_of_each_member(self, look, territory, national):
        territory.call("atd", "odl_datagouv_link_update", id="saint-exemple", national_id=VILLAGE, mode="own")
        territory.call(
            "atd", "odl_datagouv_link_update", id="valbrune", withheld=True, withheld_reason="Fusion en 2027"
        )

        page = look("atd", PAGE)

        rows = {words(row.th): words(row) for row in page.select(".odl-members tbody tr")}
        assert list(rows) == ["Causses Numérique", "Hautes Terres", "Saint-Exemple", "Valbrune"]
        assert "with the harvester of Causses Numérique" in rows["Hautes Terres"]
        assert "with a harvester of its own" in rows["Saint-Exemple"]
        assert "Held back Fusion en 2027" in rows["Valbrune"]
        assert all("not looked at yet" in row for row in rows.values())

    @pytest.mark.parametrize(
        ("asked", "names"),
        [("way=withheld", ["Valbrune"]), ("q=exemple", ["Saint-Exemple"]), ("way=own&q=val", []), ("way=nonsense", 4)],
    )
    def test_filters_are_in_the_address(self, look, territory, asked, names):
        territory.call("atd", "odl_datagouv_link_update", id="valbrune", withheld=True, withheld_reason="Fusion")

        found = [words(name) for name in look("atd", f"{PAGE}?{asked}").select(".odl-members tbody th")]

        assert (len(found) if isinstance(names, int) else found) == names

    def test_every_form_carries_the_token(self, look, territory, national):
        territory.call("atd", "odl_datagouv_link_update", id="saint-exemple", national_id=VILLAGE)
        for address in (PAGE, f"{PAGE}/collectivite/saint-exemple?q={SIREN}", f"{PAGE}/collecte"):
            forms = look("atd", address).select(".odl-page form[method=post]")
            assert forms
            assert all(form.select_one("input[name=_csrf_token]") for form in forms)

    def test_who_else(self, visit):
        for who, address in (("agent", PAGE), ("other_atd", PAGE), ("atd", f"{PAGE}/collectivite/lointaine")):
            visit(who, address, status=404)
        visit(None, PAGE, status=302)
        visit("region", PAGE)

    def test_switched_off(self, look, monkeypatch, ckan_config):
        monkeypatch.setitem(ckan_config, "ckanext.odl.datagouv.enabled", False)

        assert "switched off on this portal" in look("atd", PAGE).get_text()


class TestMember:
    ADDRESS = f"{PAGE}/collectivite/saint-exemple"

    def test_all_that_share_its_siren_are_shown_and_one_is_confirmed(self, look, territory, national):
        page = look("atd", f"{self.ADDRESS}?q={SIREN}")

        found = {words(entry.h3): entry for entry in page.select(".odl-found > li")}
        village = found["Commune de Saint-Exemple"]
        assert "3 public datasets" in words(village)
        assert [words(tag) for tag in village.select(".odl-tag")] == ["public service", "certified", "local authority"]
        assert village.a["href"] == f"{national.url}/organizations/{VILLAGE}"
        assert "Saint-Exemple tourisme" in found

        form = {box["name"]: box["value"] for box in village.select("input[type=hidden]")}
        page = look("atd", self.ADDRESS, form, follow=True)

        assert "The data.gouv.fr organization of Saint-Exemple is confirmed." in page.get_text()
        assert link(territory, "saint-exemple")["national_id"] == VILLAGE
        assert "Prénom atd" in words(page.select_one("#organization"))

    @pytest.mark.parametrize("fault", ["500", "html", "half", "cut"])
    def test_a_failure_is_a_sentence_and_the_page_stays(self, look, national, fault):
        national.faults.append(Fault(fault))

        page = look("atd", f"{self.ADDRESS}?q=Saint-Exemple")

        assert words(page.select_one("#odl-find-error")).endswith(".")
        assert page.select_one("#odl-find-q")["value"] == "Saint-Exemple"

    def test_a_vanished_organization_changes_nothing(self, look, territory, national):
        territory.call("atd", "odl_datagouv_link_update", id="saint-exemple", national_id=VILLAGE)
        del national.organizations[NAMESAKE]

        page = look("atd", self.ADDRESS, {"do": "declare", "national_id": NAMESAKE}, status=422)

        assert page.select("[role=alert]")
        assert link(territory, "saint-exemple")["national_id"] == VILLAGE

    def test_what_was_typed_stays_when_it_is_refused(self, look, territory):
        page = look("atd", self.ADDRESS, {"do": "settle", "mode": "own", "withheld": "1"}, status=422)

        assert page.select_one("#odl-mode-own").has_attr("checked")
        assert page.select_one("#odl-withheld").has_attr("checked")
        assert page.select("[role=alert]")
        assert link(territory, "saint-exemple")["mode"] == "carried"

    def test_settings_are_saved(self, look, territory, national):
        territory.call("atd", "odl_datagouv_link_update", id="saint-exemple", national_id=VILLAGE)
        form = {"do": "settle", "mode": "own", "with_auto_accept": "1", "auto_accept": "1"}

        page = look("atd", self.ADDRESS, form, follow=True)

        saved = link(territory, "saint-exemple")
        assert (saved["mode"], saved["auto_accept"]) == ("own", True)
        assert page.select_one("#register input.odl-code")["value"].endswith("/odl/dcat/saint-exemple.rdf")

    def test_taken_back(self, look, territory, national):
        territory.call("atd", "odl_datagouv_link_update", id="saint-exemple", national_id=VILLAGE, mode="own")

        look("atd", self.ADDRESS, {"do": "withdraw"}, follow=True)

        saved = link(territory, "saint-exemple")
        assert (saved["declared"], saved["mode"]) == (False, "carried")

    def test_nonsense_is_refused(self, visit):
        visit("atd", self.ADDRESS, {"do": "dance"}, status=400)
