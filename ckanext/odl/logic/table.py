"""A small table typed on a page: its columns made from a model, its rows checked, kept as the file of a deposit."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from tempfile import NamedTemporaryFile
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage

from ckanext.odl import config
from ckanext.odl.logic import collectivite
from ckanext.odl.scdl import FieldWords, catalogue, describe_table
from ckanext.odl.scdl.prefilled import table_csv
from ckanext.odl.scdl.typed import tidy
from ckanext.odl.scdl.words import yes_no
from ckanext.odl.validation import guarded

MOST_ROWS = 200
MOST_CELL = 5000
"""Characters of one cell."""
_FEW = 15
"""Values that are chosen from a list; more are typed with the list as help."""
_FIRST = 2
"""Number of the first row of data, as in a spreadsheet: the heading is row 1."""

Row = Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """A column as the page shows it.

    ``kind``: ``choice`` (of few values), ``list`` (of many), ``date``, ``number`` or ``text``.
    """

    words: FieldWords
    kind: str
    choices: tuple[str, ...]
    given: str
    """What stands on each row by itself."""


@dataclass(frozen=True)
class Checked:
    """What is said of a table: ``cells`` (row, column, sentence), ``lines`` (row, sentence), ``general`` (sentences).

    Rows are counted from 0 and are those that were given. ``status`` is that of a report, or ``empty``; ``rows`` are
    the rows as they are kept, ``changed`` how many cells were written otherwise than typed.
    """

    status: str
    rows: list[dict[str, str]]
    filled: int
    good: int
    changed: int
    errors: int
    cells: list[tuple[int, str, str]]
    lines: list[tuple[int, str]]
    general: list[str]

    def to_dict(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "rows": self.rows,
            "filled": self.filled,
            "good": self.good,
            "changed": self.changed,
            "errors": self.errors,
            "cells": [{"row": row, "column": column, "message": text} for row, column, text in self.cells],
            "lines": [{"row": row, "message": text} for row, text in self.lines],
            "general": self.general,
        }


def columns(schema_id: str, language: str, cells: Row) -> list[Column]:
    """The columns of a model for the page.

    :param cells: what is known of the collectivité, by column
    """
    descriptor = catalogue().table(schema_id)
    return [
        _column(field, words, cells.get(field["name"], ""))
        for field, words in zip(descriptor["fields"], describe_table(descriptor, language), strict=True)
    ]


def _column(field: Mapping[str, Any], words: FieldWords, given: str) -> Column:
    kind = field.get("type") or "string"
    if kind == "boolean":
        return Column(words, "choice", yes_no(field), given)
    if words.choices and kind != "array":
        return Column(words, "choice" if len(words.choices) <= _FEW else "list", words.choices, given)
    return Column(words, kind if kind in ("date", "number") else "number" if kind == "integer" else "text", (), given)


def cleaned(schema_id: str, rows: Sequence[Any]) -> list[dict[str, str]]:
    """The rows that were sent, each cell as the model wants it where there is no doubt.

    :param rows: a mapping of column to text each; what is no column of the model is left out
    :raises ValidationError: on ``rows``: they are not rows, or too many
    """
    fields = catalogue().table(schema_id)["fields"]
    if not isinstance(rows, (list, tuple)) or not all(isinstance(row, Mapping) for row in rows):
        raise tk.ValidationError({"rows": [tk._("The table could not be read. Reload the page and try again.")]})
    if len(rows) > MOST_ROWS:
        sentence = tk._("A table typed here has at most {most} rows. Put a longer one in a file.")
        raise tk.ValidationError({"rows": [sentence.format(most=MOST_ROWS)]})
    return [
        {field["name"]: text for field in fields if (text := tidy(field, _text(row.get(field["name"]))[:MOST_CELL]))}
        for row in rows
    ]


def _text(value: Any) -> str:
    if value is None or isinstance(value, (list, dict)):
        return ""
    # what no text of a spreadsheet holds would make the file unreadable
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", "", str(value))


def is_empty(row: Row, cells: Row) -> bool:
    """Whether nobody filled in a row: it holds nothing but what stands there by itself."""
    return all(cells.get(column) == text for column, text in row.items() if text)


def check(organization: model.Group, schema_id: str, rows: Sequence[Any], cells: Row, language: str) -> Checked:
    """Check the rows of a table as a file of that model is checked, in a child process.

    :param cells: what stands on each row by itself, by column
    """
    kept = cleaned(schema_id, rows)
    changed = sum(
        1
        for row, sent in zip(kept, rows, strict=True)
        for column in {*row, *sent}
        if row.get(column, "") != " ".join(_text(sent.get(column)).split())
    )
    numbers = [at for at, row in enumerate(kept) if not is_empty(row, cells)]
    if not numbers:
        return Checked("empty", kept, 0, 0, changed, 0, [], [], [])
    # rows that nobody filled in stay empty lines, so that the numbers in the sentences are those on the page
    written = [row if at in numbers else {} for at, row in enumerate(kept[: numbers[-1] + 1])]
    report = _report(organization, schema_id, written, language)
    return _said(report, kept, numbers, changed)


def _report(organization: model.Group, schema_id: str, rows: Sequence[Row], language: str) -> dict[str, Any]:
    fields = collectivite.fields(organization)
    with NamedTemporaryFile(prefix="odl-") as file:
        file.write(table_csv(_names(schema_id), rows))
        file.flush()
        return guarded(
            file.name,
            schema_id,
            language="fr" if language[:2] == "fr" else "en",
            name="table.csv",
            seconds=config.answer_seconds(),
            memory=config.memory(),
            limits={**config.limits(), "PLACES": MOST_ROWS},
            owner_siren=fields.get("odl_siren") or None,
            owner_insee=fields.get("odl_insee") or None,
        )


def _names(schema_id: str) -> list[str]:
    return [field["name"] for field in catalogue().table(schema_id)["fields"]]


def _said(report: dict[str, Any], kept: list[dict[str, str]], numbers: list[int], changed: int) -> Checked:
    cells: list[tuple[int, str, str]] = []
    lines: list[tuple[int, str]] = []
    general: list[str] = []
    wrong: set[int] = set()
    for severity in ("errors", "warnings"):
        for finding in report[severity]:
            at = (finding["row"] or 0) - _FIRST
            if finding["code"] == "blank-row" or (finding["row"] and at not in numbers and at >= 0):
                continue
            if severity == "errors" and at >= 0:
                wrong.add(at)
            if at >= 0 and finding["field"]:
                cells.append((at, finding["field"], finding["message"]))
            elif at >= 0:
                lines.append((at, finding["message"]))
            else:
                general.append(finding["message"])
    count = len({(at, column) for at, column, _said_ in cells}) + len(lines) + len(general)
    status = report["status"] if wrong or general or report["status"] == "incomplete" else "valid"
    return Checked(status, kept, len(numbers), len(numbers) - len(wrong), changed, count, cells, lines, general)


def as_file(
    organization: model.Group, schema_id: str, rows: Sequence[Any], cells: Row, year: int | None
) -> tuple[FileStorage, int]:
    """The table as a file for a deposit, and how many rows it has.

    :raises ValidationError: on ``rows``: nobody filled in anything
    """
    kept = [row for row in cleaned(schema_id, rows) if not is_empty(row, cells)]
    if not kept:
        raise tk.ValidationError({"rows": [tk._("The table is empty: fill in a first row before you save it.")]})
    subject = schema_id.rpartition("/")[2].removeprefix("schema-")
    name = "-".join(filter(None, (subject, organization.name, str(year or "")))) + ".csv"
    content = table_csv(_names(schema_id), kept)
    return FileStorage(io.BytesIO(content), filename=name, content_type="text/csv"), len(kept)
