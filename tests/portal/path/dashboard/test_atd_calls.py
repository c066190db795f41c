"""Whom to call this week: why, what was said, and that one called yesterday is not first today."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from ckan import model

from tests.portal.pages.conftest import words

pytestmark = pytest.mark.usefixtures("with_plugins", "territory")

PAGE = "/en/odl/atd/causses"
POST = f"{PAGE}/appel"


@pytest.fixture(autouse=True)
def reasons(territory):
    territory.stands("saint-exemple", priority=50, why=[{"code": "no_contact", "weight": 40}])
    territory.stands("valbrune", priority=30, why=[{"code": "to_mend", "n": 2, "weight": 22}])


def first(page) -> list[str]:
    return [words(link) for link in page.select(".odl-calls h3 a")]


def days_ago(days: int) -> str:
    today = model.Session.execute(sa.select(sa.func.current_date())).scalar_one()
    return (today - dt.timedelta(days=days)).isoformat()


def test_the_weightiest_reasons_first_in_words(look):
    page = look("atd", PAGE)

    assert first(page) == ["Saint-Exemple", "Valbrune"]
    assert "No address to write to." in words(page.select(".odl-calls li")[0])
    assert "2 files to correct." in words(page.select(".odl-calls li")[1])


def test_ten_at_most(look, territory):
    for number in range(12):
        name = f"commune-{number}"
        territory.call("sysadmin", "organization_create", name=name, title=name, groups=[{"name": "causses"}])
        territory.stands(name, priority=10, why=[{"code": "not_begun", "weight": 15}])

    assert len(first(look("atd", PAGE))) == 10


def test_a_call_is_kept_in_the_history(visit, territory):
    visit(
        "atd_editor", POST, {"organization": "saint-exemple", "note": "Rappeler mardi", "on": days_ago(1)}, status=302
    )

    line = territory.call("agent", "odl_history_list", id="saint-exemple")["results"][0]
    assert (line["what"], line["why"], line["who"]) == ("call", "Rappeler mardi", "Prénom atd_editor")
    assert line["for_body"] == "Causses Numérique"
    assert line["after"] == {"on": days_ago(1)}


def test_one_called_yesterday_is_not_first_today(look, visit):
    visit("atd", POST, {"organization": "saint-exemple", "note": "Rappeler mardi", "on": days_ago(1)}, status=302)

    page = look("atd", PAGE)

    assert first(page) == ["Valbrune"]
    row = next(row for row in page.select(".odl-members tbody tr") if "Saint-Exemple" in row.text)
    assert "by Prénom atd: Rappeler mardi" in words(row)


def test_one_called_long_ago_is_back_with_the_note(look, visit):
    visit("atd", POST, {"organization": "saint-exemple", "note": "Rappeler mardi", "on": days_ago(9)}, status=302)

    page = look("atd", PAGE)

    assert first(page) == ["Saint-Exemple", "Valbrune"]
    assert "Rappeler mardi" in words(page.select_one(".odl-calls li"))


@pytest.mark.parametrize(("note", "days"), [("", 0), ("   ", 0), ("Rappeler mardi", -2)])
def test_what_was_typed_stays_when_it_is_refused(look, note, days):
    form = {"organization": "valbrune", "note": note, "on": days_ago(days)}

    page = look("atd", POST, form)

    opened = page.select_one(".odl-calls details[open]")
    assert opened.select_one("input[name=organization]")["value"] == "valbrune"
    assert opened.textarea.text.strip() == note.strip()
    assert words(opened.select_one("[role=alert]"))


def test_nobody_to_call(look, territory):
    for name in ("saint-exemple", "valbrune"):
        territory.stands(name)

    assert "Nobody to call first" in words(look("atd", PAGE).select_one("#calls"))


def test_a_member_of_another_body_cannot_be_called_from_here(visit, territory):
    visit("atd", POST, {"organization": "lointaine", "note": "x"}, status=404)

    assert territory.call("sysadmin", "odl_history_list", id="lointaine")["count"] == 0
