"""The table typed on a page: as a plain form, as a script asks for it, and as a deposit taken up again."""

from __future__ import annotations

import json
import re

import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.odl.logic import table
from ckanext.odl.logic.deposit import keeping
from ckanext.odl.model import Deposit, DepositFile
from tests.portal.conftest import call, run_checks
from tests.portal.models.conftest import joined, publish
from tests.portal.pages.conftest import words

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

GRID = "/en/odl/grille/scdl/prenoms?collectivite=mende"
#: COMMUNE_NOM, COLL_INSEE and ANNEE stand there by themselves.
LOUISE = {"COMMUNE_NOM": "Mende", "COLL_INSEE": "48095", "ENFANT_SEXE": "F", "ENFANT_PRENOM": "Louise",
          "NOMBRE_OCCURRENCES": "3", "ANNEE": "2024"}  # fmt: skip


def form(*rows: dict[str, str], do: str) -> dict[str, str]:
    """The fields of the plain form."""
    names = list(LOUISE)
    return {f"r{at}c{names.index(name)}": text for at, row in enumerate(rows) for name, text in row.items()} | {
        "do": do
    }


def content_of(deposit_id: str) -> list[str]:
    model.Session.expire_all()
    file = model.Session.get(DepositFile, model.Session.get(Deposit, deposit_id).file_id)
    return b"".join(keeping.stream(file)).decode("utf-8-sig").splitlines()


class TestThePlainForm:
    def test_it_has_some_rows_with_what_is_known(self, look, mende, clerk):
        page = look(GRID, clerk)

        rows = page.select("table.odl-grid tbody tr")
        assert [row.select_one("[data-column='0']")["value"] for row in rows] == ["Mende"] * 5
        assert page.select_one("form.odl-grid-form input[name=_csrf_token]")
        assert [words(head) for head in page.select("thead th .odl-grid-title")][1].endswith("*")
        choices = [option["value"] for option in rows[0].select("[data-column='2'] option")]
        assert choices[0] == ""
        assert len(choices) > 2

    def test_one_button_stands_out(self, look, mende, clerk):
        buttons = look(GRID, clerk).select("form.odl-grid-form button")

        assert [words(one) for one in buttons if "primary" in " ".join(one["class"])] == ["Go on"]

    def test_every_field_has_a_name_for_those_who_do_not_see_it(self, look, mende, clerk):
        fields = look(GRID, clerk).select("table.odl-grid tbody [data-column]")

        assert all(re.search(r", row \d+$", field["aria-label"]) for field in fields)
        assert len({field["aria-label"] for field in fields}) == len(fields)

    def test_ten_more_rows(self, app, mende, clerk, authorization):
        answer = app.post(GRID, data=form(*[LOUISE] * 10, do="add"), headers=authorization(clerk))

        assert answer.get_data(as_text=True).count("<tr data-row>") == 20 + 1  # and the one that a script copies

    def test_never_more_than_the_most(self, app, mende, clerk, authorization):
        answer = app.post(GRID, data=form(*[LOUISE] * 200, do="add"), headers=authorization(clerk))

        assert answer.get_data(as_text=True).count("<tr data-row>") == table.MOST_ROWS + 1

    def test_what_is_wrong_is_said_under_its_cell(self, app, mende, clerk, authorization, look):
        wrong = {**LOUISE, "NOMBRE_OCCURRENCES": "beaucoup"}
        answer = app.post(GRID, data=form(LOUISE, wrong, do="check"), headers=authorization(clerk))

        page = BeautifulSoup(answer.data, "html.parser")
        [field] = page.select("[aria-invalid]")
        assert field["id"] == "r1c4"
        assert field["value"] == "beaucoup"
        assert "whole number" in words(page.find(id=field["aria-describedby"]))
        assert "1 row of 2 is good" in words(page.select_one("[data-status]"))

    def test_a_row_is_taken_away(self, app, mende, clerk, authorization):
        jade = {**LOUISE, "ENFANT_PRENOM": "Jade"}
        page = app.post(GRID, data=form(LOUISE, jade, do="remove-0"), headers=authorization(clerk))

        assert "Louise" not in page.get_data(as_text=True)
        assert "Jade" in page.get_data(as_text=True)

    def test_an_empty_table_is_not_saved_and_says_why(self, app, mende, clerk, authorization):
        empty = {name: LOUISE[name] for name in ("COMMUNE_NOM", "COLL_INSEE")}
        answer = app.post(GRID, data=form(empty, do="save"), headers=authorization(clerk))

        assert answer.status_code == 400
        assert "The table is empty" in answer.get_data(as_text=True)
        assert model.Session.query(Deposit).count() == 0


class TestTheDraft:
    def test_it_is_kept_as_a_deposit_and_taken_up_again(self, app, look, mende, clerk, authorization):
        headers = authorization(clerk)
        answer = app.post(
            GRID,
            data=form({**LOUISE, "NOMBRE_OCCURRENCES": "1 250"}, do="save"),
            headers=headers,
            follow_redirects=False,
        )
        [deposit] = model.Session.query(Deposit)

        assert answer.headers["Location"].endswith(f"depot={deposit.id}")
        assert (deposit.organization_id, deposit.state, deposit.schema_id) == (mende["id"], "draft", "scdl/prenoms")
        assert content_of(deposit.id)[1] == "Mende;48095;F;Louise;1250;2024"
        page = look(f"{GRID}&depot={deposit.id}", clerk)
        assert page.find(id="r0c3")["value"] == "Louise"
        [link] = [link for link in look(GRID, clerk).select("a") if "take up the draft" in words(link)]
        assert link["href"].endswith(f"depot={deposit.id}")

    def test_going_on_leads_to_the_deposit(self, app, mende, clerk, authorization):
        answer = app.post(GRID, data=form(LOUISE, do="continue"), headers=authorization(clerk), follow_redirects=False)
        [deposit] = model.Session.query(Deposit)

        assert answer.headers["Location"].endswith(f"/odl/depot/{deposit.id}")
        run_checks()
        shown = call("odl_deposit_show", clerk, id=deposit.id)
        assert shown["file"]["kind"] == "typed"
        assert shown["report"]["status"] == "valid"

    def test_saved_again_it_is_the_same_deposit(self, app, mende, clerk, authorization):
        headers = authorization(clerk)
        app.post(GRID, data=form(LOUISE, do="save"), headers=headers)
        [deposit] = model.Session.query(Deposit)
        jade = {**LOUISE, "ENFANT_PRENOM": "Jade"}
        app.post(f"{GRID}&depot={deposit.id}", data=form(LOUISE, jade, do="save"), headers=headers)

        assert model.Session.query(Deposit).count() == 1
        assert [line.split(";")[3] for line in content_of(deposit.id)[1:]] == ["Louise", "Jade"]

    def test_saved_again_by_the_same_person_it_is_the_same_file(self, app, mende, clerk, boss, authorization):
        app.post(GRID, data=form(LOUISE, do="save"), headers=authorization(clerk))
        [deposit] = model.Session.query(Deposit)
        address, jade = f"{GRID}&depot={deposit.id}", {**LOUISE, "ENFANT_PRENOM": "Jade"}
        app.post(address, data=form(LOUISE, jade, do="save"), headers=authorization(clerk))
        [_only] = call("odl_deposit_show", clerk, id=deposit.id)["files"]

        app.post(address, data=form(jade, do="save"), headers=authorization(boss))
        last, former = call("odl_deposit_show", clerk, id=deposit.id)["files"]
        assert (last["made_from"], former["kept"]) == (former["id"], True)
        run_checks()
        assert call("odl_deposit_show", clerk, id=deposit.id)["report"]["status"] == "valid"

    def test_a_deposit_of_somebody_else_is_not_there(self, look, app, mende, clerk, authorization):
        other = factories.Organization(name="langogne", user=factories.Sysadmin())
        user = joined(other, "editor")
        theirs = call("odl_table_save", user, id="langogne", schema="scdl/prenoms", rows=[LOUISE])["deposit"]

        look(f"{GRID}&depot={theirs}", clerk, status=404)
        with pytest.raises(tk.ObjectNotFound):
            call("odl_table_save", clerk, id="mende", schema="scdl/prenoms", rows=[LOUISE], deposit=theirs)
        assert len(content_of(theirs)) == 2

    def test_last_years_list_is_where_it_begins(self, look, mende, clerk):
        publish(clerk, mende, "scdl/equipements")
        run_checks()

        page = look("/en/odl/grille/scdl/equipements?collectivite=mende&reprise=1", clerk)
        assert "Hôtel de ville de Mende" in [field.get("value") for field in page.select("tbody input")]


class TestAskedByAScript:
    def post(self, app, address, rows, headers):
        return app.post(
            address, data=json.dumps({"rows": rows}), headers={**headers, "Content-Type": "application/json"}
        )

    def test_the_check(self, app, mende, clerk, authorization):
        address = "/en/odl/grille/scdl/prenoms/verifier?collectivite=mende"
        rows = [LOUISE, {}, {**LOUISE, "ENFANT_SEXE": "f", "NOMBRE_OCCURRENCES": "x"}]
        answer = self.post(app, address, rows, authorization(clerk)).json

        assert [(cell["row"], cell["column"]) for cell in answer["cells"]] == [(2, "NOMBRE_OCCURRENCES")]
        assert (answer["filled"], answer["good"], answer["changed"]) == (2, 1, 1)
        assert answer["rows"][2]["ENFANT_SEXE"] == "F"
        assert model.Session.query(Deposit).count() == 0

    def test_the_draft(self, app, mende, clerk, authorization):
        address = "/en/odl/grille/scdl/prenoms/enregistrer?collectivite=mende"
        answer = self.post(app, address, [LOUISE], authorization(clerk)).json

        assert answer["next"].endswith(f"/odl/depot/{answer['deposit']}")
        assert len(content_of(answer["deposit"])) == 2

    @pytest.mark.parametrize("rows", [None, "x", [1], [["a"]], [{}] * 201])
    def test_what_is_no_table_is_a_sentence(self, app, mende, clerk, authorization, rows):
        for what in ("verifier", "enregistrer"):
            answer = self.post(
                app, f"/en/odl/grille/scdl/prenoms/{what}?collectivite=mende", rows, authorization(clerk)
            )

            assert answer.status_code == 400
            assert answer.json["problems"]

    def test_what_no_cell_holds_does_not_break_the_file(self, mende, clerk):
        rows = [{**LOUISE, "ENFANT_PRENOM": "Lou\x00ise\ud800", "inconnue": "x", "ANNEE": None}]
        found = call("odl_table_check", clerk, id="mende", schema="scdl/prenoms", rows=rows)

        assert found["rows"][0]["ENFANT_PRENOM"] == "Louise"
        assert "inconnue" not in found["rows"][0]
        assert [cell["column"] for cell in found["cells"]] == ["ANNEE"]
