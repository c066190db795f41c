"""JSON, GeoJSON, disguises, and names."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

from .case import NAMES, Case, csv, rows
from .office import ods, xlsx


def _records(count: int = 3, **changed: object) -> list[dict[str, object]]:
    return [
        {**dict(zip(NAMES, cells, strict=True)), "NOMBRE_OCCURRENCES": int(cells[4]), **changed}
        for cells in rows(count)
    ]


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _collection(geometry: object, **more: object) -> bytes:
    feature = {"type": "Feature", "properties": {"nom": "a"}, "geometry": geometry}
    return _json({"type": "FeatureCollection", "features": [feature], **more})


def _of(kind: str, coordinates: object) -> dict[str, object]:
    return {"type": kind, "coordinates": coordinates}


def cases() -> Iterator[Case]:
    yield from _jsons()
    yield from _geojsons()
    yield from _disguises()


def _jsons() -> Iterator[Case]:
    for depth in (65, 1000, 100_000, 3_000_000):
        yield Case(f"deep-{depth}.json", lambda d=depth: b"[" * d + b"]" * d)
        yield Case(f"deep-open-{depth}.json", lambda d=depth: b'{"a":' * min(d, 600_000))
    for digits in (401, 4301, 100_000):
        number = "9" * digits
        yield Case(
            f"digits-{digits}.json",
            lambda n=number: (
                _json(_records()).replace(b"2024", n.encode(), 1).replace(b'"' + n.encode() + b'"', n.encode())
            ),
        )
    whole = _json(_records(50))
    for share in (10, 50, 99):
        yield Case(f"cut-{share}.json", lambda s=share: whole[: len(whole) * s // 100])
    broken = {
        "nan": b'[{"a": NaN}]',
        "trailing-comma": b'[{"a": 1},]',
        "single-quotes": b"[{'a': 1}]",
        "comment": b'[{"a": 1} /* x */]',
        "two": b'[{"a": 1}][{"a": 2}]',
        "control": b'[{"a": "\x01"}]',
        "nul": b'[{"a": "b\0c"}]',
        "utf8": b'[{"a": "\xff\xfe"}]',
    }
    for name, content in broken.items():
        yield Case(f"broken-{name}.json", lambda c=content: c)
    for name, value in {
        "string": "a",
        "number": 1,
        "null": None,
        "true": True,
        "numbers": [1, 2],
        "lists": [[1], [2]],
    }.items():
        yield Case(f"no-records-{name}.json", lambda v=value: _json(v))
    yield Case("surrogate.json", lambda: _json(_records()).replace(b"Louisea", b"\\ud800"))
    yield Case("duplicate-key.json", lambda: _json(_records()).replace(b'"ANNEE"', b'"ANNEE": "2023", "ANNEE"', 1))
    yield Case("descriptor.json", lambda: _json({"resources": [{"path": "http://127.0.0.1:9/x"}]}))
    yield Case("descriptor-file.json", lambda: _json({"path": "/etc/passwd"}))
    yield Case("remote-schema.json", lambda: _json({"$schema": "http://127.0.0.1:9/x", "$ref": "file:///etc/passwd"}))
    yield Case("wrong-record.json", lambda: _json(_records(ENFANT_SEXE="Z")))
    yield Case("nested-record.json", lambda: _json(_records(ENFANT_PRENOM={"a": ["b"]})))


def _geojsons() -> Iterator[Case]:
    ring = [[3.0, 44.0], [3.1, 44.0], [3.1, 44.1], [3.0, 44.0]]
    wrong = {
        "ring-open": _of("Polygon", [[*ring[:3], [3.2, 44.2]]]),
        "ring-short": _of("Polygon", [ring[:2] + ring[:1]]),
        "range": _of("Point", [200.0, 44.0]),
        "lambert": _of("Point", [700000.0, 6300000.0]),
        "text": _of("Point", ["3", "44"]),
        "empty": _of("Point", []),
        "huge": _of("Point", [1e400, 44.0]),
        "kind": _of("Circle", [3.0, 44.0]),
        "deep": _of("MultiPolygon", [[[[[[3.0, 44.0]]]]]]),
    }
    for name, geometry in wrong.items():
        yield Case(f"{name}.geojson", lambda g=geometry: _collection(g), schema=None)
    yield Case("no-features.geojson", lambda: _json({"type": "FeatureCollection"}), schema=None)
    yield Case("features-text.geojson", lambda: _json({"type": "FeatureCollection", "features": "x"}), schema=None)
    yield Case("cut.geojson", lambda: _collection(_of("Point", [3.0, 44.0]))[:-10], schema=None)


_CONTENTS = {
    "html": b"<!DOCTYPE html><html><head><title>x</title></head><body><table><tr><td>a</td></tr></table></body></html>",
    "pdf": b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF",
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 40,
    "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 40,
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "xml": b"<?xml version='1.0'?><root><a>1</a></root>",
    "gzip": gzip.compress(csv(), mtime=0),
    "bzip2": b"BZh91AY&SY" + b"\x11" * 60,
    "xz": b"\xfd7zXZ\0" + b"\x11" * 60,
    "7z": b"7z\xbc\xaf\x27\x1c" + b"\x11" * 60,
    "rar": b"Rar!\x1a\x07\x01\0" + b"\x11" * 60,
    "elf": b"\x7fELF\x02\x01\x01" + b"\0" * 60,
    "exe": b"MZ\x90\0\x03" + b"\0" * 60,
    "sqlite": b"SQLite format 3\0" + b"\0" * 60,
    "parquet": b"PAR1" + b"\x15\x04" * 30 + b"PAR1",
    "rtf": b"{\\rtf1\\ansi hello}",
    "php": b"<?php system($_GET['c']); ?>",
    "yaml": b"resources:\n  - path: http://127.0.0.1:9/x\n",
    "python": b"import os\nos.system('id')\n",
}


def _disguises() -> Iterator[Case]:
    for kind, content in _CONTENTS.items():
        for extension in ("csv", "xlsx", "json"):
            yield Case(f"disguise-{kind}.{extension}", lambda c=content: c)
    yield Case("xlsx-named.csv", xlsx)
    yield Case("ods-named.xlsx", ods)
    yield Case("csv-named.xls", csv)
    yield Case("csv-named.xlsx", csv)
    yield Case("json-named.csv", lambda: _json(_records()))
