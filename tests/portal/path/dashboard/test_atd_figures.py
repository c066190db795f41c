"""The figures above the list are those that one counts in it, whatever has just changed."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
import sqlalchemy as sa

from ckanext.odl.logic.path.priority import PROBLEMS

pytestmark = pytest.mark.usefixtures("with_plugins", "territory")

#: Body -> someone of its staff.
STAFF = {"causses": "atd", "region-lirac": "region", "plateau": "other_atd"}

BY_HAND = {
    "stale": lambda row: row["stale"] > 0,
    "no_contact": lambda row: bool(row["computed_at"]) and not row["has_contact"],
    "to_mend": lambda row: row["files_to_mend"] > 0,
    "proposal": lambda row: row["proposals"] > 0,
    "quiet": lambda row: any("No sign of life" in sentence for sentence in row["why"]),
    "not_begun": lambda row: (
        bool(row["computed_at"]) and (row["last_activity"] is None or "No file was deposited yet." in row["why"])
    ),
    "waiting": lambda row: not row["computed_at"],
}
VALUES = {
    "phase": lambda row: row["current"],
    "kind": lambda row: row["organization"]["kind"],
    "department": lambda row: row["organization"]["department"],
    "group": lambda row: row["organization"]["group"],
    "profile": lambda row: row["organization"]["profile"],
}


def counted(territory, who: str, atd: str | None, **asked) -> set[str]:
    """The names in a list whose figures were checked against its rows."""
    about = {"rows": 1000, **({"atd": atd} if atd else {})}
    rows = territory.call(who, "odl_progress_list", **about)["results"]
    found = territory.call(who, "odl_progress_list", **about, **asked)
    kept = found["results"]
    assert found["count"] == len(kept)
    assert found["totals"]["organizations"] == len(rows)
    for name in ("proposals", "valid_files", "files_to_mend", "minutes_left"):
        assert found["totals"][name] == sum(row[name] for row in rows), name
    told = {facet: {one["value"]: one["count"] for one in values} for facet, values in found["facets"].items()}
    for problem in (*PROBLEMS, "waiting"):
        if is_so := BY_HAND.get(problem):
            assert found["totals"][problem] == sum(map(is_so, rows)), problem
        if problem in PROBLEMS:
            narrowed = territory.call(who, "odl_progress_list", **about, problem=problem)
            assert narrowed["count"] == len(narrowed["results"]) == found["totals"][problem], problem
    for problem, is_so in BY_HAND.items():
        if problem in PROBLEMS:
            assert told["problem"].get(problem, 0) == sum(map(is_so, kept)), problem
    for facet, value_of in VALUES.items():
        assert told[facet] == Counter(value for row in kept if (value := value_of(row))), facet
    return {row["organization"]["name"] for row in kept}


@pytest.fixture(autouse=True)
def members(territory):
    year_ago = dt.date(2024, 12, 1)
    territory.stands(
        "saint-exemple", current="p2", valid_files=3, files_to_mend=1, group_name="vallée", priority=30, stale=1,
        stale_since=dt.date(2026, 1, 1), proposals=2, expiring=1, minutes_left=90, profile="small",
        why=[{"code": "stale", "n": 1, "days": 12, "weight": 30}],
    )  # fmt: skip
    territory.stands("valbrune", last_activity=None, priority=40, has_contact=False, proposals=1)
    territory.stands(
        "hautes-terres", current="p3", department="12", last_activity=year_ago, minutes_left=30,
        why=[{"code": "quiet", "days": 450, "on": "2024-12-01", "weight": 20}, {"code": "no_file", "weight": 15}],
    )  # fmt: skip
    territory.stands("lointaine", computed_at=None, has_contact=False, last_activity=None, phases=None)


ASKED = [
    {}, {"q": "val"}, {"kind": "commune"}, {"problem": "stale"}, {"problem": "not_begun", "kind": "commune"},
    {"phase": "p2", "q": "exemple"}, {"group": "vallée"}, {"q": "nobody"}, {"profile": "small"},
]  # fmt: skip


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_of_each_perimeter_and_with_each_filter(territory, asked):
    for atd, who in STAFF.items():
        below = counted(territory, who, atd, **asked)
        assert counted(territory, "sysadmin", atd, **asked) == below
    assert counted(territory, "region", "causses", **asked) == counted(territory, "atd", "causses", **asked)
    counted(territory, "agent", None, **asked)
    counted(territory, "sysadmin", None, **asked)


def test_the_perimeters(territory):
    assert counted(territory, "atd", "causses") == {"saint-exemple", "valbrune", "hautes-terres"}
    assert counted(territory, "region", "region-lirac") == {"causses", "saint-exemple", "valbrune", "hautes-terres"}
    assert counted(territory, "other_atd", "plateau") == {"lointaine"}
    assert counted(territory, "agent", None) == {"saint-exemple"}
    assert counted(territory, "stranger", None) == set()
    # who sees a body and not what is above it: the members of another one stay out of sight
    assert counted(territory, "atd", None) == {"causses", "saint-exemple", "valbrune", "hautes-terres"}


def test_after_a_waiver(territory):
    territory.call("atd", "odl_step_update", id="saint-exemple", step="p1.prada", waive=True, reason="Mutualisé")

    assert "saint-exemple" in counted(territory, "atd", "causses")
    row = next(
        row
        for row in territory.call("atd", "odl_progress_list", atd="causses")["results"]
        if row["organization"]["name"] == "saint-exemple"
    )
    assert (row["stale"], row["proposals"]) == (0, 0)  # it was computed: what was written above is gone


def test_after_a_proof(territory):
    territory.call("agent", "odl_step_update", id="saint-exemple", step="p1.elected", kind="note", value="Maire")

    assert counted(territory, "atd", "causses") == {"saint-exemple", "valbrune", "hautes-terres"}


def test_after_a_member_has_left(territory):
    territory.call(
        "sysadmin", "member_delete", id="valbrune", object=territory.id("causses"), object_type="group"
    )  # fmt: skip

    assert counted(territory, "atd", "causses") == {"saint-exemple", "hautes-terres"}
    assert counted(territory, "region", "region-lirac") == {"causses", "saint-exemple", "hautes-terres"}


def test_after_an_organization_was_deleted(territory):
    territory.call("sysadmin", "organization_delete", id="valbrune")

    assert counted(territory, "atd", "causses") == {"saint-exemple", "hautes-terres"}


def test_after_one_came_under_another_body(territory):
    territory.call("sysadmin", "organization_patch", id="valbrune", groups=[{"name": "plateau"}])

    assert counted(territory, "atd", "causses") == {"saint-exemple", "hautes-terres"}
    assert counted(territory, "other_atd", "plateau") == {"lointaine", "valbrune"}


def test_after_a_body_left_with_its_members(territory):
    territory.call("sysadmin", "organization_patch", id="causses", groups=[])

    assert counted(territory, "region", "region-lirac") == set()
    assert counted(territory, "atd", "causses") == {"saint-exemple", "valbrune", "hautes-terres"}


def test_after_they_were_put_in_a_group(territory):
    territory.call("atd", "odl_group_update", atd="causses", ids=["valbrune", "hautes-terres"], group="rentrée")

    assert counted(territory, "atd", "causses", group="rentrée") == {"valbrune", "hautes-terres"}


def test_after_somebody_lost_his_role(territory):
    user = territory.users["atd_editor"]["name"]
    assert counted(territory, "atd_editor", "causses")

    territory.call("sysadmin", "organization_member_delete", id="causses", username=user)

    assert counted(territory, "atd_editor", None) == set()


def test_advanced_this_month(territory):
    today = sa.func.current_date()
    territory.stands("saint-exemple", advanced_on=today)
    territory.stands("valbrune", advanced_on=today, last_activity=None)
    territory.stands("hautes-terres", advanced_on=dt.date(2020, 1, 1))

    assert territory.call("atd", "odl_progress_list", atd="causses")["totals"]["advanced"] == 1


def test_the_list_and_the_calls_name_who_called(territory):
    territory.call("atd", "odl_call_note", id="valbrune", note="Rappeler", on="2026-01-02")

    row = territory.call("atd", "odl_progress_list", atd="causses", q="valbrune")["results"][0]

    assert row["call"] == {"on": "2026-01-02", "note": "Rappeler", "by": "Prénom atd"}
