"""The adviser of an ATD: whom to call, which members have a problem, one decision for several of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from ckanext.odl.territory import to
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import PHONE

DASHBOARD = "/odl/atd/causses-numerique"
STEP = "p1.decision"
MEMBERS = ("saint-exemple", "valbrune")
#: Every page of this part, and who reads it.
PAGES = {
    "dashboard": ("atd", DASHBOARD),
    "dashboard-nothing-found": ("atd", f"{DASHBOARD}?q=licorne"),
    "selection": ("atd", f"{DASHBOARD}/selection?id=valbrune&id=saint-exemple"),
    "selection-empty": ("atd", f"{DASHBOARD}/selection"),
    "proposals": ("atd", f"{DASHBOARD}/propositions"),
    "public-list": ("", "/odl/avancement"),
    "public-page": ("", "/odl/avancement/saint-exemple"),
    "public-page-closed": ("", "/odl/avancement/les-trois-sources"),
}


@pytest.fixture(autouse=True)
def as_before(portal) -> Iterator[None]:
    """Saint-Exemple is public and proposes something; what a test decides is taken back."""
    portal.call("organization_patch", {"id": "saint-exemple", "odl_public_progress": "true"})
    proposal = {"id": "saint-exemple", "step": "p1.training", "propose_not_applicable": True, "reason": "Déjà formés."}
    portal.call("odl_step_update", proposal)
    yield
    for name in MEMBERS:
        waived = portal.call("odl_progress_show", {"id": name})["phases"][0]["steps"]
        if next(step["state"] for step in waived if step["id"] == STEP) == "waived":
            portal.call("odl_step_update", {"id": name, "step": STEP, "unwaive": True})
    portal.call("odl_group_update", {"atd": "causses-numerique", "ids": [*MEMBERS], "group": ""}, role="atd")


def row(page: Page, name: str):
    return page.locator(".odl-members tbody tr", has_text=name)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits_a_telephone(portal, page, photograph, name: str):
    who, address = PAGES[name]
    if who:
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


def test_the_adviser_lands_on_the_dashboard_and_narrows_the_list(portal, page):
    portal.log_in(page, name="atd")

    expect(page).to_have_url(re.compile(f"{DASHBOARD}$"))
    expect(page.locator(".odl-figures")).to_contain_text("8 collectivités")
    page.get_by_label("Nom", exact=True).fill("valbrune")
    page.get_by_role("button", name="Filtrer").click()
    expect(page).to_have_url(re.compile("q=valbrune"))
    expect(page.locator(".odl-members tbody tr")).to_have_count(1)

    page.get_by_role("link", name="Tout afficher").click()
    page.get_by_label("Type", exact=True).select_option("epci")
    page.get_by_role("button", name="Filtrer").click()
    expect(row(page, "Hautes Terres")).to_be_visible()
    expect(page.locator(".odl-members tbody tr")).to_have_count(1)
    page.reload()
    expect(page.get_by_label("Type", exact=True)).to_have_value("epci")


def test_the_list_comes_as_a_spreadsheet(portal, page):
    portal.log_in(page, name="atd")
    page.goto(f"{portal.url}{DASHBOARD}?kind=commune")

    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()

    assert re.fullmatch(r"causses-numerique-\d{4}-\d\d-\d\d\.xlsx", download.value.suggested_filename)


@pytest.mark.parametrize("script", [True, False])
def test_one_decision_for_two_members(portal, new_context, script: bool):
    page = new_context(java_script_enabled=script).new_page()
    portal.log_in(page, name="atd")
    page.goto(f"{portal.url}{DASHBOARD}")
    for name in ("Saint-Exemple", "Valbrune"):
        page.get_by_label(f"Choisir {name}").check()
    page.get_by_role("button", name="Agir pour celles qui sont cochées").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 collectivités")
    page.get_by_label("Étape", exact=True).select_option(STEP)
    page.locator("#odl-reason").fill("Décidé par la communauté de communes.")
    page.get_by_role("button", name="Continuer").click()
    expect(page.locator(".odl-waived li")).to_have_text(["Saint-Exemple", "Valbrune"])
    page.get_by_role("button", name="Dispenser ces 2 collectivités").click()

    expect(page.get_by_text(re.compile("2 collectivités sont dispensées de .*Valbrune"))).to_be_visible()
    page.goto(f"{portal.url}/odl/collectivite/valbrune/parcours?phase=p1")
    expect(page.locator(".odl-state-waived").first).to_be_visible()


def test_a_group_is_a_filter(portal, page):
    portal.log_in(page, name="atd")
    page.goto(f"{portal.url}{DASHBOARD}/selection?id=valbrune&id=saint-exemple")
    page.get_by_label("Nom du groupe").fill("Vallée")
    page.get_by_role("button", name="Enregistrer le groupe").click()

    page.get_by_label("Groupe", exact=True).select_option("Vallée")
    page.get_by_role("button", name="Filtrer").click()

    expect(page.locator(".odl-members tbody tr")).to_have_count(2)


@pytest.mark.parametrize("script", [True, False])
def test_a_call_is_noted_with_the_keyboard_at_hand(portal, new_context, script: bool):
    page = new_context(java_script_enabled=script).new_page()
    portal.log_in(page, name="atd")
    page.goto(f"{portal.url}{DASHBOARD}")
    first = page.locator(".odl-calls > li").first
    if not first.count():
        expect(page.locator("#calls")).to_contain_text("Personne à appeler d’abord")
        return
    name = first.locator("h3 a").inner_text()
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    first.get_by_label("Ce qui s’est dit, la suite prévue").fill("Le fichier sera renvoyé lundi.")
    first.get_by_role("button", name="Enregistrer la note").click()

    expect(page.get_by_text(f"L’appel {to(name)} est noté.")).to_be_visible()
    expect(page.locator(".odl-calls h3 a", has_text=name)).to_have_count(0)
    expect(row(page, name)).to_contain_text("Le fichier sera renvoyé lundi.")


@pytest.fixture
def site_of_the_commune() -> Iterator[Callable[[str], str]]:
    """A function that puts a page on another site, and returns its address."""
    pages: list[str] = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(pages[-1].encode())

        def log_message(self, *_about: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Thread(target=server.serve_forever, daemon=True).start()

    def put(page: str) -> str:
        pages.append(page)
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield put
    server.shutdown()


def test_another_site_may_frame_the_badge(portal, page, site_of_the_commune):
    frame = f'<iframe src="{portal.url}/odl/avancement/saint-exemple/badge" width="300" height="110"></iframe>'
    page.goto(site_of_the_commune(frame))
    picture = page.frame_locator("iframe").get_by_role("img")

    expect(picture).to_have_attribute("alt", re.compile("^Données ouvertes de Saint-Exemple"))
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 280
