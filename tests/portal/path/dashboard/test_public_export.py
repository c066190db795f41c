"""All public progress as open data."""

from __future__ import annotations

import csv
import io
import json

import pytest

pytestmark = pytest.mark.usefixtures("with_plugins", "territory")

#: The observatory of OpenDataFrance, edition 2022.
OBSERVATORY = [
    "siren", "nom", "type", "regcode", "depcode", "pop-insee", "lat", "long", "url-ptf", "nb-ptf", "ptf", "techno",
    "thématiques", "url-datagouv", "nb-datagouv", "id-datagouv", "id-ods", "merge",
]  # fmt: skip


@pytest.fixture
def public(territory):
    territory.stands(
        "saint-exemple", is_public=True, current="p2", done=11, phase_done={"p1": 7, "p2": 4}, population=412, stale=1,
        valid_files=3,
    )  # fmt: skip
    territory.stands("hautes-terres", is_public=True)


def rows(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.data.decode())))


def test_its_first_columns_are_the_observatorys(visit, public):
    answer = visit(None, "/odl/avancement.csv")

    assert answer.data.decode().splitlines()[0].split(",")[: len(OBSERVATORY)] == OBSERVATORY
    assert answer.content_type == "text/csv; charset=utf-8"


def test_only_what_is_public_is_there(visit, public):
    assert [row["nom"] for row in rows(visit(None, "/odl/avancement.csv"))] == ["Hautes Terres", "Saint-Exemple"]


def test_a_row(visit, territory, public):
    for number, private in enumerate((False, False, True)):
        territory.call(
            "agent", "package_create", name=f"jeu-{number}", title="Jeu", owner_org="saint-exemple", private=private,
            license_id="lov2",
        )  # fmt: skip
    theme = territory.call("sysadmin", "group_create", name="ecole", title="École")
    territory.call(
        "sysadmin", "member_create", id=theme["id"], object="jeu-0", object_type="package", capacity="public"
    )
    territory.call(
        "sysadmin", "member_create", id=theme["id"], object="jeu-2", object_type="package", capacity="public"
    )

    row = next(row for row in rows(visit(None, "/odl/avancement.csv")) if row["nom"] == "Saint-Exemple")

    assert row["type"] == "COM"
    assert (row["depcode"], row["regcode"], row["insee"]) == ("48", "76", "48901")
    assert (row["pop-insee"], row["lat"], row["long"]) == ("412", "", "")
    assert (row["nb-ptf"], row["thématiques"], row["techno"], row["merge"]) == ("2", "École", "CKAN", "ptf")
    assert row["url-ptf"].endswith("/organization/saint-exemple")
    assert row["url-avancement"].endswith("/odl/avancement/saint-exemple")
    assert (row["phase"], row["p1-faites"], row["p1-concernées"], row["p2-faites"]) == ("p2", "7", "8", "4")
    assert (row["étapes-faites"], row["étapes-concernées"], row["étapes-à-actualiser"]) == ("11", "48", "1")


def test_no_name_runs_as_a_formula(visit, territory, public):
    territory.call("sysadmin", "organization_patch", id="hautes-terres", title="=cmd|' /C calc'!A0")
    territory.stands("hautes-terres", is_public=True)

    assert "'=cmd|" in visit(None, "/odl/avancement.csv").data.decode()


def test_json_says_the_same(visit, public):
    found = json.loads(visit(None, "/odl/avancement.json").data)

    assert found["count"] == 2
    assert found["columns"][: len(OBSERVATORY)] == OBSERVATORY
    assert [row["nom"] for row in found["results"]] == ["Hautes Terres", "Saint-Exemple"]
    assert found["results"][1]["étapes-faites"] == 11


def test_none_yet(visit):
    assert rows(visit(None, "/odl/avancement.csv")) == []
    assert json.loads(visit(None, "/odl/avancement.json").data)["results"] == []


@pytest.mark.parametrize("extension", ["csv", "json"])
def test_it_is_sent_again_only_when_it_changed(visit, territory, public, extension):
    address = f"/odl/avancement.{extension}"
    first = visit(None, address)
    known = {"If-None-Match": first.headers["ETag"]}

    assert "Content-Length" not in first.headers, "it is sent as it is written"
    assert first.headers["Last-Modified"]
    assert "s-maxage=3600" in first.headers["Cache-Control"]
    assert not visit(None, address, status=304, headers=known).data

    territory.stands("valbrune", is_public=True)

    assert visit(None, address, headers=known).data


def test_many_are_read_in_batches(visit, territory, public, monkeypatch):
    from ckanext.odl.logic import public_progress  # noqa: PLC0415 (CKAN is ready now)

    monkeypatch.setattr(public_progress, "BATCH", 1)
    territory.stands("valbrune", is_public=True)

    assert [row["nom"] for row in rows(visit(None, "/odl/avancement.csv"))] == [
        "Hautes Terres",
        "Saint-Exemple",
        "Valbrune",
    ]
