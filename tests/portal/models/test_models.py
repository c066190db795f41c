"""The models of a collectivité: what is in place, for whom, and last year's file brought forward."""

from __future__ import annotations

import io

import openpyxl
import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.odl.logic.prefilled import facts
from ckanext.odl.scdl import catalogue
from tests.portal.conftest import call, run_checks
from tests.portal.models.conftest import PAGE, SIRET, joined, publish, read_csv
from tests.portal.pages.conftest import words

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


class TestWhoSeesThem:
    @pytest.mark.parametrize("address", [PAGE, f"{PAGE}/scdl/subventions", f"{PAGE}/scdl/subventions/modele.csv"])
    def test_those_who_work_for_the_collectivite_alone(self, app, look, mende, address, authorization):
        for role in ("member", "editor", "admin"):
            user = joined(mende, role)
            assert app.get(address, headers=authorization(user)).status_code == 200
        other = joined(factories.Organization(user=factories.Sysadmin()), "admin")

        look(address, other, status=404)
        assert app.get(address, follow_redirects=False).status_code == 302

    def test_the_api_hides_them_likewise(self, mende, clerk):
        stranger = factories.User()
        for action, more in (("odl_template_list", {}), ("odl_template_show", {"schema": "scdl/subventions"})):
            assert call(action, clerk, id=mende["id"], **more)
            for who in (stranger, {"name": ""}):
                with pytest.raises(tk.ObjectNotFound):
                    tk.get_action(action)({"user": who["name"]}, {"id": mende["id"], **more})

    def test_a_member_who_may_not_publish_is_not_led_to_the_table(self, look, mende):
        user = joined(mende, "member")

        assert look(PAGE, user).select("a[href*='/odl/grille/']") == []
        look("/en/odl/grille/scdl/subventions?collectivite=mende", user, status=403)


class TestWhatIsInPlace:
    def test_the_usual_models_come_first(self, look, mende, clerk):
        page = look(PAGE, clerk)
        usual = [words(h3) for h3 in page.select("section[aria-labelledby=odl-usual] h3")]

        assert "Subventions" in usual
        assert "Défibrillateurs (DAE)" in usual
        assert "Bornes de recharge électrique (IRVE statique)" not in usual

    def test_a_csv_holds_what_is_known(self, app, mende, clerk, authorization):
        address = f"{PAGE}/scdl/prenoms/modele.csv?annee=2024&lignes=3"
        answer = app.get(address, headers=authorization(clerk))

        rows = read_csv(answer.data)
        assert [(row["COMMUNE_NOM"], row["COLL_INSEE"], row["ANNEE"]) for row in rows] == [
            ("Mende", "48095", "2024")
        ] * 3
        assert 'filename="prenoms-mende-2024.csv"' in answer.headers["Content-Disposition"]
        assert "no-store" in answer.headers["Cache-Control"]

    def test_an_xlsx_holds_it_too(self, app, mende, boss, authorization):
        call("organization_patch", boss, id=mende["id"], odl_siret=SIRET)
        answer = app.get(f"{PAGE}/scdl/subventions/modele.xlsx", headers=authorization(boss))

        sheet = openpyxl.load_workbook(io.BytesIO(answer.data))["Données"]
        assert [sheet["A2"].value, sheet["B2"].value] == ["Ville de Mende", SIRET]

    def test_an_unknown_model_is_no_page(self, look, mende, clerk):
        look(f"{PAGE}/scdl/licornes", clerk, status=404)
        look(f"{PAGE}/etalab/schema-amenagements-cyclables", clerk, status=404)  # no table

    def test_the_schema_leads_to_the_only_collectivite_of_a_person(self, app, mende, clerk, look, authorization):
        assert look("/en/odl/schemas/scdl/subventions", clerk).select("a[href$='/odl/modele/scdl/subventions']")
        answer = app.get("/en/odl/modele/scdl/subventions", headers=authorization(clerk), follow_redirects=False)
        assert answer.headers["Location"].endswith("/odl/collectivite/mende/modeles/scdl/subventions")

    def test_who_works_for_several_chooses(self, look, mende, clerk):
        other = factories.Organization(name="langogne", title="Langogne", user=factories.Sysadmin())
        call("organization_member_create", None, id=other["id"], username=clerk["name"], role="editor")

        page = look("/en/odl/modele/scdl/subventions?q=LANG", clerk)
        assert [words(link) for link in page.select(".odl-choices a")] == ["Langogne"]


class TestTheSiret:
    def test_it_is_never_guessed(self, look, mende, clerk):
        assert "The SIRET is not known yet" in words(look(PAGE, clerk))

    def test_an_admin_writes_it_once(self, app, look, mende, boss, authorization):
        answer = app.post(PAGE, data={"do": "siret", "siret": "214 800 955 00012"}, headers=authorization(boss))

        assert "The SIRET is noted" in answer.get_data(as_text=True)
        assert call("organization_show", boss, id="mende")["odl_siret"] == SIRET

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("", "Write the fourteen digits"),
            ("214800955", "fourteen digits"),
            ("21480095500013", "typing mistake"),
            ("21480150800011", "that of another body"),
        ],
    )
    def test_a_wrong_one_is_refused_in_words_and_stays_in_its_box(self, app, mende, boss, authorization, typed, said):
        answer = app.post(PAGE, data={"do": "siret", "siret": typed}, headers=authorization(boss))

        page = answer.get_data(as_text=True)
        assert answer.status_code == 400
        assert said in page
        assert f'value="{typed}"' in page

    def test_an_editor_may_not_write_it(self, app, mende, clerk, authorization):
        answer = app.post(PAGE, data={"do": "siret", "siret": SIRET}, headers=authorization(clerk))

        assert answer.status_code == 403

    def test_it_is_learned_from_a_valid_file_of_hers(self, mende, clerk):
        publish(clerk, mende, "scdl/subventions", title="Subventions 2025")
        run_checks()

        found = facts.siret(model.Group.get("mende"))
        assert (found.number, found.source, found.name) == (SIRET, "file", "Subventions 2025")

    def test_it_is_not_learned_from_a_private_file(self, mende, clerk):
        publish(clerk, mende, "scdl/subventions", private=True)
        run_checks()

        assert facts.siret(model.Group.get("mende")).number == ""

    def test_it_is_not_learned_from_a_file_about_somebody_else(self, mende, clerk):
        other = factories.Organization(
            name="autre", odl_kind="commune", odl_siren="214801508", user=factories.Sysadmin()
        )
        user = joined(other, "editor")
        publish(user, other, "scdl/subventions")
        run_checks()

        assert facts.siret(model.Group.get("autre")).number == ""


class TestLastYearsFile:
    def test_a_list_is_brought_forward(self, app, mende, clerk, authorization):
        publish(clerk, mende, "scdl/equipements")
        run_checks()

        answer = app.get(f"{PAGE}/scdl/equipements/reprise.xlsx", headers=authorization(clerk))

        sheet = openpyxl.load_workbook(io.BytesIO(answer.data))["Données"]
        names = [field["name"] for field in catalogue().table("scdl/equipements")["fields"]]
        assert [cell.value for cell in sheet[1]] == names
        assert sheet.cell(2, names.index("EQUIP_NOM") + 1).value == "Hôtel de ville de Mende"

    def test_the_page_names_the_file(self, look, mende, clerk):
        publish(clerk, mende, "scdl/equipements", title="Nos équipements")
        run_checks()

        assert "The rows of “Nos équipements”" in words(look(f"{PAGE}/scdl/equipements", clerk))

    def test_the_newest_period_wins(self, mende, clerk):
        publish(clerk, mende, "scdl/equipements", name="e-2025", title="En 2025", period="2025")
        publish(clerk, mende, "scdl/equipements", name="e-2024", title="En 2024", period="2024")
        run_checks()

        shown = call("odl_template_show", clerk, id="mende", schema="scdl/equipements")
        assert shown["last"]["title"] == "En 2025"

    def test_a_yearly_model_begins_anew(self, look, mende, clerk):
        publish(clerk, mende, "scdl/subventions")
        run_checks()

        assert call("odl_template_show", clerk, id="mende", schema="scdl/subventions")["last"] is None
        look(f"{PAGE}/scdl/subventions/reprise.xlsx", clerk, status=404)

    def test_neither_a_private_nor_a_wrong_file_is_brought_forward(self, look, mende, clerk):
        publish(clerk, mende, "scdl/equipements", name="prive", private=True)
        publish(clerk, mende, "scdl/equipements", name="faux", content=b"COLL_NOM;COLL_SIRET\r\nMende;12\r\n")
        run_checks()

        assert call("odl_template_show", clerk, id="mende", schema="scdl/equipements")["last"] is None
        look(f"{PAGE}/scdl/equipements/reprise.xlsx", clerk, status=404)
