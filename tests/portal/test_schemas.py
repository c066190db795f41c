"""The pages of the models: found, read, downloaded, without an account and without JavaScript."""

from __future__ import annotations

import io

import openpyxl
import pytest
from bs4 import BeautifulSoup
from ckan.plugins import toolkit as tk
from ckan.tests import helpers

from ckanext.odl.scdl import catalogue

pytestmark = pytest.mark.usefixtures("with_plugins")

ALL = [entry.id for entry in catalogue()]


def _page(app, address: str, status: int = 200) -> BeautifulSoup:
    return BeautifulSoup(app.get(address, status=status).body, "html.parser")


def _main(page: BeautifulSoup) -> str:
    return " ".join(page.select_one("[role=main]").get_text(" ").split())


def _listed(page: BeautifulSoup) -> list[str]:
    return [code.get_text() for code in page.select(".odl-card code")]


def test_the_list_puts_the_socle_first_and_what_is_replaced_last(app):
    page = _page(app, "/odl/schemas")

    headings = [heading.get_text() for heading in page.select("section h2")]
    assert page.html["lang"] == "fr"
    assert "Socle" in headings[0]
    assert sorted(_listed(page)) == sorted(ALL)
    assert _listed(page)[-1] in {entry.id for entry in catalogue() if entry.obsolete}
    assert str(len(ALL)) in page.select_one("[role=status]").get_text()


def test_the_list_answers_in_english(app):
    page = _page(app, "/en/odl/schemas")

    assert page.html["lang"] == "en"
    assert page.h1.get_text() == "Data models"
    assert "Grants" in [link.get_text() for link in page.select(".odl-card a")]


def test_a_search_counts_neither_case_nor_accents(app):
    for words in ("deliberations", "DÉLIBÉRATIONS", "délibération"):
        page = _page(app, f"/odl/schemas?q={words}")

        assert "scdl/deliberations" in _listed(page)
        assert len(_listed(page)) < 6
        assert page.select_one("#odl-q")["value"] == words
        assert words in page.select_one("[role=status]").get_text()


def test_an_exact_id_is_found_alone(app):
    assert _listed(_page(app, "/odl/schemas?q=scdl/subventions")) == ["scdl/subventions"]


def test_filters_are_kept_in_the_form(app):
    page = _page(app, "/odl/schemas?theme=finances&kind=table")

    assert {"scdl/subventions", "scdl/budget"} <= set(_listed(page))
    assert "etalab/schema-bal" not in _listed(page)
    assert page.select_one("select[name=theme] option[selected]")["value"] == "finances"
    assert page.select_one("select[name=kind] option[selected]")["value"] == "table"
    assert page.select_one(".odl-search")["method"] == "get"


def test_maps_are_listed_like_the_others(app):
    page = _page(app, "/odl/schemas?kind=geojson")

    assert "etalab/schema-zfe" in _listed(page)
    assert "scdl/subventions" not in _listed(page)
    assert "not yet checked" not in page.get_text()


@pytest.mark.parametrize(
    ("id", "property_name"),
    [("etalab/schema-zfe", "date_debut"), ("139bercy/format-commande-publique", "marche.dateNotification")],
)
def test_the_page_of_a_map_or_of_json_shows_its_properties_and_no_blank_model(app, id, property_name):
    page = _page(app, f"/odl/schemas/{id}")

    assert property_name in [code.get_text() for code in page.select(".odl-fields th code")]
    assert "Le portail vérifie chaque" in page.select_one(".odl-message").get_text()
    assert not page.select("a[href*='modele.']")
    assert page.select_one(".odl-fields thead th").get_text(strip=True) == "Propriété"


def test_an_empty_list_explains_itself_and_leads_back(app):
    for query in ("q=licorne", "kind=foo", "theme=foo", "q=%22%3E%3Cscript%3E"):
        page = _page(app, f"/odl/schemas?{query}")

        assert _listed(page) == [], query
        assert page.select_one('.odl-empty a[href="/odl/schemas"]')
        assert not page.select("[role=main] script")


def test_every_model_has_its_page(app):
    for id in ALL:
        page = _page(app, f"/odl/schemas/{id}")

        entry = catalogue().get(id)
        assert page.h1.get_text() == entry.title("fr")
        assert entry.description("fr") in page.get_text()
        assert page.select_one(f'[role=main] a[href="{entry.national_url}"]')
        names = [code.get_text() for code in page.select("table tbody th[scope=row]")]
        assert names == [field["name"] for field in catalogue().descriptor(id)["fields"]]
        if entry.is_table:
            assert page.select_one(f'a[href="/odl/schemas/{id}/modele.xlsx"]')
            assert page.select_one(f'a[href="/odl/schemas/{id}/modele.csv"]')
        else:
            assert not page.select('a[href$=".xlsx"]')


def test_a_model_says_what_each_column_accepts(app):
    page = _page(app, "/odl/schemas/scdl/subventions")

    cells = {
        row.th.get_text(): [" ".join(cell.get_text().split()) for cell in row.select("td")]
        for row in page.select("tbody tr")
    }
    assert cells["dateConvention"][2] == "une date, au format année-mois-jour"
    assert cells["notificationUE"][2] == "oui ou non"
    assert cells["idAttribuant"][2] == "un numéro SIRET : 14 chiffres"
    assert cells["montant"][1] != cells["idRAE"][1]
    assert cells["idAttribuant"][3].isdigit()
    assert page.caption
    assert all(heading["scope"] == "col" for heading in page.select("thead th"))


def test_an_english_reader_gets_words_in_english_and_knows_what_is_french(app):
    page = _page(app, "/en/odl/schemas/scdl/subventions")

    assert "a date, written year-month-day" in _main(page)
    assert page.select('td[lang="fr"]')


def test_an_older_version_has_its_own_page_and_models(app):
    page = _page(app, "/odl/schemas/scdl/subventions?version=1.1.0")

    assert "rnaBeneficiaire" not in [code.get_text() for code in page.select("tbody th")]
    assert page.select_one('a[href="/odl/schemas/scdl/subventions/modele.xlsx?version=1.1.0"]')
    assert page.select_one('.odl-message a[href="/odl/schemas/scdl/subventions"]')


def test_versions_say_what_changed(app):
    page = _page(app, "/odl/schemas/scdl/subventions")

    versions = page.select(".odl-versions > li")
    assert len(versions) == 6
    assert "rnaBeneficiaire" in versions[1].details.get_text()
    assert versions[0].a["aria-current"] == "page"


def test_what_is_replaced_leads_to_its_successor(app):
    page = _page(app, "/odl/schemas/scdl/marches-publics")

    assert page.select_one('.odl-warning a[href="/odl/schemas/139bercy/format-commande-publique"]')


def test_what_is_not_known_is_not_found(app):
    for address in (
        "scdl/licornes",
        "subventions",
        "scdl/subventions?version=9.9",
        "scdl/subventions/modele.csv?version=9.9",
        "scdl/subventions/modele.pdf",
        "scdl/licornes/modele.csv",
        "etalab/schema-zfe/modele.xlsx",
        "scdl/subventions/../../../etc/passwd",
    ):
        app.get(f"/odl/schemas/{address}", status=404)


def test_the_csv_model_is_a_file_to_keep(app):
    response = app.get("/odl/schemas/scdl/subventions/modele.csv")

    assert response.headers["Content-Disposition"] == 'attachment; filename="modele-subventions-2.1.1.csv"'
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.data.startswith(b"\xef\xbb\xbfnomAttribuant;")
    assert app.get("/odl/schemas/scdl/subventions/modele.csv?exemple=1").data.count(b"\r\n") == 2


def test_the_excel_model_speaks_the_language_of_the_page(app):
    french = app.get("/odl/schemas/etalab/schema-bal/modele.xlsx?version=1.4.0")
    english = app.get("/en/odl/schemas/etalab/schema-bal/modele.xlsx")

    assert french.headers["Content-Disposition"] == 'attachment; filename="modele-bal-1.4.0.xlsx"'
    assert openpyxl.load_workbook(io.BytesIO(french.data)).sheetnames[0] == "Données"
    assert openpyxl.load_workbook(io.BytesIO(english.data)).sheetnames[0] == "Data"


def test_the_list_action_searches_and_filters(app):
    answer = app.get("/api/3/action/odl_schema_list?q=cantine&socle=true&language=en").json["result"]

    assert answer["count"] == len(answer["results"]) > 0
    assert {"scdl/menus-collectifs"} <= {schema["id"] for schema in answer["results"]}
    assert all(schema["label_socle"] for schema in answer["results"])
    everything = helpers.call_action("odl_schema_list")
    assert [schema["id"] for schema in everything["results"]] == ALL
    assert helpers.call_action("odl_schema_list", socle=False)["count"] < everything["count"]


def test_the_show_action_explains_a_schema(app):
    answer = app.get("/api/3/action/odl_schema_show?id=scdl/subventions@2.0.0&language=en").json["result"]

    assert (answer["id"], answer["version"], answer["latest"]) == ("scdl/subventions", "2.0.0", "2.1.1")
    amount = next(field for field in answer["fields"] if field["name"] == "montant")
    assert amount["required"] is True
    assert amount["type"] == "number"
    assert amount["accepted"] == "a number (decimals after a point)"
    assert answer["urls"]["xlsx"].endswith("/odl/schemas/scdl/subventions/modele.xlsx?version=2.0.0")
    assert answer["frequency_in_words"] == "once a year"


def test_the_show_action_shows_the_properties_of_maps():
    answer = helpers.call_action("odl_schema_show", id="etalab/schema-zfe")

    assert (answer["kind"], answer["urls"]["csv"]) == ("geojson", None)
    assert [field["name"] for field in answer["fields"] if field["required"]] == ["id", "date_debut"]


def test_the_show_action_does_not_find_what_is_not_known(app):
    app.get("/api/3/action/odl_schema_show?id=scdl/licornes", status=404)
    app.get("/api/3/action/odl_schema_show", status=409)
    with pytest.raises(tk.ValidationError):
        helpers.call_action("odl_schema_list", kind="foo")


def test_the_command_names_the_schemas(cli):
    from ckan.cli.cli import ckan  # noqa: PLC0415 (CKAN is loaded by the fixtures)

    result = cli.invoke(ckan, ["odl", "schemas", "list", "subventions"])

    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[0].split("\t")[:3] == ["scdl/subventions", "2.1.1", "table"]
