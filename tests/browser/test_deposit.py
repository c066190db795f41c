"""A secretary deposits a file: from the drop to the public page, with and without JavaScript, wide and narrow."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from dev import sample_files as files

from .accessibility import assert_accessible
from .conftest import PHONE

COMMUNE = ("Saint-Exemple", files.siren(21480901))
IN_THE_END = 60_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TITLE = "Subventions de Saint-Exemple, essai du dépôt"


@pytest.fixture(autouse=True)
def as_before(portal) -> Iterator[None]:
    """Take away what a test brings and publishes, so that the next one finds the sample data alone."""

    def datasets() -> set[str]:
        everything = {"include_private": True, "include_drafts": True, "rows": 1000, "fl": "id"}
        return {dataset["id"] for dataset in portal.call("package_search", everything)["results"]}

    before = datasets()
    yield
    for deposit in portal.call("odl_deposit_list", {"organization": "saint-exemple", "state": "open"})["results"]:
        portal.call("odl_deposit_abandon", {"id": deposit["id"]})
    for dataset in datasets() - before:
        portal.call("dataset_purge", {"id": dataset})


def upload(rows: list[list[object]], name: str) -> Any:
    """A file as Excel saves it, for a file input."""
    return {"name": name, "mimeType": "text/csv", "buffer": files.as_csv(files.SUBVENTIONS, rows, ";", "cp1252")}


def good_file(year: int, name: str = "subventions.csv") -> Any:
    return upload(files.subventions(*COMMUNE, year), name)


def wrong_file(year: int) -> Any:
    """Dates of Excel, decimal commas and other habits that the portal knows how to mend, and nothing else."""
    good = files.subventions(*COMMUNE, year)
    wrong = files.subventions_from_excel(*COMMUNE, year)
    # what is lost in it stays good: only the author of a file can bring a missing number back
    for whole, cut in zip(good, wrong, strict=True):
        for column in (1, 5, 7):
            cut[column] = whole[column]
    return upload(wrong, "subventions-excel.csv")


def bring(page: Page, file: Any) -> None:
    """From the page of the collectivité to what the portal read in the file."""
    page.get_by_role("link", name="Déposer un fichier").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Déposer un fichier")
    page.get_by_label("Choisissez vos fichiers").set_input_files(file)
    page.get_by_role("button", name="Envoyer et voir ce que le portail lit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(str(file["name"]), timeout=IN_THE_END)


def wait_for(page: Page, word: str) -> None:
    """Until the check is over; the page comes anew by itself, without JavaScript the person loads it again."""
    state = page.locator(".odl-verdict .odl-state")
    for _attempt in range(60):
        if state.inner_text() == word:
            return
        page.wait_for_timeout(1000)
        page.reload()
    expect(state).to_have_text(word)


def answer(page: Page) -> None:
    """Nothing personal in the file."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce fichier parle-t-il de personnes ?")
    for question in page.locator(".odl-questions fieldset:not([data-module])").all():
        question.get_by_role("radio").first.check()
    page.locator(".odl-questions button[type=submit]").click()


def place_as_new(page: Page) -> None:
    """A dataset of its own, where something resembles the file."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Où ranger ce fichier ?")
    page.get_by_label("ce sont de nouvelles données").check()
    page.get_by_role("button", name="Continuer").click()


def describe_as_new(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Est-ce bien cela ?")
    page.get_by_label("Titre").fill(TITLE)
    page.get_by_role("button", name="C’est bien cela, continuer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Prêt à publier ?", timeout=IN_THE_END)


def narrow(page: Page) -> None:
    """Nothing is wider than a telephone."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def test_from_the_drop_to_public(portal, page, photograph):
    portal.log_in(page, name="claire")
    page.get_by_role("link", name="Déposer un fichier").first.click()
    assert_accessible(page, within="[role=main]")
    photograph(page, "1-drop")
    zone = page.locator("[data-odl-drop]")
    expect(zone).to_contain_text("faites-les glisser ici")
    content = good_file(2031)["buffer"].decode("cp1252")
    transfer = page.evaluate_handle(
        "text => { const t = new DataTransfer(); t.items.add(new File([text], 'subventions-2031.csv')); return t; }",
        content,
    )
    zone.dispatch_event("drop", {"dataTransfer": transfer})
    expect(page.locator("[data-odl-files] li")).to_contain_text("subventions-2031.csv")
    page.get_by_role("button", name="Envoyer et voir ce que le portail lit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("subventions-2031.csv", timeout=IN_THE_END)
    expect(page.locator(".odl-verdict .odl-state")).to_have_text("conforme", timeout=IN_THE_END)
    expect(page.locator(".odl-reading")).to_contain_text("12 lignes, 16 colonnes")
    expect(page.locator(".odl-reading")).to_contain_text("Subventions")
    assert_accessible(page, within="[role=main]")
    photograph(page, "2-read")
    page.get_by_role("link", name="Continuer").click()
    expect(page.get_by_label("Ajouter l’année 2031 au jeu de données")).to_be_checked()
    assert_accessible(page, within="[role=main]")
    photograph(page, "3-place")
    place_as_new(page)
    assert_accessible(page, within="[role=main]")
    photograph(page, "4-personal-data")
    law = page.get_by_label("Une loi ou un décret le demande ou le permet")
    expect(law).to_be_hidden()
    page.get_by_label("Oui", exact=True).first.check()
    expect(law).to_be_visible()
    assert_accessible(page, within="[role=main]")
    photograph(page, "4-personal-data-yes")
    answer(page)
    expect(page.get_by_label("Année ou période du fichier")).to_have_value("2031")
    for summary in page.locator("details.odl-part > summary").all():
        summary.click()
    assert_accessible(page, within="[role=main]")
    photograph(page, "5-description")
    page.get_by_label("Titre").fill("")
    page.get_by_role("button", name="C’est bien cela, continuer").click()
    expect(page.locator(".odl-problems a")).to_have_attribute("href", "#field-title")
    describe_as_new(page)
    assert_accessible(page, within="[role=main]")
    photograph(page, "6-publish")
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("C’est en ligne", timeout=IN_THE_END)
    assert_accessible(page, within="[role=main]")
    photograph(page, "7-online")
    page.get_by_role("link", name="Voir sa page").click()
    expect(page.locator("h1").filter(has_text=TITLE)).to_have_count(1)
    expect(page.locator(".odl-file .odl-state").first).to_have_text("conforme", timeout=IN_THE_END)


def test_a_wrong_file_is_repaired_and_published(portal, page, photograph):
    portal.log_in(page, name="claire")
    bring(page, wrong_file(2032))
    expect(page.locator(".odl-verdict .odl-state")).to_have_text("à corriger", timeout=IN_THE_END)
    photograph(page, "1-to-correct")
    page.get_by_role("link", name="Voir ce qui peut être réparé").click()
    dates = page.locator(".odl-repair").filter(has_text="dateConvention")
    expect(dates.locator("ins").first).to_have_text(re.compile(r"2032-\d\d-\d\d"))
    assert_accessible(page, within="[role=main]")
    photograph(page, "2-repairs")
    page.get_by_role("button", name="Faire ces réparations").click()
    wait_for(page, "conforme")
    expect(page.locator(".odl-change")).to_contain_text("il n’en reste aucun")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("La liste de ses")).click()
    assert "C2" in download.value.path().read_text(encoding="utf-8-sig")
    photograph(page, "3-repaired")
    page.get_by_role("link", name="Continuer").click()
    place_as_new(page)
    answer(page)
    describe_as_new(page)
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("C’est en ligne", timeout=IN_THE_END)


def test_all_of_it_without_javascript_on_a_telephone(portal, new_context, photograph):
    page = new_context(java_script_enabled=False, viewport=PHONE).new_page()
    portal.log_in(page, name="claire")
    page.goto(f"{portal.url}/odl/depot")
    page.get_by_label("Choisissez vos fichiers").set_input_files(wrong_file(2033))
    page.get_by_role("button", name="Envoyer et voir ce que le portail lit").click()
    wait_for(page, "à corriger")
    page.get_by_role("link", name="Voir ce qui peut être réparé").click()
    page.get_by_role("button", name="Faire ces réparations").click()
    wait_for(page, "conforme")
    page.get_by_role("link", name="Continuer").click()
    place_as_new(page)
    answer(page)
    describe_as_new(page)
    page.get_by_label("Garder en brouillon").check()
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("C’est conservé en brouillon")


def test_each_page_fits_a_telephone(portal, new_context):
    page = new_context(viewport=PHONE).new_page()
    portal.log_in(page, name="claire")
    page.goto(f"{portal.url}/odl/depot")
    narrow(page)
    page.get_by_label("Choisissez vos fichiers").set_input_files(wrong_file(2034))
    page.get_by_role("button", name="Envoyer et voir ce que le portail lit").click()
    page.wait_for_url(re.compile(r"/odl/depot/[0-9a-f-]{36}$"))
    expect(page.locator(".odl-verdict .odl-state")).to_have_text("à corriger", timeout=IN_THE_END)
    address = page.url
    for part in ("", "/modele", "/reparer", "/donnees-personnelles", "/ou", "/description", "/publier", "/abandonner"):
        page.goto(f"{address}{part}")
        narrow(page)
        assert_accessible(page, within="[role=main]")


def test_several_files_at_once_are_listed(portal, page, photograph):
    portal.log_in(page, name="claire")
    page.goto(f"{portal.url}/odl/depot")
    two = [good_file(2035, "subventions-2035.csv"), wrong_file(2036)]
    page.get_by_label("Choisissez vos fichiers").set_input_files(two)
    page.get_by_role("button", name="Envoyer et voir ce que le portail lit").click()
    expect(page.locator(".odl-fresh")).to_have_count(2, timeout=IN_THE_END)
    assert_accessible(page, within="[role=main]")
    photograph(page, "list")
    page.goto(f"{portal.url}/odl/collectivite/saint-exemple")
    expect(page.get_by_role("heading", name="Dépôts en cours")).to_be_visible()


def workbook_of_three(year: int) -> Any:
    """Grants, a hidden list of members, and a sheet with a note."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "Subventions"
    for row in [files.SUBVENTIONS, *files.subventions(*COMMUNE, year)]:
        sheet.append(row)
    book.create_sheet("Lisez-moi").append(["Fichier préparé par le service associations"])
    members: Any = book.create_sheet("Adhérents")
    for row in [["adhérent", "courriel"], ["Anne Roux", "anne.roux@exemple.fr"], ["Jean Noël", "jean@exemple.fr"]]:
        members.append(row)
    members.sheet_state = "hidden"
    content = io.BytesIO()
    book.save(content)
    return {"name": f"associations-{year}.xlsx", "mimeType": XLSX, "buffer": content.getvalue()}


def test_one_sheet_of_a_workbook_is_chosen_and_published_alone(portal, new_context, photograph):
    page = new_context(java_script_enabled=False).new_page()
    portal.log_in(page, name="claire")
    bring(page, workbook_of_three(2035))
    wait_for(page, "conforme")
    sheets = page.locator("#odl-sheets")
    expect(sheets).to_contain_text("Ce classeur a 2 feuilles remplies")
    expect(sheets).to_contain_text("12 lignes, lue par le portail")
    expect(sheets).to_contain_text("2 lignes, masquée dans le classeur")
    photograph(page, "1-sheets")
    with_script = new_context().new_page()  # axe is one
    portal.log_in(with_script, name="claire")
    with_script.goto(page.url)
    assert_accessible(with_script, within="[role=main]")
    sheets.get_by_label("Publier seulement la feuille « Adhérents »").check()
    sheets.get_by_role("button", name="Garder ce choix").click()
    wait_for(page, "sans modèle")
    expect(page.get_by_role("heading", name="Seule la feuille « Adhérents » sera publiée")).to_be_visible()
    expect(page.locator(".odl-reading")).to_contain_text("2 lignes, 2 colonnes")
    page.get_by_role("button", name="Choisir une autre feuille").click()
    wait_for(page, "sans modèle")
    sheets.get_by_label("Publier seulement la feuille « Subventions »").check()
    sheets.get_by_role("button", name="Garder ce choix").click()
    wait_for(page, "conforme")
    photograph(page, "2-alone")
    page.get_by_role("link", name="Continuer").click()
    place_as_new(page)
    answer(page)
    describe_as_new(page)
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("C’est en ligne", timeout=IN_THE_END)
    page.get_by_role("link", name="Voir sa page").click()
    package = portal.call("package_search", {"q": f'title:"{TITLE}"'})["results"][0]
    published = page.request.get(package["resources"][0]["url"]).body()
    assert openpyxl.load_workbook(io.BytesIO(published)).sheetnames == ["Subventions"]
    assert b"anne.roux" not in published


def test_a_document_is_no_table_to_correct(portal, page, photograph):
    portal.log_in(page, name="claire")
    bring(page, {"name": "compte-rendu.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"})
    expect(page.locator(".odl-verdict .odl-state")).to_have_text("document", timeout=IN_THE_END)
    expect(page.locator(".odl-verdict")).to_contain_text("Ce n’est pas un tableau")
    expect(page.locator("[role=main]")).not_to_contain_text("corrigé")
    assert_accessible(page, within="[role=main]")
    photograph(page, "1-document")
    page.get_by_role("link", name="Continuer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce fichier parle-t-il de personnes ?")
