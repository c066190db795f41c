"""A structure shares one file out among its members; a member accepts or refuses, on a telephone too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import PHONE
from tests.portal.conftest import HEADER

ATD, MEMBERS = "causses-numerique", ("valbrune", "saint-exemple")


@pytest.fixture
def codes(portal) -> list[str]:
    """INSEE codes of two members."""
    return [portal.call("organization_show", {"id": name})["odl_insee"] for name in MEMBERS]


@pytest.fixture(autouse=True)
def as_before(portal) -> Iterator[None]:
    yield
    for name in (ATD, *MEMBERS):
        for deposit in portal.call("odl_deposit_list", {"organization": name, "state": "open"})["results"]:
            portal.call("odl_deposit_abandon", {"id": deposit["id"]})


def test_a_file_is_shared_out_and_refused(
    portal, codes: list[str], new_context: Callable[..., BrowserContext], photograph: Callable[[Page, str], None]
) -> None:
    page = new_context(viewport=PHONE).new_page()
    portal.log_in(page, name="atd")
    rows = "".join(f"Commune,{code},F,Louise,{number},2024\n" for number, code in enumerate([*codes, "99999"], 3))
    page.goto(f"{portal.url}/odl/depot?collectivite={ATD}")
    page.set_input_files(
        "#field-upload", {"name": "prenoms.csv", "mimeType": "text/csv", "buffer": (HEADER + rows).encode()}
    )
    page.locator("form:has(#field-upload) button[type=submit]").click()
    link = page.get_by_role("link", name="Le partager entre elles")
    expect(link).to_be_visible(timeout=60_000)
    link.click()
    shared = page.url
    photograph(page, "before")
    assert_accessible(page, within="#content")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Partager en 2 dépôts").click()
    expect(page.locator(".odl-word-waiting")).to_have_count(2)
    photograph(page, "after")
    assert_accessible(page, within="#content")

    page.locator(".odl-word-waiting").first.click()
    refuse = page.get_by_role("link", name="Refuser", exact=True)
    expect(refuse).to_be_visible(timeout=60_000)
    photograph(page, "part")
    refuse.click()
    page.get_by_label("Pourquoi le refusez-vous").fill("Ce ne sont pas nos chiffres")
    assert_accessible(page, within="#content")
    page.get_by_role("button", name="Refuser").click()
    expect(page.locator("h1")).to_have_text("Déposer un fichier")
    page.goto(shared)
    expect(page.locator("tr", has_text="Ce ne sont pas nos chiffres")).to_contain_text("refusé")
    photograph(page, "refused")
