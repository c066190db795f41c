"""The page on which a person reads what is wrong in a file and how to mend it."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests import factories

from ckanext.odl.model import Validation
from tests.portal.conftest import GOOD, HEADER, SCHEMA, WRONG, call, run_checks, state_of, upload
from tests.portal.pages.conftest import words

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

MANY = 45
WAYS = ("VOIE VERTE", "PISTE")
ADDRESSES = ("", "/fragment", ".csv", ".xlsx")
REPEATED = (HEADER + "Valbrune,48903,F,Jade,beaucoup,2024\n" * MANY).encode()


def address(resource, suffix="", language="en"):
    return f"/{language}/odl/report/{resource['id']}{suffix}"


def set_check(resource, **values):
    """Write into the check of a resource what a worker would."""
    table = Validation.__table__
    model.Session.execute(sa.update(table).where(table.c.resource_id == resource["id"]).values(**values))
    model.Session.commit()


class TestWhatItSays:
    def test_a_compliant_file(self, look, deposit):
        resource = deposit(GOOD)
        run_checks()

        page = look(address(resource))

        assert words(page.select_one(".odl-verdict .odl-state")) == "compliant"
        assert "nothing to correct" in words(page.select_one(".odl-verdict"))
        assert not page.select(".odl-cause-error")

    def test_a_wrong_file_has_its_causes_and_its_cells(self, look, deposit, agent):
        resource = deposit(WRONG)
        run_checks()

        page = look(address(resource), agent)

        assert words(page.select_one(".odl-verdict .odl-state")) == "to correct"
        assert "2 problems" in words(page.select_one("#odl-verdict"))
        causes = page.select(".odl-cause-error")
        assert len(causes) == 2
        assert "Column C “ENFANT_SEXE”" in words(causes[0])
        sheet = causes[0].select_one(".odl-sheet")
        assert [words(cell).split()[-1] for cell in sheet.select("thead th")] == ["B", "C", "D"]
        assert [words(row.th).split()[-1] for row in sheet.select("tbody tr")] == ["1", "2", "3"]
        assert words(sheet.select_one(".odl-cell-error")).endswith("X")
        assert {"C3", "E3"} <= {words(strong) for strong in page.select(".odl-row-message strong")}

    def test_its_main_button_leads_to_the_deposit_that_replaces_the_file(self, look, deposit, agent, dataset):
        resource = deposit(WRONG)
        run_checks()

        button = look(address(resource), agent).select_one(".odl-verdict .btn-primary")

        assert words(button) == "Deposit the corrected file"
        expected = f"/en/odl/depot?collectivite=valbrune&jeu={dataset['name']}&fichier={resource['id']}"
        assert button["href"] == expected

    def test_a_reader_is_offered_no_change(self, look, deposit):
        resource = deposit(WRONG)
        run_checks()

        page = look(address(resource))

        assert not page.select(".odl-verdict .btn-primary")
        assert not page.select(".odl-verdict form")

    def test_it_names_the_collectivite_the_model_and_the_day(self, look, deposit):
        resource = deposit(GOOD)
        run_checks()

        page = look(address(resource))

        assert "Valbrune" in words(page.select_one(".breadcrumb"))
        assert "version 1.1" in words(page.select_one(".odl-meta"))
        assert page.select_one(".odl-meta time")["datetime"]

    def test_an_unreadable_file(self, look, deposit, agent):
        resource = deposit(b"<!doctype html><html><body>Connexion</body></html>")
        run_checks()

        page = look(address(resource), agent)

        assert words(page.select_one(".odl-verdict .odl-state")) == "unreadable"
        assert not page.select(".odl-sheet")
        assert words(page.select_one(".odl-verdict .btn-primary")) == "Deposit the corrected file"

    def test_a_file_without_model_is_shown_the_one_it_looks_like(self, look, deposit, agent):
        resource = deposit(GOOD, schema="")
        run_checks()

        page = look(address(resource), agent)

        assert words(page.select_one(".odl-verdict .odl-state")) == "without a model"
        assert "6 of its 6 columns" in words(page.select_one(".odl-verdict"))
        assert words(page.select_one(".odl-verdict .btn-primary")) == "Choose this model"

    def test_a_link_that_is_not_safe_is_not_read(self, look, dataset, agent):
        data = {"package_id": dataset["id"], "url": "http://exemple.test/prenoms.csv", "odl_schema": SCHEMA}
        resource = call("resource_create", agent, **data)

        page = look(address(resource), agent)

        assert words(page.select_one(".odl-verdict .odl-state")) == "to check again"
        assert "a link that the portal cannot read" in words(page.select_one(".odl-verdict"))

    def test_a_map_is_checked_like_a_table(self, look, agent, dataset):
        lane = {"id_local": "1", "code_com_d": "48094", "code_com_g": "48094", "ame_d": "VOIE VERTE", "ame_g": "AUCUN"}
        line = {"type": "LineString", "coordinates": [[3.5, 44.51], [3.51, 44.52]]}
        features = [{"type": "Feature", "geometry": line, "properties": {**lane, "ame_d": way}} for way in WAYS]
        content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
        data = {"package_id": dataset["id"], "odl_schema": "etalab/schema-amenagements-cyclables", "url_type": "upload"}
        resource = call("resource_create", agent, **data, upload=upload(content, "velo.geojson"))
        run_checks()

        page = look(address(resource), agent)

        assert words(page.select_one(".odl-verdict .odl-state")) == "to correct"
        cause = page.select_one(".odl-cause-error")
        assert "Values outside the list" in words(cause)
        assert "object no. 2" in words(cause)
        rows = cause.select(".odl-sheet tbody tr")
        assert [words(row.th).split()[1:] for row in rows] == [[], ["2"]]
        assert [words(cell) for cell in cause.select(".odl-sheet thead th")] == ["Column"] * 3

    @pytest.mark.parametrize("values", [{"state": "interrupted"}, {"state": "done", "status": "incomplete"}])
    def test_a_check_cut_short_does_not_blame_the_file(self, look, deposit, agent, values):
        resource = deposit(GOOD)
        set_check(resource, **values)

        page = look(address(resource), agent)

        assert words(page.select_one(".odl-verdict .odl-state")) == "to check again"
        assert "says nothing against the file" in words(page.select_one(".odl-verdict"))
        assert words(page.select_one(".odl-verdict form button")) == "Check again"

    def test_in_french(self, look, deposit):
        files = {"conforme": deposit(GOOD), "à corriger": deposit(WRONG), "illisible": deposit(b"%PDF-1.7 \x00")}
        run_checks()

        for word, resource in files.items():
            page = look(address(resource, language="fr"))

            assert words(page.select_one(".odl-verdict .odl-state")) == word
            assert "Rapport" in words(page.select_one(".odl-eyebrow"))


class TestManyErrors:
    def test_repeated_errors_are_one_cause_with_examples(self, look, deposit):
        resource = deposit(REPEATED)
        run_checks()

        cause = look(address(resource)).select_one(".odl-cause-error")

        assert f"{MANY} cells" in words(cause.select_one(".odl-cause-where"))
        assert len(cause.select(".odl-cell-error")) == 3
        assert words(cause.select_one(".odl-more summary")).startswith(f"See the {MANY - 3} others")
        assert len(cause.select(".odl-places li")) == MANY - 3

    def test_wrong_rows_come_by_pages(self, look, deposit):
        resource = deposit(REPEATED)
        run_checks()

        first, last = look(address(resource)), look(address(resource, "?page=3"))

        assert len(first.select("#rows .odl-row-wrong")) == 20
        assert len(last.select("#rows .odl-row-wrong")) == 5
        assert first.select_one("#rows .odl-pager a[rel=next]")["href"].endswith("?page=2#rows")
        assert not last.select("#rows .odl-pager a[rel=next]")

    def test_a_page_that_does_not_exist(self, look, deposit):
        resource = deposit(REPEATED)
        run_checks()

        for page in ("0", "-1", "99", "x"):
            look(address(resource, f"?page={page}"))

    def test_cells_of_the_file_are_text(self, look, deposit):
        resource = deposit((HEADER + 'Valbrune,48903,F,"<img src=x onerror=alert(1)>",beaucoup,2024\n').encode())
        run_checks()

        page = look(address(resource))

        assert not page.select(".odl-sheet img")
        assert "<img src=x" in page.select_one(".odl-sheet").get_text()


class TestWhileChecking:
    def test_progress_is_said_and_refreshes_itself(self, look, deposit, agent):
        resource = deposit(GOOD)

        page = look(address(resource))

        progress = page.select_one("[aria-live=polite] .odl-progress")
        assert progress["hx-get"].startswith(address(resource, "/fragment"))
        assert "may leave this page" in words(progress)
        assert words(page.select_one(".odl-actions a")) == "Refresh"

    def test_the_fragment_is_silent_while_nothing_moves(self, app, deposit):
        resource = deposit(GOOD)

        assert app.get(address(resource, "/fragment?step=waiting")).status_code == 204

    def test_the_fragment_tells_a_new_step(self, app, deposit):
        resource = deposit(GOOD)
        set_check(resource, state="running", started_at=sa.func.now())

        answer = app.get(address(resource, "/fragment?step=waiting"))

        assert "row by row" in answer.body

    def test_the_fragment_calls_for_the_whole_page_at_the_end(self, app, deposit):
        resource = deposit(GOOD)
        run_checks()

        answer = app.get(address(resource, "/fragment?step=running"))

        assert answer.headers["HX-Refresh"] == "true"

    def test_the_page_after_an_upload_waits_for_the_answer(self, look, deposit, agent, monkeypatch):
        resource = deposit(GOOD)
        monkeypatch.setattr("ckanext.odl.helpers.pages.time.sleep", lambda _seconds: run_checks())

        page = look(address(resource), agent)

        assert words(page.select_one(".odl-verdict .odl-state")) == "compliant"

    def test_a_stranger_does_not_wait(self, look, deposit, monkeypatch):
        resource = deposit(GOOD)
        monkeypatch.setattr("ckanext.odl.helpers.pages.time.sleep", lambda _seconds: pytest.fail("waited"))

        look(address(resource))

    @pytest.mark.ckan_config("ckanext.odl.validation.answer_size", 10)
    def test_a_large_file_is_not_waited_for(self, look, deposit, agent, monkeypatch):
        resource = deposit(GOOD)
        monkeypatch.setattr("ckanext.odl.helpers.pages.time.sleep", lambda _seconds: pytest.fail("waited"))

        look(address(resource), agent)


class TestHistory:
    @pytest.fixture
    def mended(self, deposit, agent):
        """A file with two problems, then mended."""
        resource = deposit(WRONG)
        run_checks()
        call("resource_patch", agent, id=resource["id"], upload=upload(GOOD), url="prenoms.csv")
        run_checks()
        return resource

    def test_what_became_better_is_said(self, look, mended):
        page = look(address(mended))

        assert "There were 2 problems: now there is none." in words(page.select_one(".odl-change"))
        assert len(page.select(".odl-history li")) == 2

    def test_an_earlier_report_can_be_read_and_nothing_else(self, look, mended, agent):
        link = look(address(mended), agent).select_one(".odl-history a")["href"]

        page = look(link, agent)

        assert "earlier report" in words(page.select_one(".odl-message"))
        assert words(page.select_one(".odl-verdict .odl-state")) == "to correct"
        assert not page.select(".odl-verdict .btn-primary")
        assert not page.select(".odl-verdict form")

    def test_the_report_of_another_file_is_not_found(self, look, mended, deposit):
        other = deposit(WRONG, name="autre.csv")
        run_checks()

        look(address(mended, f"?check={call_id(other)}"), status=404)
        look(address(mended, "?check=rien"), status=404)


def call_id(resource):
    table = Validation.__table__
    return model.Session.execute(sa.select(table.c.id).where(table.c.resource_id == resource["id"])).scalar()


class TestDownloads:
    def test_csv(self, app, deposit):
        resource = deposit(WRONG)
        run_checks()

        answer = app.get(address(resource, ".csv"))

        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert "report-prenoms.csv" in answer.headers["Content-Disposition"]
        assert "C3" in answer.data.decode("utf-8-sig")

    def test_xlsx(self, app, deposit):
        resource = deposit(WRONG)
        run_checks()

        answer = app.get(address(resource, ".xlsx"))

        workbook = openpyxl.load_workbook(io.BytesIO(answer.data))
        cells = [str(cell.value) for sheet in workbook for row in sheet.iter_rows() for cell in row]
        assert "C3" in cells

    def test_nothing_to_download_yet(self, look, deposit):
        look(address(deposit(WRONG), ".csv"), status=404)


class TestCheckAgain:
    def test_an_agent_has_her_file_checked_again(self, app, authorization, deposit, agent):
        resource = deposit(GOOD)
        run_checks()

        answer = app.post(address(resource, "/check"), headers=authorization(agent), follow_redirects=False)

        assert answer.status_code == 302
        assert state_of(resource)["state"] == "waiting"

    def test_not_a_stranger(self, app, authorization, deposit):
        resource = deposit(GOOD)
        run_checks()

        assert app.post(address(resource, "/check")).status_code == 403
        headers = authorization(factories.User())
        assert app.post(address(resource, "/check"), headers=headers).status_code == 403
        assert state_of(resource)["state"] == "done"

    def test_the_form_carries_the_token(self, look, deposit, agent):
        resource = deposit(GOOD)
        run_checks()

        form = look(address(resource), agent).select_one(".odl-verdict form")

        assert form["method"] == "post"
        assert form.select_one("input[name=_csrf_token]")["value"]


class TestPrivateFiles:
    def test_are_open_to_the_commune_alone(self, look, deposit, dataset, agent):
        resource = deposit(WRONG)
        run_checks()
        call("package_patch", agent, id=dataset["id"], private=True)
        other = factories.User()

        for suffix in ADDRESSES:
            look(address(resource, suffix), status=404)
            look(address(resource, suffix), other, status=404)
            look(address(resource, suffix), agent)

    def test_cannot_be_checked_by_strangers(self, app, authorization, deposit, dataset, agent):
        resource = deposit(WRONG)
        run_checks()
        call("package_patch", agent, id=dataset["id"], private=True)

        headers = authorization(factories.User())
        assert app.post(address(resource, "/check"), headers=headers).status_code == 404

    def test_look_like_files_that_do_not_exist(self, look):
        for suffix in ADDRESSES:
            look(f"/en/odl/report/0ad0fd9d-0000-4000-8000-000000000000{suffix}", status=404)


@pytest.mark.ckan_config("WTF_CSRF_ENABLED", True)
class TestForgedForms:
    """The token is asked for by our own check: CKAN lets through those who come with an API token."""

    def test_without_a_token_nothing_happens(self, app, authorization, deposit, agent):
        resource = deposit(GOOD)
        run_checks()
        headers = authorization(agent)
        for _ in range(3):
            app.get(address(resource))

        for data in ({}, {"_csrf_token": "invented"}):
            answer = app.post(address(resource, "/check"), data=data, headers=headers)
            assert answer.status_code == 400
        assert state_of(resource)["state"] == "done"

    def test_with_the_token_of_the_page_it_does(self, app, authorization, deposit, agent):
        resource = deposit(GOOD)
        run_checks()
        browser, headers = app.test_client(), authorization(agent)  # one client, so that the session is kept
        page = BeautifulSoup(browser.get(address(resource), headers=headers).data, "html.parser")
        data = {"_csrf_token": page.select_one(".odl-verdict form input[name=_csrf_token]")["value"]}

        answer = browser.post(address(resource, "/check"), data=data, headers=headers, follow_redirects=False)

        assert answer.status_code == 302
