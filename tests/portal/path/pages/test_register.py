"""Duties, history, referents, and the page for élus."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from ckan import model

from ckanext.odl.model import PathHistory
from tests.portal.conftest import call

from .conftest import PATH, words

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


class TestDuties:
    def test_each_says_whether_it_applies_and_why_with_the_text(self, look, agent):
        page = look(f"{PATH}/obligations", agent)

        duties = page.select(".odl-duty")
        assert len(duties) == 15
        assert all(words(duty.h3) and words(duty.select_one(".odl-cause-where")) for duty in duties)
        assert "CRPA L322-6" in words(page.select_one("#ob-rip"))

    def test_it_counts_proofs_on_a_day_and_gives_no_verdict(self, look, agent):
        lead = words(look(f"{PATH.replace('/fr/', '/en/')}/obligations", agent).select_one(".odl-lead"))
        text = words(look(f"{PATH}/obligations", agent).select_one("[role=main]"))

        assert re.search(r"^On .+, \d+ dut(y|ies) out of \d+ (has its|have their) proofs\.", lead)
        assert "conforme" not in text.replace("non conforme", "").lower()

    def test_what_is_unknown_is_asked_and_leads_to_its_field(self, look, staff):
        page = look(f"{PATH}/obligations", staff)

        questions = [a["href"] for a in page.select("#odl-duties-unknown ~ ul a.btn")]
        assert any(href.endswith("#field-odl_kind") for href in questions)
        look(questions[0], staff)

    def test_those_who_may_not_answer_read_who_may(self, look, agent, member):
        unknown = look(f"{PATH}/obligations", agent).select("#odl-duties-unknown ~ ul .odl-duty")

        assert unknown
        assert all("Un administrateur de votre collectivité" in words(duty) for duty in unknown)

    def test_a_proof_of_a_duty_is_given_as_that_of_a_step(self, look, send, agent):
        page = send(agent, "ob.decp", do="evidence", value="https://exemple.test/profil-acheteur")

        assert "https://exemple.test/profil-acheteur" in words(page.select_one(".odl-proofs"))
        register = look(f"{PATH}/obligations", agent)
        assert "Justificatifs : 1/1 au" in words(register.select_one("#ob-decp")).replace("\u00a0", " ")


class TestHistory:
    def test_nothing_yet_and_then_who_what_when_why(self, look, send, agent):
        send(agent, "p1.elected", do="evidence", note="Adjointe")

        page = look(f"{PATH}/historique", agent)

        lines = [words(line) for line in page.select(".odl-entries > li")]
        assert any("à faire → déclaré – Désigner un élu référent" in line for line in lines)
        given = next(line for line in lines if "justificatif donné" in line)
        assert agent["fullname"] in given
        assert page.select_one(".odl-entries time")["datetime"]

    def test_labels_name_the_structure_and_the_figure_of_the_profile(self, look, agent, member):
        change = {"organization_id": member["id"], "what": "proof_given", "user_id": agent["id"]}
        PathHistory.write(model.Session(), [{**change, "step": step} for step in ("p1.agreement", "p3.volume")])
        model.Session.commit()

        text = words(look(f"{PATH}/historique", agent).select_one("[role=main]"))

        assert "Convenir de l’accompagnement avec Causses Numérique" in text
        assert re.search(r"Atteindre \d+ jeux publics", text)
        assert "{" not in text

    def test_a_long_history_is_paged(self, look, send, agent):
        for number in range(30):
            call("odl_step_update", agent, id="valbrune", step="p1.elected", kind="note", value=f"Note {number}")

        first, second = look(f"{PATH}/historique", agent), look(f"{PATH}/historique?page=2", agent)

        assert len(first.select(".odl-entries > li")) <= 50
        assert bool(first.select(".odl-pager [rel=next]")) == bool(second.select(".odl-entries > li"))


class TestReferents:
    def post(self, app, authorization, person, /, **fields):
        return app.post(f"{PATH}/referents", headers=authorization(person), data=fields)

    def test_one_is_named_for_a_commune_where_nobody_can(self, app, authorization, look, agent, member, atd):
        answer = self.post(
            app, authorization, agent, do="add", role="secretary", title="Secrétaire de mairie", body=atd["id"]
        )
        assert answer.status_code == 200

        page = look(f"{PATH}/referents", agent)

        assert "1 référent est désigné" in words(page.select_one(".odl-lead"))
        line = words(page.select_one(".odl-entries"))
        assert "Secrétaire mutualisée – Secrétaire de mairie (Causses Numérique)" in line
        assert "sans date de fin" in line

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"role": ""}, "role"),
            ({"role": "elu", "title": "Adjoint, 06 12 34 56 78"}, "title"),
            ({"role": "elu", "title": "adjoint@exemple.fr"}, "title"),
            ({"role": "elu", "title": "Adjoint", "user": "personne-de-ce-nom"}, "user"),
            ({"role": "elu", "title": "Adjoint", "since": "2026-05-01", "until": "2026-04-01"}, "until"),
        ],
    )
    def test_what_is_unfit_is_said_on_its_field(self, app, authorization, agent, fields, field):
        answer = self.post(app, authorization, agent, do="add", **fields)

        page = BeautifulSoup(answer.data, "html.parser")
        assert answer.status_code == 422
        assert words(page.select_one(f"#error-{field}"))
        assert page.select_one(f".odl-problems a[href='#field-{field}']")
        for name, value in fields.items():
            box = page.select_one(f"[name={name}]")
            selected = box.select_one("option[selected]")
            assert value in (box.get("value"), selected and selected["value"], "")

    def test_a_mandate_ends_or_is_removed(self, app, authorization, look, agent):
        for _ in range(2):
            self.post(app, authorization, agent, do="add", role="elu", title="Adjoint")
        first, second = (box["value"] for box in look(f"{PATH}/referents", agent).select("[name=mandate]"))

        self.post(app, authorization, agent, do="remove", mandate=first)
        self.post(app, authorization, agent, do="end", mandate=second)

        page = look(f"{PATH}/referents", agent)
        assert len(page.select(".odl-entries > li")) == 1
        assert "jusqu’au" in words(page.select_one(".odl-entries"))


def _minutes(text: str) -> int:
    """The first duration of a text: « 1 h 30 », « 45 min »."""
    text = re.sub(r"\s", " ", text)
    if hours := re.search(r"(\d+) h(?: (\d\d))?", text):
        return int(hours[1]) * 60 + int(hours[2] or 0)
    minutes = re.search(r"(\d+) min", text)
    return int(minutes[1]) if minutes else 0


class TestSummary:
    def test_it_says_where_what_is_due_what_comes_next_and_how_long(self, look, agent, member):
        page = look("/fr/odl/collectivite/valbrune/bilan", agent)

        text = words(page.main)
        assert page.html["lang"] == "fr"
        assert "Valbrune" in text
        assert len(page.select("#summary-phases ~ table tbody tr")) == 6
        assert re.search(r"h( \d\d)? environ", text)
        assert len(page.select(".summary-next > li")) == 3
        assert "Causses Numérique" in text
        assert not page.select("script:not([src])")
        assert not page.select("[style]")

    def test_everybody_prints_the_same_page(self, look, agent, staff):
        pages = [look("/fr/odl/collectivite/valbrune/bilan", reader) for reader in (agent, staff)]

        assert words(pages[0].main) == words(pages[1].main)

    def test_the_column_of_efforts_adds_up(self, look, agent):
        page = look("/fr/odl/collectivite/valbrune/bilan", agent)

        cells = [words(row.select("td")[-1]) for row in page.select("#summary-phases ~ table tbody tr")]
        assert _minutes(words(page.select_one(".summary-lead"))) == sum(map(_minutes, cells)) > 0


class TestCard:
    def test_the_page_of_the_collectivite_shows_the_path_once(self, look, agent):
        page = look("/fr/odl/collectivite/valbrune", agent)

        card = words(page.select_one(".odl-path-card"))
        assert "Phase 1 sur 6 : Devenir un territoire open data." in card
        assert "sans compter la préparation des fichiers" in card
        assert page.select_one(".odl-path-card a.btn")["href"] == PATH
        assert len(page.select(".odl-path-card .odl-phases > li")) == 6

    def test_the_next_steps_do_not_repeat_the_first_deposit(self, look, agent):
        page = look("/fr/odl/collectivite/valbrune", agent)

        addresses = [a["href"] for a in page.select(".odl-empty a.btn, .odl-steps a.btn")]
        assert len(addresses) == len(set(addresses)) >= 3
