"""A model filled with its own examples passes our validation, and a blank one is recognised."""

from __future__ import annotations

from pathlib import Path

import pytest

from ckanext.odl.scdl import blank_csv, blank_xlsx, catalogue
from ckanext.odl.validation import validate

NEWEST = [entry.id for entry in catalogue() if entry.is_table]


@pytest.mark.parametrize("id", NEWEST)
@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_a_model_filled_with_its_examples_is_valid(id: str, extension: str, tmp_path: Path):
    make = blank_csv if extension == "csv" else blank_xlsx
    path = tmp_path / f"modele.{extension}"
    path.write_bytes(make(catalogue().table(id), with_example=True))

    report = validate(path, id).to_dict()

    problems = [(finding["code"], finding["field"], finding["value"]) for finding in report["errors"]]
    assert (report["status"], problems) == ("valid", [])
    assert [(finding["code"], finding["field"]) for finding in report["warnings"]] == []


@pytest.mark.parametrize("id", NEWEST)
def test_a_filled_model_is_recognised(id: str, tmp_path: Path):
    path = tmp_path / "modele.csv"
    path.write_bytes(blank_csv(catalogue().table(id), with_example=True))

    assert validate(path).to_dict()["guess"]["id"] == id
