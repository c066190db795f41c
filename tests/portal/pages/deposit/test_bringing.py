"""« Déposer un fichier »: choose for whom, bring one file or several."""

from __future__ import annotations

import io
import re

import pytest
from ckan.tests import factories

from tests.portal.conftest import GOOD, HEADER, WRONG, call, run_checks
from tests.portal.pages.conftest import words
from tests.portal.pages.deposit.steps import HERE, deposits, page_of

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


class TestBringing:
    def test_the_only_collectivite_is_chosen_already(self, look, agent, commune):
        page = look(HERE, agent)

        assert words(page.h1) == "Deposit a file"
        assert "Valbrune" in words(page.select_one(".odl-eyebrow"))
        form = page.select_one("form.odl-drop-form")
        assert form["enctype"] == "multipart/form-data"
        assert form.select_one("input[name=_csrf_token]")["value"]
        assert form.select_one("input[name=collectivite]")["value"] == commune["name"]
        assert form.select_one("input[type=file][multiple][required]")
        assert page.select_one(".odl-else a[href*='/dataset/new']")

    def test_of_several_one_is_chosen_first(self, look, agent):
        other = factories.Organization(title="Les Trois-Sources", name="trois-sources")
        call("organization_member_create", None, id=other["id"], username=agent["name"], role="editor")

        page = look(HERE, agent)

        assert not page.select("form.odl-drop-form")
        assert [words(link) for link in page.select(".odl-choices a")] == ["Les Trois-Sources", "Valbrune"]
        link = page.select(".odl-choices a")[0]["href"]
        assert "Les Trois-Sources" in words(look(link, agent).select_one(".odl-eyebrow"))

    def test_strangers_log_in_and_others_find_nothing(self, app, look, agent, commune):
        answer = app.get(f"{HERE}?collectivite=valbrune", follow_redirects=False)
        assert answer.status_code == 302
        assert "/user/login" in answer.headers["Location"]

        reader = factories.User()
        call("organization_member_create", None, id=commune["id"], username=reader["name"], role="member")
        for user in (factories.User(), reader):
            look(f"{HERE}?collectivite=valbrune", user, status=404)
            assert "may not publish" in words(look(HERE, user).select_one(".odl-empty"))

    def test_one_file_leads_to_its_page(self, look, agent, bring):
        page = look(bring(), agent)

        assert words(page.h1) == "prenoms-2024.csv"
        assert len(deposits()) == 1

    def test_several_files_lead_to_the_list(self, look, send, agent, commune):
        files = [(GOOD, "un.csv"), (WRONG, "deux.csv")]

        answer = send(HERE, files=files, collectivite=commune["name"])

        assert answer.status_code == 302
        run_checks()
        page = look(re.sub(r"^.*/odl/", "/en/odl/", answer.headers["Location"]), agent)
        assert {words(link) for link in page.select(".odl-deposits h3 a")} == {"un.csv", "deux.csv"}
        assert {words(badge) for badge in page.select(".odl-deposits .odl-state")} == {"compliant", "to correct"}
        assert len(page.select(".odl-fresh")) == 2

    def test_one_that_is_refused_stops_no_other(self, send, agent, commune):
        files = [(GOOD, "un.csv"), (b"MZ\x90\x00", "programme.exe")]

        answer = send(HERE, files=files, collectivite=commune["name"])

        assert answer.status_code == 422
        problems = words(page_of(answer).select_one(".odl-problems"))
        assert "programme.exe" in problems
        assert "The other one is here." in problems
        assert len(deposits()) == 1

    def test_no_file(self, send, commune):
        answer = send(HERE, collectivite=commune["name"])

        assert answer.status_code == 422
        page = page_of(answer)
        assert "Choose the file" in words(page.select_one(".odl-problems"))
        assert page.select_one("#field-upload")["aria-invalid"] == "true"
        assert not deposits()

    @pytest.mark.ckan_config("ckan.max_resource_size", 1)
    def test_a_file_that_is_too_large(self, send, commune):
        answer = send(HERE, files=[(HEADER.encode() + b"x" * (2 << 20), "gros.csv")], collectivite=commune["name"])

        assert answer.status_code in (413, 422)
        assert "1 MB" in answer.body
        assert not deposits()

    def test_the_script_is_told_where_to_go(self, app, authorization, agent, commune):
        headers = {**authorization(agent), "X-Requested-With": "XMLHttpRequest"}
        data = {"collectivite": commune["name"], "upload": (io.BytesIO(GOOD), "prenoms.csv")}

        answer = app.post(HERE, data=data, headers=headers, content_type="multipart/form-data")

        assert answer.json["url"].endswith(f"/odl/depot/{deposits()[0].id}")

    def test_for_somebody_elses_collectivite(self, send):
        factories.Organization(name="ailleurs")

        assert send(HERE, files=[(GOOD, "un.csv")], collectivite="ailleurs").status_code == 404
        assert not deposits()
