"""Files made on the spot, and a short way to a report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ckanext.odl.validation import validate
from ckanext.odl.validation.codes import CODES, UNREADABLE

Check = Callable[..., dict[str, Any]]


def schema(*fields: dict[str, Any] | str, **keys: Any) -> dict[str, Any]:
    """A Table Schema of the given fields (a bare name is a string field)."""
    return {
        "fields": [{"name": field, "type": "string"} if isinstance(field, str) else field for field in fields],
        **keys,
    }


def field(
    name: str, type_: str = "string", *, keys: dict[str, Any] | None = None, **constraints: Any
) -> dict[str, Any]:
    return {"name": name, "type": type_, "constraints": constraints, **(keys or {})}


def found(report: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Code and cell (or row) of each error, in order."""
    return [(error["code"], error["cell"] or error["row"]) for error in report["errors"]]


def codes(report: dict[str, Any], name: str) -> list[str]:
    return [entry["code"] for entry in report[name]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """``check(content, schema, name="f.csv")`` writes the file, checks it and holds every report to the contract."""

    def run(content: str | bytes, table: Any = None, name: str = "fichier.csv", language: str = "fr") -> dict[str, Any]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        report = validate(path, table, language=language).to_dict()
        hold_to_contract(report, str(tmp_path))
        return report

    return run


def hold_to_contract(report: dict[str, Any], folder: str) -> None:
    for name, severity in (("errors", "error"), ("warnings", "warning"), ("notices", "notice")):
        total = sum(entry["count"] for entry in report["counts"]["by_code"] if entry["severity"] == severity)
        assert report["counts"][name] == total
        for entry in report[name]:
            assert severity in CODES[entry["code"]], entry["code"]
            assert entry["message"]
            assert entry["remedy"]
            assert "None" not in entry["message"] + entry["remedy"]
            assert "{" not in entry["message"].replace(entry["value"] or "", "") or entry["value"]
    if report["status"] == "unreadable":
        assert [entry["code"] in UNREADABLE for entry in report["errors"]] == [True]
    assert report["valid"] is (report["status"] == "valid")
    assert folder not in str(report)
