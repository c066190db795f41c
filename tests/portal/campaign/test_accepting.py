"""Nothing becomes public by one click in a list: what would be published is read first, with what speaks against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ckan import model

from .conftest import GOOD, WRONG, Place, run_pieces
from .smtp import Server
from .test_campaign import deposit, link_in, member, sent, shown

pytestmark = pytest.mark.usefixtures("with_plugins")


def handed_in(page: Callable[..., Any], address: str, content: bytes) -> None:
    """Bring a file, ask to send it, answer: it is sent at once."""
    deposit(page, address, content)
    assert page(None, address).select_one(".odl-verdict-unsent")
    asked = page(None, f"{address}/envoyer", {}, 302).location
    assert asked.endswith("/donnees-personnelles?envoyer=1")
    answers(page, asked)
    assert page(None, address).select_one(".odl-verdict-sent")


def answers(page: Callable[..., Any], asked: str, **chosen: str) -> None:
    """Answer the questions on personal data: nothing of the kind, but for what is given."""
    form: dict[str, str] = {}
    for _ in range(5):
        for field in page(None, asked).select("fieldset"):
            name = field.select_one("input")["name"]
            labels = [one for one in field.select("input") if one["value"] in ("no", "none", "public", "authorized")]
            form[name] = chosen.get(name) or (labels or field.select("input"))[0]["value"]
        if page(None, asked, form, 302 if form else 422).location:
            return


@pytest.fixture
def waiting(place: Place, campaign: dict[str, Any], mail: Server, page: Callable[..., Any]) -> str:
    """Two files that wait, one with problems; returns the address of the campaign."""
    sent(place, campaign)
    handed_in(page, link_in(mail, "badaroux"), GOOD)
    handed_in(page, link_in(mail, "chanac"), WRONG)
    return f"/odl/atd/causses/campagnes/{campaign['id']}"


def rows(found: Any) -> dict[str, tuple[bool, bool]]:
    """Of each file that is offered: whether it is ticked, and whether something is said against it."""
    return {
        row.select_one("th").get_text(" ", strip=True).rpartition(" ")[2]: (
            row.select_one("input").has_attr("checked"),
            bool(row.select("strong.odl-line")),
        )
        for row in found.select("form .odl-pick tbody tr")
    }


def test_what_would_be_published_is_read_first(
    place: Place,
    campaign: dict[str, Any],
    waiting: str,
    mail: Server,
    page: Callable[..., Any],
) -> None:
    read = page("atd", f"{waiting}/agir", {"do": "accept"})
    assert rows(read) == {"Badaroux": (True, False), "Chanac": (False, True)}
    assert "problème" in read.select("strong.odl-line")[0].get_text() or "problem" in str(read)
    assert len(read.select("dl dt")) > 0, "the answers on personal data are shown"
    run_pieces()
    assert model.Session.query(model.Package).count() == 0
    one = page("atd", f"{waiting}/agir", {"do": "accept", "organization": [place.id("chanac")]})
    assert rows(one) == {"Chanac": (True, True)}

    seen = [box["value"] for box in read.select("form .odl-pick input[name=file]") if box.has_attr("checked")]
    deposit(page, link_in(mail, "badaroux"), GOOD + b"Valbrune,48013,M,Paul,7,2024\n")
    changed = page("atd", f"{waiting}/agir", {"do": "publish", "file": seen}, 422)
    assert changed.select_one("[role=alert]"), "another file came meanwhile"
    page("atd", f"{waiting}/agir", {"do": "publish"}, 422)

    seen = [box["value"] for box in one.select("form .odl-pick input[name=file]")]
    page("atd", f"{waiting}/agir", {"do": "publish", "file": seen}, 302)
    run_pieces()
    after = shown(place, campaign)
    assert (member(after, "chanac")["step"], member(after, "chanac")["problem"]) == ("accepted", "")
    assert member(after, "badaroux")["step"] == "begun", "a file that was replaced is to be sent again"


def test_answers_that_raise_a_question_stop_the_batch(
    place: Place,
    campaign: dict[str, Any],
    mail: Server,
    page: Callable[..., Any],
) -> None:
    sent(place, campaign)
    address = link_in(mail, "badaroux")
    deposit(page, address, GOOD)
    answers(page, f"{address}/donnees-personnelles?envoyer=1", sensitive="yes")
    stopped = page(None, address)
    assert stopped.select_one(".odl-verdict-unsent .odl-blockers"), "it is not sent by itself"
    page(None, f"{address}/envoyer", {}, 302)
    read = page("atd", f"/odl/atd/causses/campagnes/{campaign['id']}/agir", {"do": "accept"})
    assert rows(read) == {}
    assert "Badaroux" in read.select_one("section[aria-labelledby=odl-left]").get_text()
    assert place.call("atd", "odl_campaign_accept", id=campaign["id"])["accepted"] == 0
    place.call("atd", "odl_campaign_accept", id=campaign["id"], organizations=[place.id("badaroux")])
    run_pieces()
    row = member(shown(place, campaign), "badaroux")
    assert row["step"] == "deposited"
    assert row["problem"]
    assert model.Session.query(model.Package).filter_by(private=False).count() == 0


def test_who_sends_a_file_with_problems_is_told_what_is_left_to_do(
    page: Callable[..., Any],
    waiting: str,
    mail: Server,
) -> None:
    good, wrong = (page(None, link_in(mail, name)).select_one(".odl-verdict-sent") for name in ("badaroux", "chanac"))
    done = good.select_one("p").get_text()
    assert done != wrong.select_one("p").get_text()
    assert done.startswith(("Vous n’avez plus rien à faire", "You have nothing more to do"))


def test_a_file_of_another_year_is_said_to_be_one_and_not_ticked(
    place: Place,
    campaign: dict[str, Any],
    mail: Server,
    page: Callable[..., Any],
) -> None:
    sent(place, campaign)
    handed_in(page, link_in(mail, "badaroux"), GOOD.replace(b"2024", b"2022"))

    found = page("atd", f"/odl/atd/causses/campagnes/{campaign['id']}/agir", {"do": "accept"})
    assert "Ses lignes sont de 2022, et la collecte demande 2024." in found.select_one(".odl-pick").get_text(" ")
    assert rows(found) == {"Badaroux": (False, True)}
    assert place.call("atd", "odl_campaign_accept", id=campaign["id"])["accepted"] == 0


def test_a_file_about_another_commune_is_said_to_be_one_and_not_ticked(
    place: Place,
    campaign: dict[str, Any],
    mail: Server,
    page: Callable[..., Any],
) -> None:
    sent(place, campaign)
    handed_in(page, link_in(mail, "badaroux"), GOOD.replace(b"48013", b"48095"))
    handed_in(page, link_in(mail, "chanac"), GOOD.replace(b"48013", b"48039"))

    found = page("atd", f"/odl/atd/causses/campagnes/{campaign['id']}/agir", {"do": "accept"})
    said = {row.th.get_text(): row.get_text(" ") for row in found.select(".odl-pick tbody tr")}
    assert ["Mende (48" in text for name, text in said.items() if "Badaroux" in name] == [True]
    assert rows(found) == {"Badaroux": (False, True), "Chanac": (True, False)}
    assert place.call("atd", "odl_campaign_accept", id=campaign["id"])["accepted"] == 1
