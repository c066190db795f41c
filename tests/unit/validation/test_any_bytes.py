"""Any bytes at all get an answer with a code: random ones, and good files of each format with something wrong."""

from __future__ import annotations

import functools
import io
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.odl.validation import groups, headline, limits, validate

from .conftest import field, hold_to_contract, schema
from .files import ods, xls

TABLE = schema("nom", field("montant", "number"), field("jour", "date"), field("code", pattern="[0-9]{5}"))
REFERENCES = (
    None,
    TABLE,
    "scdl/subventions",
    "etalab/schema-amenagements-cyclables",
    "139bercy/format-commande-publique",
)
ROWS = [["nom", "montant", "jour", "code"], ["école", 12.5, "2026-03-31", "48094"], ["« a »", 3, "", "01004"]]
STATUSES = ("valid", "invalid", "unreadable", "incomplete")
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def _csv() -> bytes:
    return "\n".join(";".join(map(str, row)) for row in ROWS).encode()


def _xlsx() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Données")
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
        sheet.write_formula(3, 1, "=1/0", None, "#DIV/0!")
        sheet.write_formula(3, 2, "=A1", None, "")
        sheet.merge_range("A6:B7", "ensemble")
        sheet.set_row(4, None, None, {"hidden": True})
        sheet.write_number(4, 3, 1004, book.add_format({"num_format": "00000"}))
    return out.getvalue()


def _geojson() -> bytes:
    lane = {"id_local": "1", "code_com_d": "48094", "ame_d": "VOIE VERTE", "largeur_d": 3}
    shapes: list[Any] = [
        {"type": "LineString", "coordinates": [[3.5, 44.5], [3.6, 44.6]]},
        {"type": "Polygon", "coordinates": [[[3.0, 44.0], [3.1, 44.0], [3.1, 44.1], [3.0, 44.0]]]},
        None,
    ]
    features = [{"type": "Feature", "geometry": shape, "properties": lane} for shape in shapes]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _json() -> bytes:
    contract = {"id": "1", "acheteur": {"id": "13002526500013"}, "montant": 1.5e3, "titulaires": [{"titulaire": {}}]}
    return json.dumps({"marches": {"marche": [contract, contract]}}).encode()


def _records() -> bytes:
    return json.dumps([dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]], ensure_ascii=False).encode()


@functools.cache
def good(kind: str) -> bytes:
    makers = {
        "csv": _csv,
        "xlsx": _xlsx,
        "ods": ods,
        "xls": xls,
        "geojson": _geojson,
        "json": _json,
        "records": _records,
    }
    return makers[kind]()


KINDS = ("csv", "xlsx", "ods", "xls", "geojson", "json", "records")
TEXTS = ("csv", "geojson", "json", "records")
EXTENSIONS = ("csv", "xlsx", "ods", "xls", "json", "geojson", "txt", "")


def answered(content: bytes, name: str, reference: Any) -> dict[str, Any]:
    """The report, held to the contract, with all that is made from it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fichier"
        path.write_bytes(content)
        report = validate(path, reference, name=name).to_dict()
        assert report["status"] in STATUSES
        assert (report["status"] == "valid") is not bool(report["errors"])
        hold_to_contract(report, folder)
    assert len(json.dumps(report, ensure_ascii=False).encode()) <= limits.REPORT_BYTES
    for language in ("fr", "en"):
        assert headline(report, language)
        assert all(group.title and group.explanation for group in groups(report, language))
    return report


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Bytes with a few changes: overwritten, taken out, put in, repeated, cut."""
    data = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.integers(1, 40))
        change = draw(st.sampled_from(("write", "remove", "insert", "repeat", "cut")))
        if change == "write":
            data[place : place + length] = draw(st.binary(min_size=length, max_size=length))
        elif change == "remove":
            del data[place : place + length]
        elif change == "insert":
            data[place:place] = draw(
                st.one_of(
                    st.binary(max_size=40),
                    st.sampled_from(
                        [
                            b'"',
                            b"\0",
                            b"\r",
                            b"[" * 70,
                            b"{}",
                            b"9" * 500,
                            b"1e999",
                            b"NaN",
                            b"null",
                            b"\xff\xfe",
                            b"<!DOCTYPE a>",
                            b"&x;",
                        ]
                    ),
                )
            )
        elif change == "repeat":
            data[place:place] = data[place : place + length] * draw(st.integers(1, 50))
        else:
            del data[place:]
    return bytes(data)


@SLOW
@given(content=st.binary(max_size=600), extension=st.sampled_from(EXTENSIONS), reference=st.sampled_from(REFERENCES))
def test_random_bytes(content, extension, reference):
    answered(content, f"f.{extension}", reference)


@SLOW
@given(
    text=st.text(max_size=300).filter(lambda text: "None" not in text),
    encoding=st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
    extension=st.sampled_from(EXTENSIONS),
)
def test_random_texts(text, encoding, extension):
    answered(text.encode(encoding, "replace"), f"f.{extension}", TABLE)


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files(kind):
    @SLOW
    @given(content=damaged(good(kind)), reference=st.sampled_from(REFERENCES))
    def run(content: bytes, reference: Any) -> None:
        answered(content, f"f.{'json' if kind == 'records' else kind}", reference)

    run()


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_archives_whose_parts_are_damaged(kind):
    """A sound archive around damaged XML: what a checksum does not stop."""
    parts = zipfile.ZipFile(io.BytesIO(good(kind)))
    names = [name for name in parts.namelist() if name.endswith((".xml", ".rels"))]

    @SLOW
    @given(data=st.data(), name=st.sampled_from(names))
    def run(data: st.DataObject, name: str) -> None:
        changed = data.draw(damaged(parts.read(name)))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in parts.namelist():
                archive.writestr(part, changed if part == name else parts.read(part))
        answered(out.getvalue(), f"f.{kind}", TABLE)

    run()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "features",
                    "geometry",
                    "geometries",
                    "coordinates",
                    "properties",
                    "marches",
                    "marche",
                    "id",
                    "crs",
                    "name",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)
KNOWN = st.sampled_from(
    ["Feature", "FeatureCollection", "Point", "LineString", "Polygon", "MultiPolygon", "GeometryCollection"]
)


@SLOW
@given(content=JSON, reference=st.sampled_from(REFERENCES))
def test_any_json(content, reference):
    answered(json.dumps(content).encode(), "f.json", reference)


@SLOW
@given(
    features=st.lists(
        st.fixed_dictionaries(
            {"type": st.just("Feature"), "properties": JSON},
            optional={
                "geometry": st.fixed_dictionaries({"type": KNOWN}, optional={"coordinates": JSON, "geometries": JSON})
            },
        ),
        max_size=4,
    ),
    reference=st.sampled_from(REFERENCES),
)
def test_any_geojson(features, reference):
    content = json.dumps({"type": "FeatureCollection", "features": features})
    answered(content.encode(), "f.geojson", reference)
