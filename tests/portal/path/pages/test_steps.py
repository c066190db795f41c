"""The page of the path: where the commune stands, what it gives as proof, what it is told."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from ckan import model
from ckan.tests import factories

from ckanext.odl.model import PathHistory
from tests.portal.conftest import GOOD, call, run_checks

from .conftest import PATH, state_of, words

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def tomorrow() -> str:
    return (dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=2)).date().isoformat()


class TestWhereItStands:
    def test_six_phases_with_their_counts(self, look, agent):
        page = look(PATH, agent)

        phases = page.select(".odl-phases > li")
        assert [words(phase.select_one(".odl-phase-number")) for phase in phases] == list("123456")
        for phase, shown in zip(phases, page.select("details.odl-phase"), strict=True):
            done, applicable = words(phase.select_one(".odl-phase-count [aria-hidden]")).split("/")
            states = [words(badge) for badge in shown.select(".odl-state")]
            assert int(done) == sum(state in ("fait", "déclaré", "dispensé") for state in states)
            assert int(applicable) == len(states) - states.count("sans objet")

    def test_the_phase_one_is_in_is_open_and_another_opens_on_demand(self, look, agent):
        def opened(page):
            return [words(phase.h2) for phase in page.select("details.odl-phase[open]")]

        assert opened(look(PATH, agent)) == ["1 Phase 1 Devenir un territoire open data"]
        assert opened(look(f"{PATH}?phase=p4", agent)) == ["4 Phase 4 Diffuser la culture de la donnée en interne"]

    def test_three_steps_come_first_each_with_why_minutes_and_a_button(self, look, agent):
        steps = look(PATH, agent).select(".odl-next > li")

        assert len(steps) == 3
        for step in steps:
            assert words(step.h3)
            assert words(step.p)
            assert "min" in words(step.select_one(".odl-meta")) or " h" in words(step.select_one(".odl-meta"))
            look(step.select_one("a.btn")["href"], agent)
        assert len({words(step.h3) for step in steps}) == 3

    def test_the_effort_left_is_said_in_hours_and_is_indicative(self, look, agent):
        page = look(PATH, agent)

        lead = words(page.select_one(".odl-lead"))
        assert re.search(r"h( \d\d)? environ, sans compter la préparation des fichiers", lead)
        assert "indicatives" in words(page.select_one("[role=main]"))
        assert all("encore" in words(summary) for summary in page.select(".odl-phase-sum"))

    def test_what_the_portal_sees_moves_the_path(self, look, agent, deposit):
        assert state_of(look(PATH, agent), "p2.first_public") == "à faire"

        deposit(GOOD)
        run_checks()

        page = look(PATH, agent)
        assert state_of(page, "p2.first_public") == "fait"
        assert "vu par le portail" in words(page.select_one("#step-p2-first_public"))

    def test_doors_open_for_this_reader(self, look, agent, deposit):
        reader = factories.User()
        call("organization_member_create", None, id="valbrune", username=reader["name"], role="member")
        deposit(GOOD)
        run_checks()

        pages = {user["name"]: look(f"{PATH}/p2.described", user) for user in (agent, reader)}

        assert pages["sylvie"].select("a[href='/fr/dataset/edit/prenoms']")
        assert not pages[reader["name"]].select("a[href*='/dataset/edit/']")
        assert not look(PATH, agent).select("[role=main] a[href*='/organization/edit']")

    def test_a_step_that_left_the_path_keeps_its_history(self, look, agent, commune):
        line = {"what": "proof_given", "after": {"kind": "note", "value": "Charte signée"}, "user_id": agent["id"]}
        PathHistory.write(model.Session(), [{"organization_id": commune["id"], "step": "p1.charter", **line}])
        model.Session.commit()
        call("odl_progress_recompute", agent, id="valbrune")

        retired = look(PATH, agent).select_one("#odl-retired ~ ul li")

        assert "1 ligne dans l’historique" in words(retired)
        for address in (retired.a["href"], f"{PATH}/p1.charter"):
            assert "Charte signée" in words(look(address, agent).select_one(".odl-entries"))

    def test_english_is_complete(self, look, agent):
        page = look(PATH.replace("/fr/", "/en/"), agent)

        assert words(page.h1) == "Our path to open data"
        assert "Become an open data territory" in words(page.select_one(".odl-phases"))


class TestHelp:
    def test_two_levels_remembered_for_the_person(self, app, authorization, agent):
        page = app.get(PATH, headers=authorization(agent))
        assert "Leur ordre est un conseil" in page.get_data(as_text=True)

        answer = app.post(f"{PATH}/aide", headers=authorization(agent), data={"level": "used"}, follow_redirects=False)
        cookie = "; ".join(sent.split(";")[0] for sent in answer.headers.getlist("Set-Cookie"))
        client = app.test_client(use_cookies=False)  # the cookie is ours to send
        page = client.get(PATH, headers={**authorization(agent), "Cookie": cookie})
        other = client.get(PATH, headers={**authorization(factories.Sysadmin()), "Cookie": cookie})

        assert "Leur ordre est un conseil" not in page.get_data(as_text=True)
        assert "Afficher les explications" in page.get_data(as_text=True)
        assert "Leur ordre est un conseil" in other.get_data(as_text=True)


class TestEvidence:
    def test_a_note_makes_the_step_declared_and_is_shown(self, look, send, agent):
        page = send(agent, "p1.elected", do="evidence", note="Adjointe aux finances, conseil du 4 mai")

        assert "Enregistré" in words(page.select_one(".flash-messages"))
        assert words(page.select_one(".odl-verdict .odl-state")) == "déclaré"
        assert "Adjointe aux finances, conseil du 4 mai" in words(page.select_one(".odl-proofs"))
        assert state_of(look(PATH, agent), "p1.elected") == "déclaré"

    def test_a_file_can_be_opened_again(self, app, authorization, look, send, agent):
        page = send(agent, "p1.decision", do="evidence", upload=(io.BytesIO(PDF), "deliberation.pdf"))

        link = page.select_one(".odl-proofs a")
        assert "deliberation.pdf" in words(link)
        assert app.get(link["href"], headers=authorization(agent)).data == PDF
        assert app.get(link["href"], headers=authorization(factories.User())).status_code == 404

    def test_within_the_list_the_step_and_the_head_are_renewed(self, send, agent):
        page = send(agent, "p1.elected", htmx=True, do="evidence", note="Adjointe au numérique")

        assert not page.select("html")
        assert words(page.select_one("#step-p1-elected .odl-state")) == "déclaré"
        assert "Enregistré" in words(page.select_one("#step-p1-elected [role=status]"))
        assert page.select_one("#odl-path-head")["hx-swap-oob"] == "true"

    def test_the_form_opens_within_the_list(self, app, authorization, agent):
        answer = app.get(f"{PATH}/p1.elected", headers={**authorization(agent), "HX-Request": "true"})

        assert answer.get_data(as_text=True).lstrip().startswith("<li")
        assert 'name="note"' in answer.get_data(as_text=True)

    @pytest.mark.parametrize(
        ("step", "fields", "field", "sentence"),
        [
            ("p1.decision", {"upload": (b"x" * 100, "virus.exe")}, "upload", ""),
            ("p1.decision", {"upload": (b"<script>alert(1)</script>", "acte.txt")}, "upload", ""),
            ("p1.decision", {"value": "https://moi:secret@exemple.fr/acte"}, "value", ""),
            ("p1.decision", {"value": "javascript:alert(1)"}, "value", ""),
            ("p1.elected", {"note": "Adjoint", "given_on": tomorrow()}, "given_on", ""),
            ("p1.elected", {"note": "Adjoint", "given_on": "le 4 mai"}, "given_on", ""),
            ("p1.elected", {"note": "Adjoint", "given_on": "2026-03-02", "expires_on": "2026-03-01"}, "expires_on", ""),
            ("p1.elected", {"note": ""}, "note", "Donnez l’un de ces justificatifs"),
        ],
    )
    @pytest.mark.parametrize("htmx", [False, True])
    def test_what_is_unfit_is_said_on_its_field_and_on_top(self, send, agent, step, fields, field, sentence, htmx):
        sent = {key: (io.BytesIO(value[0]), value[1]) if key == "upload" else value for key, value in fields.items()}

        page = send(agent, step, status=200 if htmx else 422, htmx=htmx, do="evidence", **sent)

        box = page.select_one(f"form.odl-evidence [name={field}]")
        error = page.select_one(f"#{box['aria-describedby'].split()[0]}")
        assert box["aria-invalid"] == "true"
        assert len(words(error)) > 10
        assert sentence in words(error)
        assert page.select_one(f".odl-problems a[href='#{box['id']}']")
        for name, typed in fields.items():
            if name != "upload":
                kept = page.select_one(f"form.odl-evidence [name={name}]")
                assert typed in (kept.get("value"), kept.text)
        assert not call("odl_history_list", None, id="valbrune", step=step)["count"]

    def test_a_file_of_60_megabytes(self, send, agent):
        file = (io.BytesIO(b"%PDF-1.4" + bytes(60 << 20)), "enorme.pdf")

        page = send(agent, "p1.decision", status=422, do="evidence", upload=file, given_on="2026-03-02")

        assert "10" in words(page.select_one("[id$=error-p1-decision-upload]"))
        assert page.select_one("[name=given_on]")["value"] == "2026-03-02"

    def test_a_proof_can_be_withdrawn_and_the_history_keeps_it(self, look, send, agent):
        page = send(agent, "p1.elected", do="evidence", note="Adjointe au numérique")
        proof = page.select_one(".odl-proofs input[name=proof]")["value"]

        page = send(agent, "p1.elected", do="withdraw", proof=proof)

        assert words(page.select_one(".odl-verdict .odl-state")) != "déclaré"
        assert not page.select(".odl-proofs")
        assert "Enregistré" not in words(page.select_one(".flash-messages"))
        assert "justificatif retiré" in words(page.select_one(".odl-entries"))
        send(agent, "p1.elected", status=404, do="withdraw", proof="inconnu")


class TestNotApplicable:
    def test_the_commune_proposes_and_its_structure_accepts(self, look, send, agent, staff):
        send(agent, "p6.workshop", do="propose_not_applicable", reason="Douze habitants")
        waiting = look(f"{PATH}/p6.workshop", staff)
        assert "Douze habitants" in words(waiting.select_one(".odl-proposal"))
        assert state_of(look(PATH, agent), "p6.workshop") == "à faire"

        send(staff, "p6.workshop", do="accept")

        assert state_of(look(PATH, agent), "p6.workshop") == "sans objet"

    def test_a_refusal_has_a_reason(self, look, send, agent, staff):
        send(agent, "p6.workshop", do="propose_not_applicable", reason="Pas le temps")

        refused = send(staff, "p6.workshop", status=422, do="refuse", reason="")
        assert "Dites pourquoi" in words(refused.select_one(".odl-problems"))
        page = send(staff, "p6.workshop", do="refuse", reason="Une réunion suffit")

        assert not page.select(".odl-proposal")
        assert "Une réunion suffit" in words(look(f"{PATH}/p6.workshop", agent).select_one(".odl-entries"))

    def test_the_commune_takes_its_proposal_back(self, send, agent, member):
        page = send(agent, "p6.workshop", do="propose_not_applicable", reason="Pas le temps")
        assert "Causses Numérique vous répondra" in words(page.select_one(".odl-proposal"))
        assert "Causses Numérique" in words(page.select_one(".flash-messages"))
        assert "à faire" not in words(page.select_one(".flash-messages"))

        page = send(agent, "p6.workshop", do="withdraw", proof=page.select_one(".odl-proposal [name=proof]")["value"])

        assert not page.select(".odl-proposal")

    def test_the_structure_waives_with_a_reason_and_asks_again(self, look, send, agent, staff):
        send(staff, "p4.internal", status=422, do="waive", reason=" ")
        send(staff, "p4.internal", do="waive", reason="Un seul agent")

        step = look(PATH, agent).select_one("#step-p4-internal")
        assert words(step.select_one(".odl-state")) == "dispensé"
        assert "Un seul agent" in words(step)

        send(staff, "p4.internal", do="unwaive")
        assert state_of(look(PATH, agent), "p4.internal") == "à faire"
