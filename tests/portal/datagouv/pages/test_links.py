"""Which organization of data.gouv.fr is whose: found, confirmed by a person, and never changed by a failure."""

from __future__ import annotations

import pytest
from ckan.plugins import toolkit as tk

from tests.national.server import Fault
from tests.portal.datagouv.pages.conftest import ATD_THERE, HARVESTER, NAMESAKE, SIREN, VILLAGE, harvester

pytestmark = pytest.mark.usefixtures("with_plugins", "territory")


def refusal(territory, who: str, action: str, **data) -> dict[str, list[str]]:
    with pytest.raises(tk.ValidationError) as raised:
        territory.call(who, action, **data)
    return raised.value.error_dict


@pytest.fixture
def declared(territory, national):
    """Causses Numérique and Saint-Exemple have said who they are there."""
    territory.call("atd", "odl_datagouv_link_update", id="causses", national_id=ATD_THERE)
    territory.call("atd", "odl_datagouv_link_update", id="saint-exemple", national_id=VILLAGE)


class TestShow:
    def test_a_member_is_carried_by_its_atd_unless_told(self, territory):
        link = territory.call("agent", "odl_datagouv_link_show", id="saint-exemple")

        assert (link["mode"], link["declared"], link["withheld"]) == ("carried", False, False)
        assert link["carried_by"]["name"] == "causses"
        assert link["feed_url"].endswith("/odl/dcat/causses.rdf")
        assert link["backchecked_at"] is None

    def test_one_with_its_own_harvester_has_its_own_address(self, territory, declared):
        link = territory.call("atd", "odl_datagouv_link_update", id="saint-exemple", mode="own")

        assert link["carried_by"] is None
        assert link["feed_url"].endswith("/odl/dcat/saint-exemple.rdf")

    def test_the_address_has_no_language_and_is_whole(self, territory):
        url = territory.call("atd", "odl_datagouv_link_show", id="causses")["feed_url"]

        assert url == f"{tk.config['ckan.site_url']}/odl/dcat/causses.rdf"

    def test_strangers_are_not_told_that_it_exists(self, territory):
        for who in ("stranger", "other_atd", None):
            with pytest.raises(tk.ObjectNotFound):
                territory.call(who, "odl_datagouv_link_show", id="saint-exemple")


class TestSearch:
    def test_all_that_share_a_siren_are_shown(self, territory, national):
        found = territory.call("atd", "odl_datagouv_organization_search", id="saint-exemple", q=SIREN)["results"]

        assert {one["id"] for one in found} >= {VILLAGE, NAMESAKE}
        village = next(one for one in found if one["id"] == VILLAGE)
        assert village["datasets"] == 3
        assert "certified" in village["badges"]
        assert village["url"] == f"{national.url}/organizations/{VILLAGE}"
        assert village["declared_by"] is None

    def test_by_name_and_by_address(self, territory, national):
        search = "odl_datagouv_organization_search"
        by_name = territory.call("atd", search, id="causses", q="causses numérique")["results"]
        address = f"https://www.data.gouv.fr/fr/organizations/{VILLAGE}/#datasets"
        by_address = territory.call("atd", search, id="saint-exemple", q=address)["results"]

        assert [one["id"] for one in by_name] == [ATD_THERE]
        assert [one["id"] for one in by_address] == [VILLAGE]

    def test_one_that_is_taken_says_by_whom(self, territory, declared):
        found = territory.call("atd", "odl_datagouv_organization_search", id="valbrune", q=SIREN)["results"]

        village = next(one for one in found if one["id"] == VILLAGE)
        assert village["declared_by"] == {"name": "saint-exemple", "title": "Saint-Exemple"}

    def test_unknown_is_an_empty_list(self, territory, national):
        assert territory.call("atd", "odl_datagouv_organization_search", id="valbrune", q="213503281")["count"] == 0

    @pytest.mark.parametrize("kind", ["500", "html", "half", "cut", "status"])
    def test_a_failure_is_a_sentence_with_a_remedy(self, territory, national, kind):
        national.faults.append(Fault(kind, value=502))

        said = refusal(territory, "atd", "odl_datagouv_organization_search", id="valbrune", q="Valbrune")["q"]

        assert len(said) == 2
        assert all(sentence.endswith(".") for sentence in said)

    def test_not_for_agents(self, territory, national):
        with pytest.raises(tk.NotAuthorized):
            territory.call("agent", "odl_datagouv_organization_search", id="saint-exemple", q=SIREN)
        assert not national.requests


class TestUpdate:
    def test_what_is_declared_is_read_there_first(self, territory, declared):
        link = territory.call("agent", "odl_datagouv_link_show", id="saint-exemple")

        assert (link["national_id"], link["national_name"]) == (VILLAGE, "Commune de Saint-Exemple")
        assert link["siret"].startswith(SIREN)
        assert link["confirmed_at"]

    @pytest.mark.parametrize("fault", ["gone", "missing", "html", "500", "cut"])
    def test_a_failure_changes_nothing(self, territory, national, declared, fault):
        before = territory.call("atd", "odl_datagouv_link_show", id="saint-exemple")
        national.faults.append(Fault(fault, where="/organizations/"))

        said = refusal(
            territory, "atd", "odl_datagouv_link_update", id="saint-exemple", national_id=NAMESAKE, mode="own"
        )

        assert said["national_id"]
        assert territory.call("atd", "odl_datagouv_link_show", id="saint-exemple") == before

    def test_two_organizations_here_never_have_the_same(self, territory, declared):
        said = refusal(territory, "atd", "odl_datagouv_link_update", id="valbrune", national_id=VILLAGE)

        assert "Saint-Exemple" in said["national_id"][0]

    def test_its_own_harvester_needs_an_organization(self, territory):
        assert "mode" in refusal(territory, "atd", "odl_datagouv_link_update", id="valbrune", mode="own")

    def test_holding_back_needs_a_reason_that_its_agents_read(self, territory):
        assert "withheld_reason" in refusal(territory, "atd", "odl_datagouv_link_update", id="valbrune", withheld=True)

        territory.call(
            "atd", "odl_datagouv_link_update", id="saint-exemple", withheld=True, withheld_reason="Fusion  en 2027"
        )

        link = territory.call("agent", "odl_datagouv_link_show", id="saint-exemple")
        assert (link["withheld"], link["withheld_reason"]) == (True, "Fusion en 2027")
        link = territory.call("atd", "odl_datagouv_link_update", id="saint-exemple", withheld=False)
        assert (link["withheld"], link["withheld_reason"]) == (False, "")

    def test_a_harvester_of_another_organization_is_refused(self, territory, national, declared):
        other = "6b0200000000000000000102"
        national.hand[f"/api/1/harvest/source/{other}/"] = harvester(other, NAMESAKE, "Saint-Exemple tourisme")

        said = refusal(territory, "atd", "odl_datagouv_link_update", id="causses", harvester_id=other)
        assert "Saint-Exemple tourisme" in said["harvester_id"][0]

        page = f"https://www.data.gouv.fr/fr/admin/harvester/{HARVESTER}/"
        link = territory.call("atd", "odl_datagouv_link_update", id="causses", harvester_id=page)
        assert link["harvester_id"] == HARVESTER

    def test_another_organization_forgets_what_was_seen_of_the_former(self, territory, declared):
        territory.call("atd", "odl_datagouv_link_update", id="causses", harvester_id=HARVESTER)

        link = territory.call("atd", "odl_datagouv_link_update", id="causses", national_id=NAMESAKE)

        assert (link["national_id"], link["harvester_id"]) == (NAMESAKE, "")

    def test_taken_back(self, territory, declared):
        link = territory.call("atd", "odl_datagouv_link_update", id="saint-exemple", national_id="")

        assert (link["declared"], link["national_name"], link["siret"]) == (False, "", "")

    @pytest.mark.parametrize(
        ("who", "raised"),
        [("agent", tk.NotAuthorized), ("atd_member", tk.ObjectNotFound), ("other_atd", tk.ObjectNotFound),
         ("stranger", tk.ObjectNotFound), (None, tk.ObjectNotFound)],
    )  # fmt: skip
    def test_only_the_staff_of_an_atd_above(self, territory, who, raised):
        with pytest.raises(raised):
            territory.call(who, "odl_datagouv_link_update", id="saint-exemple", withheld=True, withheld_reason="Non")

        territory.call("region", "odl_datagouv_link_update", id="saint-exemple", withheld=True, withheld_reason="Oui")

    def test_switched_off(self, territory, national, monkeypatch, ckan_config):
        monkeypatch.setitem(ckan_config, "ckanext.odl.datagouv.enabled", False)

        said = refusal(territory, "atd", "odl_datagouv_link_update", id="saint-exemple", national_id=VILLAGE)

        assert "switched off" in said["datagouv"][0]
        assert not national.requests


class TestList:
    def test_the_body_first_then_its_members_by_name(self, territory, declared):
        territory.call("atd", "odl_datagouv_link_update", id="saint-exemple", mode="own")
        territory.call("atd", "odl_datagouv_link_update", id="valbrune", withheld=True, withheld_reason="Non")

        found = territory.call("atd", "odl_datagouv_link_list", atd="causses")

        names = [row["organization"]["name"] for row in found["results"]]
        assert names == ["causses", "hautes-terres", "saint-exemple", "valbrune"]
        assert found["totals"] == {
            "organizations": 4, "carried": 2, "own": 1, "withheld": 1, "declared": 2, "problem": 0,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("asked", "names"),
        [
            ({"way": "declared"}, ["causses", "saint-exemple"]),
            ({"q": "EXEMPLE"}, ["saint-exemple"]),
            ({"q": "numérique"}, ["causses"]),
            ({"q": "100%"}, []),
            ({"start": 2, "rows": 1}, ["saint-exemple"]),
        ],
    )
    def test_narrowed(self, territory, declared, asked, names):
        found = territory.call("atd", "odl_datagouv_link_list", atd="causses", **asked)

        assert [row["organization"]["name"] for row in found["results"]] == names

    def test_not_for_others(self, territory):
        for who in ("agent", "other_atd", "stranger", None):
            with pytest.raises((tk.NotAuthorized, tk.ObjectNotFound)):
                territory.call(who, "odl_datagouv_link_list", atd="causses")
