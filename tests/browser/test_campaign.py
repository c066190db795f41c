"""A member deposits by its link, without an account and on a telephone; the structure accepts from its list."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import PHONE
from tests.portal.conftest import HEADER, SCHEMA

ATD = "causses-numerique"
CONTACT = {"name": "Anne Roux", "email": "anne@exemple.fr", "phone": "04 00 00 00 00"}
WRONG = (HEADER + "Valbrune,48903,F,Louise,3,2024\nValbrune,48903,X,Jade,beaucoup,2024\n").encode()
GOOD = (HEADER + "Valbrune,48903,F,Louise,3,2024\n").encode()


def fits(page: Page) -> None:
    """Nothing is wider than the telephone."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def bring(page: Page, content: bytes) -> None:
    page.set_input_files("#field-upload", {"name": "prenoms.csv", "mimeType": "text/csv", "buffer": content})
    page.locator("form:has(#field-upload) button[type=submit]").click()


def read_to_its_end(page: Page, badge: str) -> None:
    """Wait for the check as somebody without script does: by asking again."""
    for _ in range(30):
        if page.locator(f".odl-verdict-{badge}").count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.locator(f".odl-verdict-{badge}")).to_be_visible()


@pytest.fixture
def campaign(portal) -> dict:
    made = portal.call(
        "odl_campaign_create",
        {"atd": ATD, "schema": SCHEMA, "period": "2024", "due_on": "2099-12-31", "members": ["valbrune"],
         "contact": CONTACT},
        role="atd",
    )  # fmt: skip
    return portal.call("odl_campaign_open", {"id": made["id"]}, role="atd")


def test_a_file_comes_by_a_link_and_is_accepted(
    portal, campaign: dict, new_context: Callable[..., BrowserContext], photograph: Callable[[Page, str], None]
) -> None:
    member = campaign["members"][0]["organization"]["id"]
    asked = {"campaign": campaign["id"], "organization": member}
    link = portal.call("odl_deposit_link_create", asked, role="atd")["url"]
    visitor = new_context(viewport=PHONE, java_script_enabled=False).new_page()
    checker = new_context(viewport=PHONE).new_page()

    def look(name: str) -> None:
        checker.goto(visitor.url)
        photograph(checker, name)
        assert_accessible(checker, within="#content")
        fits(checker)

    visitor.goto(link)
    expect(visitor.locator("h1")).to_contain_text("2024")
    look("link")
    bring(visitor, WRONG)
    read_to_its_end(visitor, "invalid")
    look("link-wrong")
    bring(visitor, GOOD)
    read_to_its_end(visitor, "valid")
    look("link-right")
    expect(visitor.locator(".odl-verdict-unsent")).to_be_visible()
    visitor.locator(".odl-send button").click()
    for _ in range(4):
        if "donnees-personnelles" not in visitor.url:
            break
        for field in visitor.locator("fieldset").all():
            no = field.locator("input[value=no], input[value=none]")
            (no if no.count() else field.locator("input[type=radio]")).first.check()
        visitor.locator(".odl-questions button[type=submit]").click()
    expect(visitor.locator(".odl-verdict-sent")).to_be_visible()
    look("link-sent")

    adviser = new_context().new_page()
    portal.log_in(adviser, name="atd")
    adviser.goto(f"{portal.url}/odl/atd/{ATD}/campagnes/{campaign['id']}")
    photograph(adviser, "campaign")
    assert_accessible(adviser, within="#content")
    adviser.set_viewport_size(PHONE)
    fits(adviser)
    adviser.locator("button[value=accept]").click()
    photograph(adviser, "campaign-confirm")
    assert_accessible(adviser, within="#content")
    fits(adviser)
    adviser.locator("button[value=publish]").click()
    accepted = adviser.locator(".odl-word-accepted, .odl-word-refused")
    for _ in range(30):
        adviser.goto(f"{portal.url}/odl/atd/{ATD}/campagnes/{campaign['id']}")
        if accepted.count():
            break
        adviser.wait_for_timeout(1000)
    photograph(adviser, "campaign-accepted")
    expect(adviser.locator(".odl-word-accepted")).to_be_visible()

    portal.call("odl_deposit_link_revoke", {"campaign": campaign["id"], "organizations": [member]}, role="atd")
    answer = visitor.goto(link)
    assert answer is not None
    assert answer.status == 410
    expect(visitor.locator("[role=main]")).to_contain_text("anne@exemple.fr")
    look("link-dead")


@pytest.mark.parametrize("name", ["importer", "campagnes", "campagnes/nouvelle"])
def test_the_pages_of_the_structure_are_accessible_and_fit_a_telephone(portal, page, photograph, name: str) -> None:
    portal.log_in(page, name="atd")
    page.goto(f"{portal.url}/odl/atd/{ATD}/{name}")
    photograph(page, re.sub(r"\W", "-", name))
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    assert_accessible(page, within="#content")
    page.set_viewport_size(PHONE)
    fits(page)


def test_a_list_is_read_before_it_is_created(portal, page, photograph) -> None:
    portal.log_in(page, name="atd")
    page.goto(f"{portal.url}/odl/atd/{ATD}/importer")
    rows = "Code INSEE;Commune;Courriel\n48903;Valbrune;mairie@exemple.fr\n;Saint-Denis;\n48999;Nulle part;x\n48013;;\n"
    page.set_input_files("#odl-list", {"name": "membres.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.locator("form:has(#odl-list) button[type=submit]").click()
    expect(page.locator(".odl-table").last).to_contain_text("Badaroux")
    photograph(page, "list")
    assert_accessible(page, within="#content")
    page.set_viewport_size(PHONE)
    fits(page)
