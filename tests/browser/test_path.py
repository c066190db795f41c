"""The secretary of a commune follows the path: she reads what comes next, gives a proof, prints a page for élus."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from .accessibility import assert_accessible
from .conftest import PHONE

PATH = "/fr/odl/collectivite/saint-exemple/parcours"
STEP = "Désigner un élu référent"
NOTE = "Adjointe aux finances, conseil du 4 mai"
PAGES = {
    "steps": PATH,
    "steps-of-phase-3": f"{PATH}?phase=p3",
    "step": f"{PATH}/p1.elected",
    "duty": f"{PATH}/ob.decp",
    "duties": f"{PATH}/obligations",
    "referents": f"{PATH}/referents",
    "history": f"{PATH}/historique",
    "summary": "/fr/odl/collectivite/saint-exemple/bilan",
    "collectivite": "/fr/odl/collectivite/saint-exemple",
}
# The size of an A4 page in points, as a PDF says it.
A4 = (595, 842)


@pytest.fixture(autouse=True)
def as_before(portal) -> Iterator[None]:
    """Take back the proofs that a test gives, so that the next one finds the step of this story to be done."""

    def proofs() -> dict[str, str]:
        progress = portal.call("odl_progress_show", {"id": "saint-exemple"})
        steps = [step for phase in progress["phases"] for step in phase["steps"]]
        return {proof["id"]: step["id"] for step in steps for proof in step["proofs"]}

    for proof, step in proofs().items():
        if step == "p1.elected":
            portal.call("odl_step_update", {"id": "saint-exemple", "step": step, "withdraw": proof})
    before = proofs()
    yield
    for proof, step in proofs().items():
        if proof not in before:
            portal.call("odl_step_update", {"id": "saint-exemple", "step": step, "withdraw": proof})


def item(page: Page):
    return page.locator("#step-p1-elected")


def count(page: Page) -> int:
    """How many steps the head of the page says are done."""
    found = re.match(r"(\d+) étapes? faites? sur", page.locator(".odl-lead").inner_text())
    return int(found[1]) if found else 0


def open_path(page: Page) -> None:
    """From the page of the collectivité to its path, the first phase open."""
    page.get_by_role("link", name="Voir notre parcours").click()
    expect(page.locator("h1")).to_have_text("Notre parcours d’ouverture des données")
    page.wait_for_load_state()  # before its scripts are there, the link to a proof leads to the page of the step
    if page.locator("details.odl-phase").first.get_attribute("open") is None:
        page.locator("details.odl-phase > summary").first.click()


def test_a_secretary_gives_a_proof_and_sees_it_done(portal, page, photograph):
    portal.log_in(page, name="claire")
    expect(page.get_by_role("heading", name="Notre parcours")).to_be_visible()
    photograph(page, "1-collectivite")
    open_path(page)
    photograph(page, "2-path")
    before = count(page)

    item(page).get_by_role("link", name=f"Donner un justificatif – {STEP}").click()
    expect(item(page).get_by_label("Une note")).to_be_visible()
    assert page.url.endswith("/parcours") or "phase=" in page.url
    photograph(page, "3-form")
    item(page).get_by_label("Une note").fill(NOTE)
    item(page).get_by_label("Date de la décision").fill("2999-01-01")
    item(page).get_by_role("button", name="Enregistrer ce justificatif").click()
    expect(item(page).get_by_role("alert")).to_contain_text("conservé")
    expect(item(page).get_by_label("Une note")).to_have_value(NOTE)
    photograph(page, "4-refused")

    item(page).get_by_label("Date de la décision").fill("")
    item(page).get_by_role("button", name="Enregistrer ce justificatif").click()

    expect(item(page).locator(".odl-state")).to_have_text("déclaré")
    expect(item(page)).to_contain_text(NOTE)
    expect(page.get_by_role("status").filter(has_text="Enregistré")).to_be_focused()
    assert count(page) == before + 1
    photograph(page, "5-done")

    page.get_by_role("link", name="Historique", exact=True).click()
    expect(page.locator(".odl-entries")).to_contain_text("justificatif donné")
    photograph(page, "6-history")


def test_the_same_with_the_keyboard_alone(portal, page):
    portal.log_in(page, name="claire")
    open_path(page)
    summary = page.locator("details.odl-phase > summary").nth(2)
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details.odl-phase").nth(2)).to_have_attribute("open", "")

    link = item(page).get_by_role("link", name=f"Donner un justificatif – {STEP}")
    link.focus()
    page.keyboard.press("Enter")
    note = item(page).get_by_label("Une note")
    expect(note).to_be_visible()
    expect(item(page).locator(":focus")).to_have_count(1)
    for _stop in range(6):
        if note.evaluate("box => box === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type(NOTE)
    for _stop in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == "Enregistrer ce justificatif":
            break
    page.keyboard.press("Enter")

    expect(item(page).locator(".odl-state")).to_have_text("déclaré")


def test_the_same_without_javascript(portal, page_without_script, photograph):
    page = page_without_script
    portal.log_in(page, name="claire")
    page.get_by_role("link", name="Voir notre parcours").click()
    page.locator(".odl-phases a").first.click()
    item(page).get_by_role("link", name=f"Donner un justificatif – {STEP}").click()
    expect(page.locator("h1")).to_have_text(STEP)
    photograph(page, "1-step")
    page.get_by_label("Une note").fill(NOTE)
    page.get_by_label("Date de la décision").fill("2999-01-01")
    page.get_by_role("button", name="Enregistrer ce justificatif").click()
    expect(page.get_by_role("alert")).to_contain_text("conservé")
    expect(page.get_by_label("Une note")).to_have_value(NOTE)
    page.get_by_label("Date de la décision").fill("")
    page.get_by_role("button", name="Enregistrer ce justificatif").click()

    expect(page.locator(".odl-verdict .odl-state")).to_have_text("déclaré")
    photograph(page, "2-declared")
    page.get_by_text("Retirer ce justificatif").click()
    page.get_by_role("button", name="Le retirer").click()
    expect(page.locator(".odl-proofs")).to_have_count(0)


def test_fewer_explanations_are_remembered(portal, page):
    portal.log_in(page, name="claire")
    open_path(page)
    page.get_by_role("button", name="J’ai l’habitude").click()
    expect(page.get_by_role("button", name="Afficher les explications")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Afficher les explications")).to_be_visible()


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_accessible_and_fit_a_telephone(portal, page, photograph, name):
    portal.log_in(page, name="claire")
    for size in (None, PHONE):
        if size:
            page.set_viewport_size(size)
        page.goto(portal.url + PAGES[name])
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert_accessible(page, within="main" if name == "summary" else "[role=main]")
    small = page.evaluate(
        """() => [...document.querySelectorAll("[role=main] .btn, [role=main] summary, .odl-tabs a, .odl-phases a")]
            .filter(target => target.offsetParent && target.getBoundingClientRect().height < 44)
            .map(target => target.innerText)"""
    )
    assert small == []
    photograph(page, name)


@pytest.mark.parametrize("collectivite", ["saint-exemple", "hautes-terres", "causses-numerique"])
def test_the_summary_is_one_a4_page(portal, page, collectivite):
    portal.log_in(page, role="atd")
    page.goto(f"{portal.url}/fr/odl/collectivite/{collectivite}/bilan")
    expect(page.get_by_role("button", name="Imprimer cette page")).to_be_visible()

    pdf = page.pdf(prefer_css_page_size=True)

    sizes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    assert [(round(float(width)), round(float(height))) for width, height in sizes] == [A4]
