"""Where wrong files wait: a published file is replaced; CKAN's own form keeps the file that was chosen; a draft."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from .accessibility import assert_accessible
from .conftest import PHONE
from .test_deposit import (
    IN_THE_END,
    TITLE,
    answer,
    as_before,
    describe_as_new,
    good_file,
    narrow,
    place_as_new,
    wrong_file,
)

__all__ = ["as_before"]  # the fixture of these tests too


@pytest.fixture
def strict(portal) -> Iterator[None]:
    """The commune publishes only files that follow their model."""
    portal.call("organization_patch", {"id": "saint-exemple", "odl_strictness": "block"})
    yield
    portal.call("organization_patch", {"id": "saint-exemple", "odl_strictness": ""})


def both(page: Page) -> None:
    """The page is accessible, and fits a telephone."""
    assert_accessible(page, within="[role=main]")
    before = page.viewport_size
    page.set_viewport_size(PHONE)
    narrow(page)
    page.set_viewport_size(before or PHONE)


def drop(portal, page: Page, address: str, file: Any) -> None:
    """From the page where a file is brought to what the portal read in it."""
    page.goto(f"{portal.url}{address}")
    page.locator("#field-upload").set_input_files(file)
    page.get_by_role("button", name="Envoyer et voir ce que le portail lit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(str(file["name"]), timeout=IN_THE_END)


def becomes(page: Page, word: str) -> None:
    """The page comes anew by itself when the check is over."""
    expect(page.locator(".odl-verdict .odl-state")).to_have_text(word, timeout=IN_THE_END)


def confirm(page: Page, headline: str) -> None:
    """Publish as the last page proposes it."""
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(headline, timeout=IN_THE_END)


def on_line(portal) -> tuple[dict[str, Any], bytes]:
    """The dataset of the test and the bytes of its only file, as a stranger gets them."""
    (package,) = portal.call("package_search", {"fq": f'title:"{TITLE}"', "include_private": True})["results"]
    (resource,) = package["resources"]
    with urlopen(resource["url"], timeout=60) as got:
        return package, got.read()


def test_a_wrong_replacement_waits_and_the_corrected_one_takes_the_place(portal, page, photograph, strict):
    portal.log_in(page, name="claire")
    first = good_file(2041)
    drop(portal, page, "/odl/depot?collectivite=saint-exemple", first)
    becomes(page, "conforme")
    page.get_by_role("link", name="Continuer").click()
    place_as_new(page)
    answer(page)
    describe_as_new(page)
    confirm(page, "C’est en ligne")
    package, content = on_line(portal)
    assert content == first["buffer"]
    file = package["resources"][0]["id"]

    drop(portal, page, f"/odl/depot?collectivite=saint-exemple&jeu={package['name']}&fichier={file}", wrong_file(2041))
    becomes(page, "à corriger")
    both(page)
    photograph(page, "1-to-correct")
    deposit = page.url.partition("?")[0]
    page.goto(f"{deposit}/description")
    page.get_by_role("button", name="C’est bien cela, continuer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Prêt à publier ?", timeout=IN_THE_END)
    both(page)
    photograph(page, "2-publish")
    confirm(page, "C’est conservé, en attente")
    both(page)
    photograph(page, "3-waits")
    assert on_line(portal)[1] == first["buffer"]
    page.goto(f"{portal.url}/dataset/{package['name']}")
    expect(page.locator(".odl-preparation")).to_contain_text("subventions-excel.csv")

    page.goto(deposit)
    shorter = {**first, "buffer": b"".join(first["buffer"].splitlines(keepends=True)[:-1])}
    page.locator("#field-upload").set_input_files(shorter)
    page.get_by_role("button", name="Envoyer le fichier corrigé").click()
    becomes(page, "conforme")
    page.goto(f"{deposit}/publier")
    confirm(page, "C’est en ligne")
    both(page)
    assert on_line(portal)[1] == shorter["buffer"]


def test_a_draft_is_published_from_the_page_of_its_dataset(portal, page, photograph):
    portal.log_in(page, name="claire")
    drop(portal, page, "/odl/depot?collectivite=saint-exemple", good_file(2043))
    becomes(page, "conforme")
    page.get_by_role("link", name="Continuer").click()
    place_as_new(page)
    answer(page)
    describe_as_new(page)
    page.get_by_label("Garder en brouillon").check()
    confirm(page, "C’est conservé en brouillon")
    both(page)
    photograph(page, "1-draft")
    page.get_by_role("link", name="Voir sa page").click()
    photograph(page, "2-dataset")
    page.locator(".odl-preparation a.btn-primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Prêt à publier ?")
    both(page)
    photograph(page, "3-publish")
    confirm(page, "C’est en ligne")
    assert not on_line(portal)[0]["private"]


def test_the_classic_form_keeps_the_file_when_a_field_is_wrong(portal, page, new_context, photograph):
    made = portal.call(
        "package_create",
        {"name": "essai-formulaire", "title": TITLE, "owner_org": "saint-exemple", "license_id": "lov2"},
    )
    portal.log_in(page, name="claire")
    page.goto(f"{portal.url}/dataset/essai-formulaire/resource/new")
    page.locator("input[type=file]").set_input_files(good_file(2044, "subventions-2044.csv"))
    page.locator("[name=odl_period]").fill("jamais")
    page.locator("button[name=save][value=go-dataset-complete], button[name=save]").last.click()
    kept = page.locator(".odl-kept").filter(has_text="subventions-2044.csv")
    expect(kept).to_contain_text("24 heures")
    assert_accessible(page, within="[role=main]")
    photograph(page, "kept")
    reference = page.locator("[name=odl_staged]").get_attribute("value") or ""

    other = new_context().new_page()
    portal.log_in(other, role="sysadmin")
    other.goto(f"{portal.url}/dataset/essai-formulaire/resource/new")
    other.evaluate(
        """reference => { const box = document.createElement('input'); box.name = 'odl_staged'; box.value = reference;
        document.querySelector('#resource-edit, form.dataset-resource-form').append(box); }""",
        reference,
    )
    other.locator("button[name=save]").last.click()
    expect(other.locator(".odl-problems")).to_be_visible()
    assert portal.call("package_show", {"id": made["id"]})["resources"] == []

    page.locator("[name=odl_period]").fill("2044")
    page.locator("button[name=save]").last.click()
    page.wait_for_url(re.compile(r"/dataset/essai-formulaire(/|$|\?)"))
    package, content = on_line(portal)
    assert content == good_file(2044)["buffer"]
    assert package["resources"][0]["odl_period"] == "2044"
