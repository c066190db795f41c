"""A structure shares one file out among its members, or names them with it; a member refuses; on a telephone too."""

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


@pytest.fixture
def dataset(portal) -> Iterator[dict[str, str]]:
    """The dataset that a test publishes, by ``id``; taken away afterwards."""
    made: dict[str, str] = {}
    yield made
    if made:
        portal.call("dataset_purge", made)


def bring(page: Page, portal: str, rows: str) -> None:
    """Deposit a file of several members and open the page that asks how to publish it."""
    page.goto(f"{portal}/odl/depot?collectivite={ATD}")
    page.set_input_files(
        "#field-upload", {"name": "prenoms.csv", "mimeType": "text/csv", "buffer": (HEADER + rows).encode()}
    )
    page.locator("form:has(#field-upload) button[type=submit]").click()
    link = page.get_by_role("link", name="Le partager entre elles, ou les nommer")
    expect(link).to_be_visible(timeout=60_000)
    link.click()


def test_a_file_is_shared_out_and_refused(
    portal, codes: list[str], new_context: Callable[..., BrowserContext], photograph: Callable[[Page, str], None]
) -> None:
    page = new_context(viewport=PHONE).new_page()
    portal.log_in(page, name="atd")
    rows = "".join(f"Commune,{code},F,Louise,{number},2024\n" for number, code in enumerate([*codes, "99999"], 3))
    bring(page, portal.url, rows)
    shared = page.url
    photograph(page, "before")
    assert_accessible(page, within="#content")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_label("Un fichier par collectivité").check()
    page.get_by_role("button", name="Continuer").click()
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


def test_a_file_is_published_once_and_a_member_refuses(
    portal,
    codes: list[str],
    dataset: dict[str, str],
    new_context: Callable[..., BrowserContext],
    photograph: Callable[[Page, str], None],
) -> None:
    page = new_context(viewport=PHONE).new_page()
    portal.log_in(page, name="atd")
    bring(
        page, portal.url, "".join(f"Commune,{code},F,Louise,{n},2024\n" for n, code in enumerate([*codes, "99999"], 3))
    )
    page.get_by_label("Un seul fichier, publié par Causses Numérique").check()
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/donnees-personnelles")
    id_ = page.url.split("/")[-2]
    for _question in range(9):
        asked = portal.call("odl_deposit_show", {"id": id_})["questions"]
        if not asked:
            break
        portal.call("odl_deposit_update", {"id": id_, "answers": {asked[0]["id"]: "no"}})
    page.goto(f"{portal.url}/odl/depot/{id_}/publier")
    expect(page.locator("dl")).to_contain_text("2, nommées avec le jeu de données")
    order = {"id": id_, "approved_by": "Mme Roux, présidente", "despite_problems": True}
    dataset["id"] = portal.call("odl_deposit_publish", order)["package_id"]
    page.goto(f"{portal.url}/odl/depot/{id_}/en-ligne")
    expect(page.locator(".odl-verdict")).to_contain_text("Il nomme 2 collectivités")
    address = f"{portal.url}/dataset/{dataset['id']}"
    page.goto(address)
    page.get_by_text("Concerne : 2 collectivités de ce portail").click()
    expect(page.locator(".odl-covers li")).to_have_text(["Saint-Exemple", "Valbrune"])
    photograph(page, "named")
    assert_accessible(page, within=".odl-covers")

    member = new_context(viewport=PHONE).new_page()
    portal.log_in(member, name="claire")
    member.goto(f"{portal.url}/odl/collectivite/saint-exemple")
    expect(member.locator("#publie-pour-vous")).to_contain_text("Publié par Causses Numérique, avec 1 ligne")
    photograph(member, "published-for")
    assert_accessible(member, within="#content")
    member.get_by_role("link", name="Refuser d’y figurer").click()
    photograph(member, "refuse")
    assert_accessible(member, within="#content")
    assert member.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    member.get_by_label("Pourquoi refusez-vous").fill("Ce ne sont pas nos chiffres")
    member.get_by_role("button", name="Refuser d’y figurer").click()
    expect(member.locator("#publie-pour-vous")).to_contain_text("1 ligne qui vous concerne est encore en ligne")
    photograph(member, "refused")

    page.goto(address)
    expect(page.locator(".odl-refusals")).to_contain_text("Saint-Exemple, qui refuse d’y figurer")
    expect(page.locator(".odl-covers")).to_contain_text("1 collectivité")
    photograph(page, "refusal")
    assert_accessible(page, within=".odl-refusals")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Préparer le fichier sans ces lignes").click()
    expect(page.locator(".alert-success")).to_contain_text("Voici le fichier sans ces lignes")
    expect(page.locator(".odl-reading")).to_contain_text("2 lignes", timeout=60_000)
    photograph(page, "without")
    assert_accessible(page, within="#content")

    member.goto(f"{portal.url}/odl/collectivite/saint-exemple")
    member.get_by_role("button", name="Accepter de nouveau d’y figurer").click()
    expect(member.locator("#publie-pour-vous")).to_contain_text("avec 1 ligne qui vous concerne")
