"""A commune's agent deposits a file, reads what is wrong with it, mends it; others see what is theirs to see."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from dev import sample_files as files
from dev.portal.instance import BROWSER

COMMUNE = ("Saint-Exemple", files.siren(21480901))
TITLE = "Subventions versées par Saint-Exemple en 2026"
# A check begins in another process: on a machine with much to do it takes longer than any person should wait.
IN_THE_END = 60_000


def upload(rows: list[list[object]], name: str = "subventions-2026.csv") -> Any:
    """A file as Excel saves it, for a file input."""
    return {"name": name, "mimeType": "text/csv", "buffer": files.as_csv(files.SUBVENTIONS, rows, ";", "cp1252")}


def wrong_file() -> Any:
    rows = files.subventions_from_excel(*COMMUNE, 2026)
    rows[0][1] = "2,20E+13"
    return upload(rows)


def mended_file() -> Any:
    return upload(files.subventions(*COMMUNE, 2026))


def large_file() -> Any:
    """More than the portal checks while one waits (1 MB)."""
    row = files.subventions(*COMMUNE, 2026)[0]
    row[7] = "Fonctionnement annuel de l’association"
    rows = [[*row[:3], f"2026-{number:05d}", *row[4:]] for number in range(12_000)]
    file = upload(rows, "subventions-toutes.csv")
    assert len(file["buffer"]) > 1 << 20
    return file


@pytest.fixture(autouse=True)
def as_before(portal) -> Iterator[None]:
    """Take away what a test deposits, so that the next one finds the sample data alone."""

    def datasets() -> set[str]:
        everything = {"include_private": True, "include_drafts": True, "rows": 1000, "fl": "id"}
        return {dataset["id"] for dataset in portal.call("package_search", everything)["results"]}

    before = datasets()
    yield
    for dataset in datasets() - before:
        portal.call("dataset_purge", {"id": dataset})


@pytest.fixture
def busy_worker(portal) -> Iterator[Callable[[], None]]:
    """No check begins before the function that this returns is called."""
    BROWSER.processes["worker"].stop()
    yield BROWSER.start_processes
    BROWSER.start_processes()


def describe_dataset(page: Page, *, private: bool = False) -> None:
    """Fill in the first form, from « Déposer un fichier » to the form of the file."""
    page.get_by_role("link", name="Déposer un fichier").click()
    page.get_by_role("link", name="Utiliser le formulaire classique").click()
    page.get_by_label("Titre", exact=False).first.fill(TITLE)
    if private:
        page.get_by_label("Seulement les agents de la collectivité").check()
    page.get_by_role("button", name="Suivant").click()
    expect(page.get_by_label("Fichier à déposer")).to_be_visible()


def deposit(page: Page, file: Any) -> None:
    """Fill in the second form with a file that follows the model Subventions."""
    page.get_by_label("Fichier à déposer").set_input_files(file)
    page.locator("#field-odl_schema").select_option(label="Subventions")
    page.get_by_role("button", name="Publier").click()
    expect(page.locator("h1")).to_have_text(re.compile(TITLE))


def badge(page: Page) -> Locator:
    return page.locator("[role=main] .odl-state, .module-resource .odl-state").first


def reload_until(page: Page, text: str) -> None:
    """Do what a person without JavaScript does: load the page again until the check is over."""
    for _attempt in range(30):
        if badge(page).inner_text() == text:
            return
        page.reload()  # waits up to two seconds for the check
    expect(badge(page)).to_have_text(text)


def test_an_agent_deposits_a_file_reads_its_report_and_mends_it(portal, page, photograph):
    portal.log_in(page, name="claire")
    expect(page.locator("h1")).to_contain_text("Saint-Exemple")
    expect(page.get_by_role("link", name="Ma collectivité")).to_be_visible()
    photograph(page, "1-my-collectivite")

    page.get_by_role("link", name="Déposer un fichier").click()
    page.get_by_role("link", name="Utiliser le formulaire classique").click()
    assert page.locator("#field-owner_org option:checked").inner_text() == "Saint-Exemple"
    assert page.locator("#field-license_id option:checked").inner_text().startswith("Licence Ouverte")
    photograph(page, "2-dataset-form")
    page.go_back()
    page.go_back()
    describe_dataset(page)
    photograph(page, "3-file-form")
    deposit(page, wrong_file())

    expect(badge(page)).to_have_text("à corriger", timeout=IN_THE_END)
    expect(page.locator(".odl-file")).to_contain_text("Modèle Subventions, version 2.1.1")
    expect(page.locator(".odl-file")).to_contain_text("30 problèmes à corriger")
    photograph(page, "4-dataset-to-correct")

    page.get_by_role("link", name="Lire le rapport").click()
    expect(page.locator("h1")).to_have_text("subventions-2026.csv")
    expect(page.locator(".odl-verdict")).to_contain_text("30 problèmes sur 12 lignes")
    dates = page.locator(".odl-cause").filter(has_text="dateConvention").first
    expect(dates).to_contain_text("12 cellules")
    expect(dates).to_contain_text("10/02/2026")
    expect(dates.locator(".odl-gestures")).to_contain_text(re.compile("Dans Excel.*colonne C.*Dans LibreOffice", re.S))
    rows = page.locator("#rows")
    for cell, value in (("B2", "2,20E+13"), ("C2", "10/02/2026"), ("I2", "1200,00"), ("H11", "obligatoire")):
        problem = rows.locator("li").filter(has=page.get_by_text(cell, exact=True))
        expect(problem).to_contain_text(value)
    photograph(page, "5-report")

    with page.expect_download() as download:
        page.get_by_role("link", name="Rapport pour Excel").click()
    assert download.value.suggested_filename == "rapport-subventions-2026.xlsx"
    sheets = load_workbook(io.BytesIO(download.value.path().read_bytes())).worksheets
    written = [str(value) for sheet in sheets for row in sheet.iter_rows(values_only=True) for value in row]
    assert {"B2", "C2", "I2", "H11"} <= set(written)
    assert any("10/02/2026" in value for value in written)

    page.get_by_role("link", name="Déposer le fichier corrigé").click()
    expect(page.locator("h1")).to_contain_text("Remplacer")
    photograph(page, "6-replace-file")
    page.get_by_role("link", name="utiliser le formulaire classique").click()
    page.get_by_label("Nouveau fichier").set_input_files(mended_file())
    page.get_by_role("button", name="Enregistrer les modifications").click()
    expect(badge(page)).to_have_text("conforme", timeout=IN_THE_END)
    photograph(page, "7-file-compliant")

    page.get_by_role("link", name="Lire le rapport").click()
    expect(page.locator(".odl-verdict")).to_contain_text("les 12 lignes sont bonnes")
    expect(page.locator(".odl-verdict")).to_contain_text("Il y avait 30 problèmes : il n’en reste aucun")
    photograph(page, "8-report-compliant")


def test_the_same_without_javascript_up_to_the_report(portal, page_without_script, photograph):
    page = page_without_script
    portal.log_in(page, name="claire")
    describe_dataset(page)
    deposit(page, wrong_file())
    reload_until(page, "à corriger")

    page.get_by_role("link", name="Lire le rapport").click()

    expect(page.locator(".odl-verdict")).to_contain_text("30 problèmes sur 12 lignes")
    expect(page.locator("#rows")).to_contain_text("B2 « 2,20E+13 »")
    photograph(page, "report-without-javascript")


def test_a_secretary_of_three_communes_chooses_and_always_reads_for_whom_she_works(portal, page, photograph):
    portal.log_in(page, name="sylvie")
    expect(page.locator("h1")).to_have_text(re.compile("Pour quelle collectivité travaillez-vous"))
    communes = page.locator(".odl-choices a")
    expect(communes).to_have_text(["Les Trois-Sources", "Montfleury-le-Haut", "Valbrune"])
    photograph(page, "1-choice")

    communes.filter(has_text="Valbrune").click()
    expect(page.locator("h1")).to_contain_text("Valbrune")
    photograph(page, "2-valbrune")
    page.get_by_role("link", name="Lire le rapport").first.click()
    expect(page.locator(".odl-eyebrow")).to_contain_text("Valbrune")
    expect(badge(page)).to_have_text("illisible")
    photograph(page, "3-unreadable")
    page.get_by_role("link", name="Valbrune").first.click()
    page.get_by_role("link", name="Déposer un fichier").click()
    expect(page.locator(".odl-eyebrow")).to_contain_text("Valbrune")

    page.get_by_role("link", name="Ma collectivité").click()
    communes.filter(has_text="Les Trois-Sources").click()
    expect(page.locator("h1")).to_contain_text("Les Trois-Sources")
    expect(page.get_by_role("heading", name="Aucun fichier")).to_be_visible()
    photograph(page, "4-nothing-yet")
    page.get_by_role("link", name="Déposer un premier fichier").click()
    expect(page.locator(".odl-eyebrow")).to_contain_text("Les Trois-Sources")


def test_the_structure_that_supports_communes_sees_its_members(portal, page, photograph):
    portal.log_in(page, role="atd")
    member = page.locator(".odl-members tbody tr", has_text="Saint-Exemple")
    expect(member).to_have_count(1)
    photograph(page, "1-members")

    member.get_by_role("link", name="Saint-Exemple").first.click()
    page.goto(f"{portal.url}/odl/collectivite/saint-exemple")

    expect(page.get_by_role("heading", name="Plan du cimetière")).not_to_have_count(0)
    expect(page.get_by_role("link", name="Déposer un fichier")).to_be_visible()


def test_a_private_report_does_not_exist_for_strangers(portal, page, new_context, photograph):
    portal.log_in(page, name="claire")
    describe_dataset(page, private=True)
    deposit(page, wrong_file())
    expect(badge(page)).to_have_text("à corriger", timeout=IN_THE_END)
    page.get_by_role("link", name="Lire le rapport").click()
    report = page.url
    stranger = new_context().new_page()
    neighbour = new_context().new_page()
    portal.log_in(neighbour, name="marc")

    for other in (stranger, neighbour):
        for address in (report, f"{report}.csv", f"{report}.xlsx", f"{report}/fragment"):
            answer = other.request.get(address)
            assert answer.status == 404, address
            assert "subventions-2026" not in answer.text()
    stranger.goto(report)
    expect(stranger.locator("h1")).to_have_text("Cette page est introuvable")
    photograph(stranger, "not-found")


def test_a_large_file_shows_its_progress_and_then_its_report_by_itself(portal, page, busy_worker, photograph):
    portal.log_in(page, name="claire")
    describe_dataset(page)
    deposit(page, large_file())
    expect(badge(page)).to_have_text("vérification en cours")
    page.get_by_role("link", name="Suivre la vérification").click()
    expect(page.locator(".odl-progress")).to_contain_text("Vous pouvez quitter cette page")
    photograph(page, "1-in-progress")

    busy_worker()

    expect(badge(page)).to_have_text("conforme", timeout=IN_THE_END)
    expect(page.locator(".odl-verdict")).to_contain_text(re.compile("les 12.000 lignes sont bonnes"))
    photograph(page, "2-report")


def test_the_model_that_a_file_looks_like_is_chosen_in_advance(portal, page):
    portal.log_in(page, name="claire")
    page.get_by_role("link", name="Choisir un modèle – Équipements de la commune").click()
    expect(page.locator(".odl-verdict")).to_contain_text("celles du modèle « Équipements publics »")

    page.get_by_role("link", name="Choisir ce modèle").click()

    assert page.locator("#field-odl_schema option:checked").inner_text() == "Équipements publics"
