"""The dashboard: who sees it, what its figures and its list say, how the list is narrowed, ordered and taken away."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import pytest
import sqlalchemy as sa
from ckan import model
from openpyxl import load_workbook

from tests.portal.pages.conftest import words

pytestmark = pytest.mark.usefixtures("with_plugins", "territory")

PAGE = "/en/odl/atd/causses"


def names(page) -> list[str]:
    return [words(cell.a) for cell in page.select(".odl-members tbody th")]


class TestWhoSeesIt:
    @pytest.mark.parametrize("who", ["atd", "atd_editor", "region", "sysadmin"])
    def test_its_staff_and_that_of_the_body_above(self, look, who):
        assert "Causses Numérique" in words(look(who, PAGE).h1)

    @pytest.mark.parametrize("who", ["other_atd", "agent", "atd_member", "stranger"])
    @pytest.mark.parametrize("part", ["", "/export.csv", "/selection", "/propositions"])
    def test_nobody_else(self, visit, who, part):
        visit(who, PAGE + part, status=404)

    @pytest.mark.parametrize("who", ["other_atd", "agent", "atd_member", "stranger", None])
    @pytest.mark.parametrize("part", ["/appel", "/groupe", "/dispense", "/propositions"])
    def test_nobody_else_changes_anything(self, visit, territory, who, part):
        form = {
            "organization": "saint-exemple",
            "note": "x",
            "id": "saint-exemple",
            "group_name": "x",
            "step": "p1.prada",
        }

        visit(who, PAGE + part, {**form, "reason": "x", "do": "accept"}, status=404)

        assert territory.call("sysadmin", "odl_history_list", id="saint-exemple")["count"] == 0

    def test_a_visitor_is_asked_to_log_in(self, visit):
        assert "/user/login" in visit(None, PAGE, status=302).headers["Location"]

    def test_a_commune_has_none(self, visit):
        visit("sysadmin", "/en/odl/atd/saint-exemple", status=404)
        visit("sysadmin", "/en/odl/atd/inconnue", status=404)

    @pytest.mark.parametrize("who", ["other_atd", "agent", "atd_member", "stranger", None])
    @pytest.mark.parametrize(
        ("action", "asked"), [("odl_call_list", {}), ("odl_group_update", {"ids": ["valbrune"], "group": "x"})]
    )
    def test_over_the_api(self, app, authorization, territory, who, action, asked):
        headers = authorization(territory.users[who]) if who else {}

        answer = app.post(f"/api/3/action/{action}", json={"atd": "causses", **asked}, headers=headers)

        assert answer.status_code == 403


class TestTheWayThere:
    def test_the_staff_land_on_it(self, visit):
        for address in ("/en/odl/collectivite", "/en/odl/atd"):
            answer = visit("atd", address, status=302)
            assert answer.headers["Location"].rstrip("/").endswith(("/odl/atd/causses", "/odl/collectivite"))
        assert visit("atd", "/en/odl/collectivite", status=302).headers["Location"].endswith("/odl/atd/causses")

    def test_the_header_says_so(self, look):
        assert words(look("atd", "/en/").select_one(".account a[href$='/odl/collectivite']")) == "Our local authorities"
        assert words(look("agent", "/en/").select_one(".account a[href$='/odl/collectivite']")) == "My local authority"

    def test_who_also_works_for_a_commune_chooses(self, look, territory):
        user = territory.users["atd"]["name"]
        territory.call("sysadmin", "organization_member_create", id="lointaine", username=user, role="editor")

        page = look("atd", "/en/odl/collectivite")

        assert [words(link) for link in page.select(".odl-choices a")] == [
            "Dashboard of Causses Numérique",
            "Lointaine",
        ]


class TestFigures:
    def test_the_first_sentence(self, look, territory):
        today = sa.func.current_date()
        territory.stands("saint-exemple", stale=2, stale_since=dt.date(2026, 1, 1), advanced_on=today)
        territory.stands("valbrune", has_contact=False)

        sentence = look("atd", PAGE).select_one(".odl-figures")

        assert words(sentence) == (
            "3 local authorities 1 advanced this month 1 has steps to bring up to date 1 without an address"
        )
        assert "problem=stale" in sentence.select("a")[0]["href"]

    def test_in_french(self, look, territory):
        territory.stands("valbrune", has_contact=False)

        sentence = words(look("atd", "/odl/atd/causses").select_one(".odl-figures"))

        assert sentence.startswith("3 collectivités")
        assert "1 sans adresse" in sentence

    def test_it_sees_members_of_its_members(self, look):
        assert (
            words(look("region", "/en/odl/atd/region-lirac").select_one(".odl-figures span")) == "4 local authorities"
        )

    def test_a_body_without_members(self, look, territory):
        territory.call("sysadmin", "organization_create", name="vide", title="Vide", odl_is_atd=True)

        page = look("sysadmin", "/en/odl/atd/vide")

        assert "No local authority here yet" in words(page.select_one(".odl-empty"))
        assert page.select_one(".odl-empty a.btn")["href"].endswith("/organization/new?odl_parent=vide")


class TestTheList:
    @pytest.fixture(autouse=True)
    def members(self, territory):
        territory.stands(
            "saint-exemple", current="p2", done=11, phase_done={"p1": 7, "p2": 4}, valid_files=3, files_to_mend=1,
            group_name="vallée", priority=30, stale=1, stale_since=dt.date(2026, 1, 1),
            why=[{"code": "stale", "n": 1, "days": 12, "weight": 30}],
        )  # fmt: skip
        territory.stands("valbrune", done=2, last_activity=None, priority=40, has_contact=False, why=[])
        territory.stands("hautes-terres", current="p3", done=20, last_activity=dt.date(2026, 3, 1), department="12")

    def test_a_row_says_all(self, look):
        row = next(row for row in look("atd", PAGE).select(".odl-members tbody tr") if "Saint-Exemple" in row.text)

        text = words(row)
        assert "Municipality" in text
        assert "vallée" in text
        assert "11 of 48" in text
        assert "7 of 8 in phase 1" in text
        assert "1 to correct" in text
        assert "1 step to bring up to date, for 12 days." in text
        assert row.select_one("th a")["href"] == "/en/odl/collectivite/saint-exemple/parcours"

    def test_whom_to_call_comes_first_then_by_name(self, look):
        assert names(look("atd", PAGE)) == ["Valbrune", "Saint-Exemple", "Hautes Terres"]
        assert names(look("atd", f"{PAGE}?sort=title")) == ["Hautes Terres", "Saint-Exemple", "Valbrune"]
        assert names(look("atd", f"{PAGE}?sort=-progress")) == ["Hautes Terres", "Saint-Exemple", "Valbrune"]
        assert names(look("atd", f"{PAGE}?sort=last_activity")) == ["Saint-Exemple", "Hautes Terres", "Valbrune"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=VALBRUNE", ["Valbrune"]),
            ("phase=p2", ["Saint-Exemple"]),
            ("kind=epci", ["Hautes Terres"]),
            ("department=12", ["Hautes Terres"]),
            ("group=vallée", ["Saint-Exemple"]),
            ("problem=stale", ["Saint-Exemple"]),
            ("problem=no_contact", ["Valbrune"]),
            ("problem=not_begun", ["Valbrune"]),
            ("kind=commune&problem=to_mend", ["Saint-Exemple"]),
            ("kind=region", []),
            ("problem=nonsense&sort=nonsense", ["Valbrune", "Saint-Exemple", "Hautes Terres"]),
        ],
    )
    def test_filters_are_in_the_address(self, look, query, found):
        page = look("atd", f"{PAGE}?{query}")

        assert names(page) == found
        if not found:
            assert "answers to these filters" in words(page.select_one(".odl-empty"))

    def test_choices_of_filters_are_counted_and_kept(self, look):
        page = look("atd", f"{PAGE}?kind=commune")

        assert words(page.select_one("#odl-kind option[selected]")) == "Municipality (2)"
        assert [words(option) for option in page.select("#odl-group option")] == ["All groups", "vallée (1)"]

    def test_headings_order_the_list(self, look):
        heading = look("atd", f"{PAGE}?sort=title&kind=commune").select_one("th[aria-sort]")

        assert heading["aria-sort"] == "ascending"
        link = look("atd", f"{PAGE}?kind=commune").select(".odl-members thead a")[1]["href"]
        assert "sort=progress" in link
        assert "kind=commune" in link

    def test_pages_keep_the_filters(self, look, territory):
        for number in range(22):
            name = f"commune-{number:02d}"
            territory.call("sysadmin", "organization_create", name=name, title=name, groups=[{"name": "causses"}])
            territory.stands(name)

        first = look("atd", f"{PAGE}?sort=title&q=commune")
        second = look("atd", f"{PAGE}?sort=title&q=commune&page=2")
        beyond = look("atd", f"{PAGE}?sort=title&q=commune&page=9")

        assert len(names(first)) == 20
        assert names(second) == names(beyond) == ["commune-20", "commune-21"]
        assert "q=commune" in second.select_one(".odl-pager a[rel=prev]")["href"]

    def test_as_csv(self, visit, territory):
        territory.call("sysadmin", "organization_patch", id="valbrune", title="=1+1")

        answer = visit("atd", f"{PAGE}/export.csv?kind=commune&sort=title")
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))

        assert rows[0][0] == "Local authority"
        assert sorted(row[0] for row in rows[1:]) == ["'=1+1", "Saint-Exemple"]
        line = next(row for row in rows if row[0] == "Saint-Exemple")
        address = line[rows[0].index("Address of the page")]
        assert address.startswith("http")
        assert address.endswith("/en/odl/collectivite/saint-exemple/parcours")
        assert line[rows[0].index("Phase 1")] == "7 of 8"
        assert line[rows[0].index("To report")] == "1 step to bring up to date, for 12 days."
        assert "private" in answer.headers["Cache-Control"]
        assert "public" not in answer.headers["Cache-Control"]

    def test_as_xlsx(self, visit):
        answer = visit("atd", f"{PAGE}/export.xlsx?problem=stale")
        sheet = load_workbook(io.BytesIO(answer.data)).active

        rows = list(sheet.iter_rows(values_only=True))
        assert [row[0] for row in rows] == ["Local authority", "Saint-Exemple"]
        assert rows[1][rows[0].index("Steps done")] == 11

    def test_as_json(self, visit):
        found = json.loads(visit("atd", f"{PAGE}/export.json?sort=title").data)

        assert [row["organization"]["name"] for row in found["results"]] == [
            "hautes-terres",
            "saint-exemple",
            "valbrune",
        ]
        assert found["results"][1]["phases"][0] == {"id": "p1", "done": 7, "applicable": 8}


class TestCost:
    def test_the_page_asks_the_database_twelve_times_at_most_however_many_they_are(self, visit, territory):
        few = queries_of(lambda: visit("atd", PAGE))
        for number in range(60):
            name = f"commune-{number:02d}"
            territory.call("sysadmin", "organization_create", name=name, title=name, groups=[{"name": "causses"}])
            territory.stands(name, priority=number, why=[{"code": "no_contact", "weight": 40}])

        many = queries_of(lambda: visit("atd", PAGE))

        assert len(many) <= len(few)
        every_page = queries_of(lambda: visit("atd", "/en/about"))
        assert len(many) - len(every_page) <= 12, "\n".join(many)
        assert len(many) <= queries_of_the_index(visit), "\n".join(many)

    def test_it_asks_nothing_twice(self, visit):
        asked = [query for query in queries_of(lambda: visit("region", PAGE)) if "odl_" in query or "member" in query]

        assert len(asked) == len(set(asked)), "\n".join(asked)


def queries_of_the_index(visit) -> int:
    """What CKAN's own list of organizations asks."""
    return len(queries_of(lambda: visit("atd", "/en/organization/")))


def queries_of(what) -> list[str]:
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_more):
        asked.append(statement)

    sa.event.listen(model.meta.engine, "before_cursor_execute", note)
    try:
        what()
    finally:
        sa.event.remove(model.meta.engine, "before_cursor_execute", note)
    return asked
