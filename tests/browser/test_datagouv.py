"""The pages about data.gouv.fr: the adviser says who goes out and how, the agents read what becomes of their data."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import PHONE

ATD = "/odl/atd/causses-numerique/data-gouv"
MEMBER = f"{ATD}/collectivite/valbrune"
#: Every page of this part, and who reads it.
PAGES = {
    "overview": ("atd", ATD),
    "overview-filtered": ("atd", f"{ATD}?way=withheld"),
    "member": ("atd", MEMBER),
    "body-itself": ("atd", f"{ATD}/collectivite/causses-numerique"),
    "follow": ("atd", f"{ATD}/collecte"),
    "to-examine": ("atd", f"{ATD}/a-examiner"),
    "to-examine-nothing-found": ("atd", f"{ATD}/a-examiner?q=licorne"),
    "collectivite": ("claire", "/odl/collectivite/saint-exemple/data-gouv"),
    "collectivite-empty": ("sylvie", "/odl/collectivite/les-trois-sources/data-gouv"),
}


@pytest.fixture(autouse=True)
def as_before(portal):
    """What a test decides about Valbrune is taken back."""
    yield
    portal.call("odl_datagouv_link_update", {"id": "valbrune", "withheld": False})


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits_a_telephone(portal, page, photograph, name: str):
    who, address = PAGES[name]
    portal.log_in(page, name=who)
    page.goto(f"{portal.url}{address}")
    photograph(page, "page")
    unfold = "document.querySelectorAll('details').forEach(details => { details.open = true })"
    page.evaluate(unfold)
    assert_accessible(page, within="#content")

    page.set_viewport_size(PHONE)
    page.reload()
    page.evaluate(unfold)
    assert_accessible(page, within="#content")
    width, needed = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
    assert needed <= width, f"the page is {needed} wide on a telephone that has {width}"


def hold_back(page: Page, reason: str) -> None:
    page.get_by_label("Ne rien envoyer à data.gouv.fr pour l’instant").check()
    page.get_by_label("Pourquoi rien ne doit partir").fill(reason)
    page.get_by_role("button", name="Enregistrer", exact=True).click()


@pytest.mark.parametrize("script", [True, False])
def test_one_is_held_back_with_a_reason_that_its_agents_read(portal, new_context, script: bool):
    page = new_context(java_script_enabled=script).new_page()
    portal.log_in(page, name="atd")
    page.goto(f"{portal.url}{MEMBER}")
    hold_back(page, "")
    expect(page.get_by_role("alert")).to_contain_text("Dites pourquoi")
    expect(page.get_by_label("Ne rien envoyer à data.gouv.fr pour l’instant")).to_be_checked()

    hold_back(page, "Fusion de communes en janvier.")

    expect(page.locator(".odl-lead")).to_contain_text("Fusion de communes en janvier.")
    page.goto(f"{portal.url}{ATD}?way=withheld")
    expect(page.locator(".odl-members tbody tr")).to_have_count(1)
    agent = new_context(java_script_enabled=script).new_page()
    portal.log_in(agent, name="sylvie")
    agent.goto(f"{portal.url}/odl/collectivite/valbrune/data-gouv")
    expect(agent.locator(".odl-lead")).to_contain_text("Fusion de communes en janvier.")


def test_the_address_to_copy_is_reached_with_the_keyboard(portal, page):
    portal.log_in(page, name="atd")
    page.goto(f"{portal.url}{ATD}")
    register = page.locator("#register > summary")
    register.focus()
    if page.locator("#register").get_attribute("open") is None:
        page.keyboard.press("Enter")
    address = page.get_by_label("Adresse que data.gouv.fr doit lire")
    for _stop in range(8):
        page.keyboard.press("Tab")
        if address.evaluate("field => field === document.activeElement"):
            break
    expect(address).to_be_focused()
    expect(address).to_have_value(re.compile("/odl/dcat/causses-numerique.rdf$"))
    assert address.evaluate("field => field.value === field.value.substring(field.selectionStart, field.selectionEnd)")


def test_from_the_dashboard_and_back(portal, page):
    portal.log_in(page, name="atd")
    page.get_by_role("link", name="data.gouv.fr", exact=True).first.click()
    expect(page).to_have_url(re.compile(f"{ATD}$"))

    page.get_by_role("link", name="Valbrune", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Valbrune sur data.gouv.fr")
