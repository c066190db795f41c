"""Outlines from the files of an ATD, whatever tool wrote them."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from ckanext.odl.datagouv import outlines
from ckanext.odl.datagouv.outlines import Outlines, code_level, polygon

RING = [[3.5, 44.5], [3.6, 44.5], [3.6, 44.6], [3.5, 44.5]]
SQUARE = {"type": "Polygon", "coordinates": [RING]}


def feature(geometry: Any = SQUARE, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(path: Path, *features: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "properties", "key"),
    [
        ("communes", {"code": "48903"}, ("commune", "48903")),
        ("export", {"INSEE_COM": "2A004"}, ("commune", "2A004")),
        ("export", {"ref:INSEE": 97411}, ("commune", "97411")),
        ("epci", {"code_siren": "200069268"}, ("epci", "200069268")),
        ("departements", {"code": "48"}, ("departement", "48")),
        ("export", {"code_dept": "2a"}, ("departement", "2A")),
        ("regions", {"code": "76"}, ("region", "76")),
        ("export", {"insee_reg": "76"}, ("region", "76")),
        ("export", {"niveau": "region", "code": "76"}, ("region", "76")),
    ],
)
def test_code_of_an_outline(tmp_path: Path, name: str, properties: dict[str, Any], key: tuple[str, str]) -> None:
    known = Outlines(collection(tmp_path / f"{name}.geojson", feature(**properties)))
    assert known.get(*key) == SQUARE
    assert known.get(key[0], key[1].lower()) == SQUARE
    assert known.get("commune", "00000") is None


def test_folder(tmp_path: Path) -> None:
    collection(tmp_path / "communes.geojson", feature(code="48001"), feature(code="48002"))
    (tmp_path / "48903.geojson").write_text(json.dumps(SQUARE))
    (tmp_path / "200069268.json").write_text(json.dumps(feature(nom="EPCI")))
    (tmp_path / "notes.txt").write_text("rien")
    known = Outlines(tmp_path)
    for key in (("commune", "48001"), ("commune", "48002"), ("commune", "48903"), ("epci", "200069268")):
        assert known.get(*key) == SQUARE
    assert known.get("commune", "48003") is None


def test_changed_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlines, "_LOOK_AGAIN", 0)
    path = collection(tmp_path / "communes.geojson", feature(code="48001"))
    known = Outlines(path)
    assert known.get("commune", "48002") is None
    collection(path, feature(code="48001"), feature(code="48002"))
    assert known.get("commune", "48002") == SQUARE


def test_unreadable_files_are_missing_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    assert Outlines(tmp_path / "absent.geojson").get("commune", "48001") is None
    broken = tmp_path / "broken.geojson"
    broken.write_text('{"type": "FeatureColl')
    assert Outlines(broken).get("commune", "48001") is None
    odd = tmp_path / "odd.geojson"
    odd.write_text('["x", 1, {"properties": null, "geometry": null}]')
    assert Outlines(odd).get("commune", "48001") is None
    lambert = [[[700000.0, 6600000.0], [700001.0, 6600000.0], [700001.0, 6600001.0], [700000.0, 6600000.0]]]
    other = collection(tmp_path / "l93.geojson", feature({"type": "Polygon", "coordinates": lambert}, code="48001"))
    assert Outlines(other).get("commune", "48001") is None
    assert len(caplog.records) >= 3


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {},
        {"type": "Point", "coordinates": [3.5, 44.5]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [RING[:3]]},
        {"type": "Polygon", "coordinates": [[*RING[:-1], [0, 0]]]},
        {"type": "Polygon", "coordinates": "x"},
        {"type": "MultiPolygon", "coordinates": [[["x"]]]},
    ],
)
def test_no_polygon(geometry: Any) -> None:
    assert polygon(geometry) is None


def test_rounded_and_flat() -> None:
    given = {"type": "MultiPolygon", "coordinates": [[[[x + 1e-9, y, 120.5] for x, y in RING]]], "crs": "x"}
    assert polygon(given) == {"type": "MultiPolygon", "coordinates": [[RING]]}


@pytest.mark.parametrize("code", ["", "482", "ABCDE", "1234567890", "99999999"])
def test_no_level(code: str) -> None:
    assert code_level(code) is None
