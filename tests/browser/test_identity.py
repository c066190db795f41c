"""The identity of a collectivité is picked from the official list: by keyboard, by mouse, without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import PHONE

NEW = "/organization/new"


@pytest.fixture
def form(portal, page) -> Page:
    """The empty form of a collectivité, before one who works for an ATD."""
    portal.log_in(page, name="atd")
    page.goto(portal.url + NEW)
    return page


def answers(form: Page) -> Locator:
    """The answers under the box (the lines of the other lists of the form are options too)."""
    return form.get_by_role("listbox", name="Retrouver la collectivité").get_by_role("option")


def test_with_the_keyboard_alone(form: Page, photograph):
    box = form.locator("#field-odl_identity")
    expect(box).to_have_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(form.locator("button[name=odl_search]")).to_be_hidden()
    box.focus()
    form.keyboard.type("saint denis 93")
    first = answers(form).first
    expect(first).to_contain_text("Saint-Denis (93 Seine-Saint-Denis)")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(form.locator("[data-odl-status]")).not_to_be_empty()
    photograph(form, "answers")
    assert_accessible(form, within="#content")

    form.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", first.get_attribute("id") or "")
    form.keyboard.press("ArrowDown")
    form.keyboard.press("ArrowUp")
    form.keyboard.press("Enter")

    expect(form.locator("#field-title")).to_have_value("Saint-Denis")
    expect(form.locator("#field-odl_kind")).to_have_value("commune")
    expect(form.locator("#field-odl_siren")).to_have_value("929939411")
    expect(form.locator("#field-odl_insee")).to_have_value("93066")
    expect(form.locator("#field-odl_department")).to_have_value("93")
    expect(form.locator("#field-odl_population")).not_to_have_value("")
    expect(form.locator("#field-odl_population_year")).to_have_value("2022")
    expect(form.locator("[data-odl-status]")).to_contain_text("Saint-Denis (93 Seine-Saint-Denis)")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_be_focused()
    assert form.url.endswith(NEW), "the Enter key did not send the form"
    assert_accessible(form, within="#content")


def test_with_the_mouse_on_a_telephone(form: Page, photograph):
    form.set_viewport_size(PHONE)
    box = form.locator("#field-odl_identity")
    box.press_sequentially("48300")
    expect(answers(form).first).to_contain_text("48080")
    photograph(form, "answers")
    assert_accessible(form, within="#content")
    answers(form).filter(has_text="Rocles").click()

    expect(form.locator("#field-odl_insee")).to_have_value("48129")
    box.press_sequentially("papeete")
    answers(form).filter(has_text="Papeete").click()
    expect(form.locator("#field-odl_insee")).to_have_value("98735")
    expect(form.locator("#field-odl_siren")).to_have_value("")
    expect(form.locator("#field-title")).to_have_value("Papeete")
    form.locator("#field-title").fill("Ville de Papeete")
    box.press_sequentially("pirae")
    answers(form).filter(has_text="Pirae").click()
    expect(form.locator("#field-title")).to_have_value("Ville de Papeete")


def test_escape_and_nothing_found(form: Page):
    box = form.locator("#field-odl_identity")
    box.press_sequentially("mende")
    expect(answers(form).first).to_be_visible()
    form.keyboard.press("Escape")
    expect(form.get_by_role("listbox", name="Retrouver la collectivité")).to_be_hidden()
    expect(box).to_have_value("mende")
    box.fill("zzzz")
    expect(form.locator("[data-odl-status]")).not_to_be_empty()
    expect(answers(form)).to_have_count(0)


def test_without_script(portal, page_without_script, photograph):
    page = page_without_script
    portal.log_in(page, name="atd")
    page.goto(portal.url + NEW)
    page.fill("#field-description", "Une présentation")
    page.fill("#field-odl_identity", "saint denis")
    page.click("button[name=odl_search]")

    choice = page.get_by_label("Saint-Denis (11 Aude)")
    expect(choice).to_be_visible()
    expect(page.locator("#field-description")).to_have_value("Une présentation")
    expect(page.locator("#field-odl_identity")).to_have_value("saint denis")
    photograph(page, "choices")
    choice.check()
    page.check("#field-odl_has")
    page.fill("#field-odl_contact", "pas une adresse")
    page.locator(".form-actions .btn-primary").click()

    expect(page.locator(".odl-problems")).to_be_visible()
    expect(page.get_by_label("Saint-Denis (11 Aude)")).to_be_checked()
    expect(page.locator("#field-odl_has")).to_be_checked()
