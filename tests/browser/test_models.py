"""Half-filled models and the table typed on a page, as an agent of a small commune meets them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import PHONE

GRID = "/odl/grille/scdl/prenoms?collectivite=saint-exemple"
PAGES = {
    "models": "/odl/collectivite/saint-exemple/modeles",
    "model": "/odl/collectivite/saint-exemple/modeles/scdl/subventions",
    "grid": GRID,
    "wide-grid": "/odl/grille/scdl/equipements?collectivite=saint-exemple",
}
#: Two good rows and a wrong one, as a spreadsheet copies them: sex, first name, how many.
PASTED = 'F\tLouise\t3\nM\t"Jean"\t5\nX\tJade\tbeaucoup\n'


@pytest.fixture(autouse=True)
def as_before(portal) -> Iterator[None]:
    """What the tests deposit is given up again."""
    yield
    found = portal.call("odl_deposit_list", {"organization": "saint-exemple", "state": "open", "rows": 100})
    for deposit in found["results"]:
        portal.call("odl_deposit_abandon", {"id": deposit["id"]})


def paste(page: Page, selector: str, text: str) -> None:
    """Paste *text* into a field, as a browser says it to a page."""
    expect(page.locator("form.odl-grid-form")).to_have_attribute("data-ready", "true")
    page.locator(selector).focus()
    page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits_a_telephone(portal, page, photograph, name: str):
    portal.log_in(page, name="claire")
    page.goto(f"{portal.url}{PAGES[name]}")
    photograph(page, "page")
    assert_accessible(page, within="#content")

    page.set_viewport_size(PHONE)
    page.reload()
    assert_accessible(page, within="#content")
    width, needed = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
    assert needed <= width, f"the page is {needed} wide on a telephone that has {width}"


def test_rows_pasted_from_a_spreadsheet_are_checked_mended_saved_and_taken_up_again(portal, page, photograph):
    portal.log_in(page, name="claire")
    page.goto(f"{portal.url}{GRID}")
    paste(page, "#r0c2", PASTED)

    status = page.locator("[data-status]")
    expect(status).to_contain_text("2 lignes sur 3 sont bonnes")
    wrong = page.locator("#r2c4")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#r2c4-said")).to_contain_text("nombre entier")
    expect(page.locator("#r1c3")).to_have_value("Jean")
    photograph(page, "wrong")
    assert_accessible(page, within="#content")

    wrong.fill("2")
    page.locator("#r2c2").select_option("F")
    expect(status).to_contain_text("Les 3 lignes sont bonnes")
    expect(page.locator("tbody [aria-invalid]")).to_have_count(0)

    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(status).to_contain_text("Brouillon enregistré")
    expect(page).to_have_url(re.compile("depot="))
    page.reload()
    expect(page.locator("#r2c3")).to_have_value("Jade")

    page.get_by_role("button", name="Continuer").click()
    expect(page).to_have_url(re.compile(r"/odl/depot/[0-9a-f-]{36}"))
    photograph(page, "deposit")


def test_keys_go_from_row_to_row_and_a_row_taken_away_comes_back(portal, page):
    portal.log_in(page, name="claire")
    page.goto(f"{portal.url}{GRID}")
    expect(page.locator("form.odl-grid-form")).to_have_attribute("data-ready", "true")
    page.locator("#r0c3").fill("Louise")
    page.keyboard.press("Enter")
    expect(page.locator("#r1c3")).to_be_focused()
    page.keyboard.type("Jade")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#r0c3")).to_be_focused()

    page.get_by_role("button", name="Retirer la ligne 2", exact=True).click()
    expect(page.locator("#r0c3")).to_have_value("Jade")
    page.get_by_role("button", name="La remettre").click()
    expect(page.locator("#r0c3")).to_have_value("Louise")
    expect(page.locator("#r1c3")).to_have_value("Jade")

    page.get_by_role("button", name="Ajouter dix lignes").click()
    expect(page.locator("tbody [data-row]")).to_have_count(15)
    page.locator("#r14c3").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#r15c3")).to_be_focused()


def test_on_a_telephone_what_is_known_is_put_aside(portal, page, photograph):
    page.set_viewport_size(PHONE)
    portal.log_in(page, name="claire")
    page.goto(f"{portal.url}{GRID}")
    photograph(page, "telephone")
    expect(page.locator("#r0c3")).to_be_visible()
    expect(page.locator("#r0c1")).to_be_hidden()

    page.get_by_label("Montrer aussi ce qui est déjà rempli").check()
    expect(page.locator("#r0c1")).to_be_visible()


def test_what_is_pasted_over_what_is_known_is_seen(portal, page):
    page.set_viewport_size(PHONE)
    portal.log_in(page, name="claire")
    page.goto(f"{portal.url}{GRID}")
    paste(page, "#r0c3", "Louise\t3\t1999\n")

    expect(page.locator("#r0c5")).to_have_value("1999")
    expect(page.locator("#r0c5")).to_be_visible()
    expect(page.locator("#r1c5")).to_be_hidden()


def test_help_opens_over_the_table(portal, page, photograph):
    portal.log_in(page, name="claire")
    page.goto(f"{portal.url}{GRID}")
    top = page.locator("#r0c3").bounding_box()
    page.get_by_text("Aide – Prénom", exact=False).first.click()
    photograph(page, "help")

    assert page.locator("#r0c3").bounding_box() == top


def test_rows_with_their_headings_find_their_columns(portal, page):
    portal.log_in(page, name="claire")
    page.goto(f"{portal.url}{GRID}")
    paste(page, "#r0c0", "ENFANT_PRENOM\tNOMBRE_OCCURRENCES\tENFANT_SEXE\nLouise\t3\tF\n")

    expect(page.locator("#r0c3")).to_have_value("Louise")
    expect(page.locator("#r0c4")).to_have_value("3")
    expect(page.locator("#r0c2")).to_have_value("F")
    expect(page.locator("#r0c0")).not_to_have_value("Louise")


def test_the_table_works_without_a_script(portal, page_without_script, photograph):
    page = page_without_script
    portal.log_in(page, name="claire")
    page.goto(f"{portal.url}{GRID}")
    page.locator("#r0c2").select_option("F")
    page.locator("#r0c3").fill("Louise")
    page.locator("#r0c4").fill("beaucoup")
    page.get_by_role("button", name="Vérifier").click()

    expect(page.locator("#r0c4")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#r0c4-said")).to_contain_text("nombre entier")
    page.locator("#r0c4").fill("4")
    page.get_by_role("button", name="Continuer").click()
    expect(page).to_have_url(re.compile(r"/odl/depot/[0-9a-f-]{36}"))
    photograph(page, "deposit")
