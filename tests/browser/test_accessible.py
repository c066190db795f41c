"""Every page of ours can be read and used by everyone: by axe-core's rules, on a telephone, with a keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import DESKTOP, PHONE

#: Page -> (who reads it, its address); the name of a dataset in braces stands for the id of its first file.
PAGES = {
    "models": ("", "/odl/schemas"),
    "model": ("", "/odl/schemas/scdl/subventions"),
    "model-not-a-table": ("", "/odl/schemas/etalab/schema-zfe"),
    "search": ("", "/dataset/"),
    "search-nothing-found": ("", "/dataset/?q=licorne"),
    "dataset": ("", "/dataset/saint-exemple-subventions"),
    "dataset-of-agent": ("claire", "/dataset/saint-exemple-subventions"),
    "file": ("claire", "/dataset/saint-exemple-subventions/resource/{saint-exemple-subventions}"),
    "organization": ("", "/organization/saint-exemple"),
    "organization-of-agent": ("claire", "/organization/saint-exemple"),
    "organizations": ("", "/organization/"),
    "report-to-correct": ("claire", "/odl/report/{saint-exemple-subventions}"),
    "report-of-visitor": ("", "/odl/report/{saint-exemple-subventions}"),
    "report-compliant": ("claire", "/odl/report/{saint-exemple-prenoms}"),
    "report-without-model": ("claire", "/odl/report/{saint-exemple-equipements}"),
    "report-unreadable": ("sylvie", "/odl/report/{valbrune-subventions}"),
    "collectivite": ("claire", "/odl/collectivite/saint-exemple"),
    "collectivite-empty": ("sylvie", "/odl/collectivite/les-trois-sources"),
    "chooser": ("sylvie", "/odl/collectivite"),
    "chooser-of-structure": ("atd", "/odl/collectivite"),
    "dataset-form": ("claire", "/dataset/new?group=saint-exemple"),
    "dataset-form-filled": ("claire", "/dataset/edit/saint-exemple-subventions"),
    "file-form": ("claire", "/dataset/saint-exemple-subventions/resource/new"),
    "file-form-filled": ("claire", "/dataset/saint-exemple-subventions/resource/{saint-exemple-subventions}/edit"),
    "organization-form": ("atd", "/organization/edit/saint-exemple"),
    "organization-form-empty": ("atd", "/organization/new"),
    "log-in": ("", "/user/login"),
    "not-found": ("", "/odl/report/none"),
}


@pytest.fixture(scope="module")
def pages(portal, browser):
    """A function that opens a page of the list above; a person logs in once for all of them."""
    contexts = {}
    ids = {}

    def file_of(dataset: str) -> str:
        if dataset not in ids:
            ids[dataset] = portal.call("package_show", {"id": dataset})["resources"][0]["id"]
        return ids[dataset]

    def open_page(name: str) -> Page:
        who, address = PAGES[name]
        if who not in contexts:
            contexts[who] = browser.new_context(locale="fr-FR", viewport=DESKTOP)
            if who:
                portal.log_in(contexts[who].new_page(), name=who)
        page = contexts[who].new_page()
        if "{" in address:
            dataset = address[address.index("{") + 1 : address.index("}")]
            address = address.replace(f"{{{dataset}}}", file_of(dataset))
        page.goto(f"{portal.url}{address}")
        return page

    yield open_page
    for context in contexts.values():
        context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits_a_telephone(pages, photograph, name: str):
    page = pages(name)
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
    page.close()


@pytest.mark.parametrize("name", ["dataset-form", "file-form", "organization-form-empty"])
def test_a_form_with_errors_is_accessible(pages, photograph, name: str):
    page = pages(name)
    page.locator("#field-maintainer_email, #field-odl_period, #field-odl_siren").first.fill("pas ça")
    page.locator(".form-actions .btn-primary").click()
    expect(page.get_by_role("alert").or_(page.locator(".odl-problems")).first).to_be_visible()
    photograph(page, "errors")

    assert_accessible(page, within="#content")
    page.set_viewport_size(PHONE)
    assert_accessible(page, within="#content")
    page.close()


@pytest.mark.parametrize(
    ("name", "button"),
    [
        ("collectivite", "Déposer un fichier"),
        ("report-to-correct", "Déposer le fichier corrigé"),
        ("collectivite-empty", "Déposer un premier fichier"),
    ],
)
def test_the_main_button_is_near_with_the_keyboard(pages, name: str, button: str):
    page = pages(name)
    page.keyboard.press("Tab")
    assert focused(page)["text"].startswith("Aller"), "the first stop lets one skip the header"
    page.keyboard.press("Enter")

    for _stop in range(8):  # after the path of the page
        page.keyboard.press("Tab")
        here = focused(page)
        assert here["visible"], f"nothing shows that {here['text']!r} has the focus"
        if here["text"] == button:
            break
    assert here["text"] == button
    page.keyboard.press("Enter")
    expect(page.locator("#field-upload")).to_be_visible()
    page.close()


def focused(page: Page) -> dict[str, Any]:
    """What has the focus, and whether its looks say so."""
    return page.evaluate("""() => {
        const element = document.activeElement
        const style = getComputedStyle(element)
        const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
        return {text: element.innerText.trim(), visible: outlined || style.boxShadow !== "none"}
    }""")
