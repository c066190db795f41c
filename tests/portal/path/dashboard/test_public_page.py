"""What everybody may read of the progress of a collectivité that opened it: the page, the list, the badge."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from bs4 import BeautifulSoup

from tests.portal.conftest import upload
from tests.portal.pages.conftest import words

pytestmark = pytest.mark.usefixtures("with_plugins", "territory")

LIST = "/en/odl/avancement"
PAGE = f"{LIST}/saint-exemple"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def opened(territory):
    """Saint-Exemple shows its progress, after its people and its ATD said things that are nobody else's business."""
    given = {"id": "saint-exemple", "step": "p1.elected", "kind": "note", "value": "Jeanne Secret, adjointe"}
    territory.call("agent", "odl_step_update", **given)
    territory.call(
        "agent", "odl_step_update", id="saint-exemple", step="p1.agreement", kind="file",
        upload=upload(b"%PDF-1.4 secret", "convention-secrete.pdf"),
    )  # fmt: skip
    territory.call(
        "agent", "odl_step_update", id="saint-exemple", step="p1.training", propose_not_applicable=True,
        reason="Raison secrète",
    )  # fmt: skip
    waiver = {"waive": True, "reason": "Motif secret"}
    territory.call("atd", "odl_step_update", id="saint-exemple", step="p1.decision", **waiver)
    territory.call("atd", "odl_call_note", id="saint-exemple", note="Appel secret")
    territory.call(
        "agent", "package_create", name="jeu-secret", title="Jeu secret", owner_org="saint-exemple", private=True,
        license_id="lov2",
    )  # fmt: skip
    territory.call("sysadmin", "organization_patch", id="saint-exemple", odl_public_progress="true")
    territory.call("sysadmin", "odl_progress_recompute", id="saint-exemple")


class TestWhoIsThere:
    def test_only_those_that_opened_their_page(self, look, opened):
        assert words(look(None, PAGE).h1) == "Saint-Exemple"

        refusal = look(None, f"{LIST}/valbrune", status=404)
        assert "has not opened its own yet" in words(refusal)

    @pytest.mark.parametrize("part", ["", "/badge", "/badge.svg"])
    @pytest.mark.parametrize("name", ["valbrune", "inconnue"])
    def test_the_others_are_as_if_they_did_not_exist(self, visit, name, part):
        for who in (None, "atd", "stranger"):
            visit(who, f"{LIST}/{name}{part}", status=404)

    def test_it_is_closed_at_once(self, visit, territory, opened):
        territory.call("sysadmin", "organization_patch", id="saint-exemple", odl_public_progress="false")

        for part in ("", "/badge", "/badge.svg"):
            visit(None, PAGE + part, status=404)


class TestWhatItShows:
    def test_phases_and_steps_in_words(self, look, opened):
        page = look(None, PAGE)

        assert len(page.select(".odl-phases > li")) == 6
        steps = {
            words(line.select_one(".odl-step-name")): words(line.select_one(".odl-state"))
            for line in page.select(".odl-step-line")
        }
        assert len(steps) > 30
        assert set(steps.values()) <= {
            "to do",
            "done",
            "declared",
            "out of date",
            "waived",
            "not applicable",
            "to be verified",
        }
        assert "waived" in steps.values()
        assert "declared" in steps.values()

    def test_the_register_of_duties_stays_inside(self, territory, opened):
        shown = territory.call(None, "odl_progress_show", id="saint-exemple")

        third = next(phase for phase in shown["phases"] if phase["id"] == "p3")
        assert "p3.duties" not in [step["id"] for step in third["steps"]]
        assert third["applicable"] == sum(step["state"] != "not_applicable" for step in third["steps"])
        assert third["done"] == sum(step["state"] in ("done", "waived") for step in third["steps"])

    @pytest.mark.parametrize("who", [None, "stranger", "agent", "atd", "sysadmin"])
    def test_nothing_that_is_nobody_elses_business(self, look, opened, who):
        page = look(who, PAGE)
        shown = page.select_one("[role=main]").get_text() + str(page.select_one("[role=main]"))

        for secret in ("Jeanne", "secret", "secrète", "Prénom"):
            assert secret not in shown
        assert not page.select("[role=main] form")

    def test_in_french(self, look, opened):
        assert "étape" in words(look(None, "/odl/avancement/saint-exemple").select_one(".odl-lead"))


class TestTheList:
    def test_it_is_searched(self, look, opened):
        assert [words(link) for link in look(None, LIST).select(".odl-progress-list a")] == ["Saint-Exemple (48)"]
        assert look(None, f"{LIST}?q=SAINT").select(".odl-progress-list a")
        assert "“valbrune”" in words(look(None, f"{LIST}?q=valbrune").select_one(".odl-empty"))

    def test_it_explains_itself_when_empty(self, look):
        page = look(None, LIST)

        assert "None for the moment" in words(page.select_one(".odl-empty"))
        assert not page.select("form.odl-find")

    def test_odd_pages_and_searches(self, look, opened):
        for query in ("page=99", "page=-1", "page=x", "q=%25", "q=_", "q=" + "a" * 300):
            look(None, f"{LIST}?{query}")

    def test_over_the_api(self, territory, opened):
        found = territory.call(None, "odl_progress_public_list", q="saint")

        assert found["count"] == 1
        assert set(found["results"][0]) == {
            "id", "name", "title", "kind", "department", "phases", "current", "done", "applicable",
        }  # fmt: skip


class TestTheBadge:
    def test_a_picture_that_says_itself(self, visit, opened):
        answer = visit(None, f"{PAGE}/badge.svg")
        picture = ET.fromstring(answer.data)

        assert answer.content_type == "image/svg+xml; charset=utf-8"
        assert picture.find(f"{SVG}title").text == "Saint-Exemple"
        assert picture.find(f"{SVG}desc").text.startswith("Open data of Saint-Exemple:")
        assert "out of" in picture.findall(f".//{SVG}text")[1].text
        assert not picture.findall(f".//{SVG}script")

    def test_a_name_with_signs_stays_a_picture(self, visit, territory, opened):
        territory.call(
            "sysadmin", "organization_patch", id="saint-exemple", title="<script>alert(1)</script> & « l'Œil »"
        )

        picture = ET.fromstring(visit(None, f"{PAGE}/badge.svg").data)

        assert picture.find(f"{SVG}title").text == "<script>alert(1)</script> & « l'Œil »"

    def test_a_page_for_a_frame(self, visit, opened):
        answer = visit(None, f"{PAGE}/badge")
        page = BeautifulSoup(answer.data, "html.parser")

        assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in answer.headers
        assert not page.select("script, style, link[rel=stylesheet]")
        assert page.img["alt"].startswith("Open data of Saint-Exemple:")
        assert page.a["href"].endswith("/odl/avancement/saint-exemple")
        assert page.a["target"] == "_top"

    def test_only_there_may_a_page_be_framed_by_all(self, visit, opened):
        assert "frame-ancestors *" not in visit(None, PAGE).headers.get("Content-Security-Policy", "")

    @pytest.mark.parametrize("part", ["badge", "badge.svg"])
    def test_it_is_sent_again_only_when_it_changed(self, visit, opened, part):
        first = visit(None, f"{PAGE}/{part}")

        assert "s-maxage=3600" in first.headers["Cache-Control"]
        assert "private" not in first.headers["Cache-Control"]
        again = visit(None, f"{PAGE}/{part}", status=304, headers={"If-None-Match": first.headers["ETag"]})
        assert not again.data

    def test_the_code_to_paste(self, app, opened, territory):
        from ckan.plugins import toolkit as tk  # noqa: PLC0415 (CKAN is ready now)

        progress = territory.call("agent", "odl_progress_show", id="saint-exemple")
        with app.flask_app.test_request_context():
            box = BeautifulSoup(tk.h.snippet("odl/progress/badge_box.html", progress=progress), "html.parser")

        code = BeautifulSoup(box.select_one("#odl-badge-image").text, "html.parser")
        assert code.a["href"].endswith("/odl/avancement/saint-exemple")
        assert code.img["src"].endswith("/odl/avancement/saint-exemple/badge.svg")
        assert BeautifulSoup(box.select_one("#odl-badge-frame").text, "html.parser").iframe["src"].endswith("/badge")
