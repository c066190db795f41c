"""The page of a deposit: what was read of its file, and how it becomes better."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from ckan import model

from ckanext.odl.model import Validation
from tests.portal.conftest import GOOD, HEADER, WRONG, run_checks
from tests.portal.pages.conftest import words
from tests.portal.pages.deposit.steps import HERE, page_of

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

#: A sign written in small letters, and a number of births that nobody can guess.
MENDABLE = (HEADER + "Valbrune,48903,F,Louise,3,2024\nValbrune,48903,f,Jade,4,2024\n").encode()


class TestReading:
    def test_says_what_was_read_and_the_model(self, look, agent, bring):
        page = look(
            bring(
                "COMMUNE_NOM;COLL_INSEE;ENFANT_SEXE;ENFANT_PRENOM;NOMBRE_OCCURRENCES;ANNEE\r\n"
                "Valbrune;48903;F;Zoé;3;2024\r\n".encode("cp1252")
            ),
            agent,
        )

        facts = words(page.select_one(".odl-reading"))
        for said in ("1 row, 6 columns", "CSV", "semicolons", "Windows-1252", "All 6 columns of the model"):
            assert said in facts
        assert words(page.select_one(".odl-verdict .odl-state")) == "compliant"
        assert words(page.select_one(".odl-verdict .btn-primary")) == "Continue"

    def test_while_it_is_checked(self, look, send, agent, commune):
        answer = send(HERE, files=[(GOOD, "un.csv")], collectivite=commune["name"])
        address = re.sub(r"^.*/odl/", "/en/odl/", answer.headers["Location"])
        values = {"size": 1 << 30}
        model.Session.execute(sa.update(Validation.__table__).values(**values))
        model.Session.commit()

        page = look(address, agent)

        assert words(page.select_one(".odl-verdict .odl-state")) == "being checked"
        assert page.select_one("[aria-live=polite] [hx-get]")
        assert words(page.select_one(".odl-actions a")) == "Refresh"

    def test_the_fragment_calls_for_the_page_at_the_end(self, app, authorization, agent, bring):
        answer = app.get(f"{bring()}/fragment?step=waiting", headers=authorization(agent))

        assert answer.headers["HX-Refresh"] == "true"

    def test_an_unreadable_file(self, look, agent, bring):
        page = look(bring(b"<!doctype html><html><body>Connexion</body></html>"), agent)

        assert words(page.select_one(".odl-verdict .odl-state")) == "unreadable"
        assert words(page.select_one(".odl-verdict .btn-primary")) == "Deposit the corrected file"

    def test_another_model_or_none(self, look, send, agent, bring):
        address = bring()
        page = look(f"{address}/modele", agent)
        assert page.select_one("input[name=schema][checked]")["value"] == "scdl/prenoms"
        found = look(f"{address}/modele?q=subvention", agent)
        assert "scdl/subventions" in [box["value"] for box in found.select("input[name=schema]")]

        assert send(f"{address}/modele", schema="scdl/subventions").status_code == 302
        run_checks()
        assert "Chosen by hand" in words(look(address, agent).select_one(".odl-reading"))

        assert send(f"{address}/modele", schema="").status_code == 302
        run_checks()
        assert words(look(address, agent).select_one(".odl-verdict .odl-state")) == "without a model"

        assert send(f"{address}/modele", schema="inconnu").status_code == 422
        assert send(f"{address}/modele").status_code == 422

    def test_the_report_is_downloaded(self, app, authorization, agent, bring):
        answer = app.get(f"{bring(WRONG)}/rapport.csv", headers=authorization(agent))

        assert "attachment" in answer.headers["Content-Disposition"]
        assert "C3" in answer.data.decode("utf-8-sig")


class TestMending:
    def test_a_corrected_file_says_what_became_better(self, look, send, agent, bring):
        address = bring(WRONG)

        assert send(f"{address}/fichier", files=[(GOOD, "corrige.csv")]).status_code == 302
        run_checks()

        page = look(address, agent)
        assert words(page.h1) == "corrige.csv"
        assert "There were 2 problems: now there is none." in words(page.select_one(".odl-change"))
        assert len(page.select(".odl-kept-files li")) == 2

    def test_without_a_file_nothing_is_lost(self, send, bring):
        answer = send(f"{bring(WRONG)}/fichier")

        assert answer.status_code == 422
        assert "to correct" in words(page_of(answer).select_one(".odl-verdict"))

    def test_repairs_are_shown_then_made(self, app, authorization, look, send, agent, bring):
        address = bring(MENDABLE)
        button = look(address, agent).select_one(".odl-verdict .btn-primary")
        assert words(button) == "See what can be repaired"
        page = look(f"{address}/reparer", agent)
        boxes = page.select("input[type=checkbox]")
        assert [row.select_one("th").get_text() for row in page.select(".odl-before-after tbody tr")] == ["C3"]
        assert words(page.select_one("del")) == "f"
        assert words(page.select_one("ins")) == "F"

        sent = {box["name"]: box["value"] for box in boxes if box.has_attr("checked")}
        assert send(f"{address}/reparer", format="csv", **sent).status_code == 302
        run_checks()

        page = look(address, agent)
        assert words(page.select_one(".odl-verdict .odl-state")) == "compliant"
        assert "There was 1 problem: now there is none." in words(page.select_one(".odl-change"))
        links = [link["href"] for link in page.select(".odl-kept-files a")]
        bytes_ = [app.get(link, headers=authorization(agent)) for link in links]
        assert MENDABLE in [answer.data for answer in bytes_]
        assert any("C3" in answer.data.decode("utf-8-sig") for answer in bytes_)
        for answer in bytes_:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Content-Disposition"].startswith("attachment")

    def test_nothing_ticked(self, send, bring):
        answer = send(f"{bring(MENDABLE)}/reparer", format="csv")

        assert answer.status_code == 422
        assert "Tick at least one" in words(page_of(answer).select_one(".odl-problems"))
