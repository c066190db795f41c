"""A person looks for a model, reads it and downloads it; nothing on the way needs JavaScript."""

from __future__ import annotations

import pytest

from tests.browser.accessibility import assert_accessible

ADDRESSES = [
    "/odl/schemas",
    "/odl/schemas?q=licorne",
    "/odl/schemas/scdl/subventions",
    "/odl/schemas/etalab/schema-zfe",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_pages_of_the_models_are_accessible(portal, page, address: str):
    page.goto(f"{portal.url}{address}")
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")

    assert_accessible(page, within="[role=main]")


def test_a_model_is_found_read_and_downloaded_without_javascript(portal, page_without_script, photograph):
    page = page_without_script
    page.goto(f"{portal.url}/odl/schemas")
    page.locator("#odl-q").fill("délibérations")
    page.locator(".odl-search button").click()
    page.locator(".odl-card a").first.click()

    assert page.locator("h1").inner_text() == "Délibérations"
    photograph(page, "model")
    with page.expect_download() as download:
        page.locator(".odl-actions a").first.click()
    assert download.value.suggested_filename == "modele-deliberations-2.1.5.xlsx"


def test_the_columns_fit_a_telephone(portal, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{portal.url}/odl/schemas/scdl/subventions")

    cut = page.evaluate(
        "[...document.querySelectorAll('[role=main] *:not(.visually-hidden)')]"
        ".filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)"
        ".filter(e => !e.closest('.visually-hidden, thead')).map(e => e.outerHTML.slice(0, 80))"
    )
    assert cut == []
