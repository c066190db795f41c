"""What can be repaired in a file, for a person to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..context import Context
from ..problems import Unreadable
from ..report import column_letter, shorten
from ..run import validate
from ..schema_source import find_schema
from . import words
from .apply import own_siret
from .column import Item, Lost
from .survey import Survey
from .table import MIXED, RepairTable, open_for_repair

_SHOWN = 80
"""Characters of a value in an example."""
_MIXED = ("encoding-mixed", "encoding-invalid")
"""Codes of a text whose lines are not all of one encoding."""


def proposals(
    path: str | Path,
    schema: str | Path | dict[str, Any] | None = None,
    *,
    language: str = "fr",
    **options: Any,
) -> dict[str, Any]:
    """The repairs that a file can have, in words: :func:`find`, then :func:`told`.

    :param path: the file as it was deposited
    :param schema: as in :func:`..run.validate`; guessed from the columns when None
    :param language: ``fr`` or ``en``, of titles, reasons and labels
    :param options: the others of :func:`find`
    :raises SchemaRefused: as :func:`..run.validate`
    """
    return told(find(path, schema, **options), language)


def find(
    path: str | Path,
    schema: str | Path | dict[str, Any] | None = None,
    *,
    name: str | None = None,
    owner_siren: str | None = None,
    owner_siret: str | None = None,
    owner_insee: str | None = None,
    period: str | None = None,
    sheet: str | None = None,
    judged: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The repairs that a file can have, as facts of no language. Nothing is written.

    :param path: the file as it was deposited
    :param schema: as in :func:`..run.validate`; guessed from the columns when None
    :param name: the file's name as people know it
    :param owner_siren: SIREN (or SIRET) of the collectivité, to offer its number where that of a cell is lost
    :param owner_siret: its SIRET, when it is known
    :param owner_insee: as in :func:`..run.validate`
    :param period: as in :func:`..run.validate`
    :param sheet: as in :func:`..run.validate`
    :param judged: what :func:`verdict` says of its report, which is made when None
    :returns: what :func:`told` puts into words
    :raises SchemaRefused: as :func:`..run.validate`
    """
    if judged is None:
        owner: dict[str, Any] = {"owner_siren": owner_siren, "owner_insee": owner_insee}
        judged = verdict(validate(path, schema, name=name, **owner, period=period, sheet=sheet).to_dict())
    facts = {key: judged[key] for key in ("status", "errors", "schema")}
    facts["sheet_missing"] = sheet is not None and judged["sheet_why"] not in ("asked", None)
    found: dict[str, Any] = {"repairs": [], "impossible": [], "header": [], "notes": [], **facts}
    known = find_schema(schema) if schema is not None else None
    context = Context.of(owner_siren, None, period)
    if judged["status"] == "incomplete" or (judged["status"] == "unreadable" and judged["code"] not in _MIXED):
        return found
    try:
        opened = open_for_repair(Path(path), name, known, context, sheet)
        if opened is None:
            return found
        survey = Survey(opened, context, own_siret(owner_siren, owner_siret))
    except Unreadable as problem:
        if problem.code in _MIXED:
            found["impossible"] = [_lost(Lost(MIXED, count=1))]
        return found
    for item in survey.items.values():
        needed = survey.items.get(item.needs or "")
        default = judged["status"] != "valid" and item.sure and (needed is None or needed.sure)
        found["repairs"].append(_item(item, default, MIXED if opened.is_mixed and item.id != MIXED else None))
    found["impossible"] = [_lost(lost) for lost in survey.lost]
    found["header"] = _header(opened)
    found["notes"] = _notes(opened)
    return found


def verdict(report: Mapping[str, Any]) -> dict[str, Any]:
    """What :func:`find` needs to know of a report."""
    code = report["errors"][0]["code"] if report["errors"] else None
    return {
        "status": report["status"],
        "errors": report["counts"]["errors"],
        "schema": report["schema"],
        "code": code,
        "sheet_why": report["file"]["sheet_why"],
    }


def told(found: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What :func:`find` found, in words.

    :returns: ``repairs``: what can be chosen, each with ``id``, ``kind``, ``field``, ``column`` (letter), ``count``,
        ``choices`` (when it must be asked: ``value`` and ``label``), ``chosen_by_default``, ``title``, ``why``,
        ``removes`` (``row`` or ``column``: what it takes away, else null) and at most three ``examples`` (``cell``,
        or the row or column taken away, ``before``, ``after``). ``impossible``: what only the author of the file can
        mend, with ``code``, ``field``, ``column``, ``count``, ``message`` and ``offer`` (``id`` to choose it by,
        ``value``, ``label``) or null. ``header``: each column with its letter, heading and field. ``notes``: sentences
        on what the repaired file will not keep. ``status``, ``errors`` and ``schema`` are those of the file's report.
        ``sheet_missing``: there is no sheet of the name that was asked for, and another was read.
        A file that cannot be read has nothing to choose, but for a text of two encodings where each line is sure; nor
        has JSON. In a valid file nothing is chosen by default.
    """
    return {
        **found,
        "repairs": [_repair_told(repair, language) for repair in found["repairs"]],
        "impossible": [_lost_told(lost, language) for lost in found["impossible"]],
        "notes": [words.note(name, facts, language) for name, facts in found["notes"]],
    }


def default_choices(proposed: dict[str, Any]) -> dict[str, bool | str]:
    """What :func:`.apply.repair` is given when nobody chooses: the repairs that are chosen by default."""
    return {repair["id"]: True for repair in proposed["repairs"] if repair["chosen_by_default"]}


def _item(item: Item, default: bool, needs: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": item.id,
        "kind": item.kind,
        "field": item.field,
        "column": column_letter(item.column + 1) if item.column is not None else None,
        "count": item.count,
    }
    if item.choices:
        found["choices"] = [
            {"value": value, "before": before, "after": after} for value, (_, before, after) in item.choices
        ]
    return {
        **found,
        "chosen_by_default": default and not item.choices,
        "examples": [
            {"cell": place, "before": shorten(before, _SHOWN), "after": shorten(after, _SHOWN)}
            for place, before, after in item.examples
        ],
        "needs": item.needs or needs,
    }


def _repair_told(repair: Mapping[str, Any], language: str) -> dict[str, Any]:
    kind, examples = repair["kind"], repair["examples"]
    facts = {key: repair[key] for key in ("field", "count", "column")}
    if examples:
        facts |= {part: examples[0][part] for part in ("before", "after")}
    said: dict[str, Any] = dict(repair)
    if repair.get("choices"):
        said["choices"] = [
            {"value": one["value"], "label": words.choice(kind, one["value"], {**facts, **one}, language)}
            for one in repair["choices"]
        ]
    said["removes"] = "row" if kind in words.REMOVED else "column" if kind in words.REMOVED_COLUMNS else None
    return {**said, **words.of_repair(kind, facts, language)}


def _lost(lost: Lost) -> dict[str, Any]:
    return {
        "code": lost.code,
        "field": lost.field,
        "column": column_letter(lost.column + 1) if lost.column is not None else None,
        "count": lost.count,
        "examples": [{"cell": place, "before": shorten(text, _SHOWN)} for place, text in lost.examples],
        "offer": {"id": lost.id, "value": lost.offer} if lost.offer else None,
    }


def _lost_told(lost: Mapping[str, Any], language: str) -> dict[str, Any]:
    facts = {key: lost[key] for key in ("field", "count", "column")}
    facts["before"] = lost["examples"][0]["before"] if lost["examples"] else ""
    offer = lost["offer"]
    if offer:
        offer = {**offer, "label": words.offer({**facts, "after": offer["value"]}, language)}
    return {**lost, "message": words.of_lost(lost["code"], facts, language), "offer": offer}


def _header(opened: RepairTable) -> list[dict[str, Any]]:
    columns = []
    for index, heading in enumerate(opened.raw_header[: opened.width]):
        rule = opened.rule(index)
        named = {"column": column_letter(index + 1), "name": shorten(heading, _SHOWN)}
        columns.append({**named, "field": rule.name if rule else None})
    return columns


def _notes(opened: RepairTable) -> list[tuple[str, dict[str, Any]]]:
    table = opened.table
    notes: list[tuple[str, dict[str, Any]]] = []
    if table.delimiter is None:
        others = next((params for code, params in table.notices if code == "sheet-chosen"), None)
        if others:
            notes.append(("other-sheets", {"sheet": table.sheet, "names": others["others"]}))
        notes.append(("spreadsheet", {}))
    return notes
