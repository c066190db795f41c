from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from frictionless import Resource, Schema

from .tables import NAMES, PATHS, table


def _schema(path: Path) -> Schema:
    return Schema.from_descriptor({**table(path)})


def _examples(path: Path) -> dict[str, str]:
    return {field["name"]: field["example"] for field in table(path)["fields"]}


def _checks(path: Path, *names: str) -> list[dict[str, Any]]:
    return [check["params"] for check in table(path).get("custom_checks", []) if check["name"] in names]


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_an_example_is_accepted_by_its_column(path: Path) -> None:
    examples = _examples(path)
    for field in _schema(path).fields:
        cell, problems = field.read_cell(examples[field.name])
        assert not problems, (field.name, examples[field.name], problems)
        assert cell is not None, field.name


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_a_file_made_of_the_examples_follows_the_table(path: Path) -> None:
    examples = _examples(path)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(examples)
    writer.writerow(examples.values())

    report = Resource(data=text.getvalue().encode(), format="csv", encoding="utf-8", schema=_schema(path)).validate()

    assert report.valid, report.flatten(["fieldName", "type", "note"])


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_examples_of_company_numbers_have_a_right_key(path: Path) -> None:
    examples = _examples(path)
    for check in _checks(path, "french-siret-value", "siret"):
        assert len(examples[check["column"]]) == 14
        assert _luhn(examples[check["column"]])
    for check in _checks(path, "french-siren-value", "siren"):
        assert len(examples[check["column"]]) == 9
        assert _luhn(examples[check["column"]])


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_examples_of_a_row_agree_with_one_another(path: Path) -> None:
    examples = _examples(path)
    for check in _checks(path, "sum-columns-value"):
        assert float(examples[check["column"]]) == sum(float(examples[name]) for name in check["columns"])
    for check in _checks(path, "compare-columns-value"):
        first, second = examples[check["column"]], examples[check["column2"]]
        if first.isdigit():
            first, second = first.zfill(len(second)), second.zfill(len(first))
        assert {">": first > second, ">=": first >= second, "==": first == second}[check["op"]], check
