"""A person opens the portal and logs in."""

from __future__ import annotations

from tests.browser.accessibility import assert_accessible


def test_a_visitor_opens_the_home_page(portal, page, photograph):
    page.goto(portal.url)

    assert page.locator("html").get_attribute("lang") == "fr"
    photograph(page, "home")


def test_an_administrator_logs_in(portal, page):
    portal.log_in(page, role="sysadmin")

    answer = page.goto(f"{portal.url}/ckan-admin/")

    assert answer.ok


def test_an_administrator_logs_in_without_javascript(portal, page_without_script):
    portal.log_in(page_without_script, role="sysadmin")


def test_the_list_of_datasets_is_accessible(portal, page):
    page.goto(f"{portal.url}/dataset/")

    assert_accessible(page, within="[role=main]")
