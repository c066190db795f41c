"""What can be repaired in a file, for a person to choose from."""

from __future__ import annotations

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
from .table import RepairTable, open_for_repair

_SHOWN = 80
"""Characters of a value in an example."""


def proposals(
    path: str | Path,
    schema: str | Path | dict[str, Any] | None = None,
    *,
    language: str = "fr",
    name: str | None = None,
    owner_siren: str | None = None,
    owner_siret: str | None = None,
    owner_insee: str | None = None,
    period: str | None = None,
    sheet: str | None = None,
) -> dict[str, Any]:
    """The repairs that a file can have. Nothing is written.

    :param path: the file as it was deposited
    :param schema: as in :func:`..run.validate`; guessed from the columns when None
    :param language: ``fr`` or ``en``, of titles, reasons and labels
    :param name: the file's name as people know it
    :param owner_siren: SIREN (or SIRET) of the collectivité, to offer its number where that of a cell is lost
    :param owner_siret: its SIRET, when it is known
    :param owner_insee: as in :func:`..run.validate`
    :param period: as in :func:`..run.validate`
    :param sheet: as in :func:`..run.validate`
    :returns: ``repairs``: what can be chosen, each with ``id``, ``kind``, ``field``, ``column`` (letter), ``count``,
        ``choices`` (when it must be asked: ``value`` and ``label``), ``chosen_by_default``, ``title``, ``why`` and at
        most three ``examples`` (``cell``, ``before``, ``after``). ``impossible``: cells that only their author can
        mend, with ``code``, ``field``, ``column``, ``count``, ``message`` and ``offer`` (``id`` to choose it by,
        ``value``, ``label``) or null. ``header``: each column with its letter, heading and field. ``notes``: sentences
        on what the repaired file will not keep. ``status``, ``errors`` and ``schema`` are those of the file's report.
        ``sheet_missing``: there is no sheet of the name that was asked for, and another was read.
        A file that cannot be read, or JSON, has nothing to choose; in a valid one nothing is chosen by default.
    :raises SchemaRefused: as :func:`..run.validate`
    """
    report = validate(
        path,
        schema,
        language=language,
        name=name,
        owner_siren=owner_siren,
        owner_insee=owner_insee,
        period=period,
        sheet=sheet,
    )
    told: dict[str, Any] = {
        "repairs": [],
        "impossible": [],
        "header": [],
        "notes": [],
        "status": report.status,
        "errors": report.findings.total("error"),
        "schema": report.schema,
        "sheet_missing": sheet is not None and report.file["sheet_why"] not in ("asked", None),
    }
    known = find_schema(schema) if schema is not None else None
    context = Context.of(owner_siren, None, period)
    if report.status in ("unreadable", "incomplete"):
        return told
    try:
        opened = open_for_repair(Path(path), name, known, context, sheet)
    except Unreadable:
        return told
    if opened is None:
        return told
    survey = Survey(opened, context, own_siret(owner_siren, owner_siret))
    for item in survey.items.values():
        needed = survey.items.get(item.needs or "")
        default = report.status != "valid" and item.sure and (needed is None or needed.sure)
        told["repairs"].append(_told(item, default, language))
    told["impossible"] = [_told_lost(lost, language) for lost in survey.lost]
    told["header"] = _header(opened)
    told["notes"] = _notes(opened, language)
    return told


def default_choices(proposed: dict[str, Any]) -> dict[str, bool | str]:
    """What :func:`.apply.repair` is given when nobody chooses: the repairs that are chosen by default."""
    return {repair["id"]: True for repair in proposed["repairs"] if repair["chosen_by_default"]}


def _told(item: Item, default: bool, language: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"field": item.field, "count": item.count}
    facts["column"] = column_letter(item.column + 1) if item.column is not None else None
    if item.examples:
        facts |= {"before": shorten(item.examples[0][1], _SHOWN), "after": shorten(item.examples[0][2], _SHOWN)}
    choices = []
    for value, (_, before, after) in item.choices:
        label = words.choice(item.kind, value, {**facts, "before": before, "after": after}, language)
        choices.append({"value": value, "label": label})
    told: dict[str, Any] = {
        "id": item.id,
        "kind": item.kind,
        "field": item.field,
        "column": facts["column"],
        "count": item.count,
    }
    if choices:
        told["choices"] = choices
    told["chosen_by_default"] = default and not choices
    told |= words.of_repair(item.kind, facts, language)
    told["examples"] = [
        {"cell": place, "before": shorten(before, _SHOWN), "after": shorten(after, _SHOWN)}
        for place, before, after in item.examples
    ]
    told["needs"] = item.needs
    return told


def _told_lost(lost: Lost, language: str) -> dict[str, Any]:
    column = column_letter(lost.column + 1)
    text = lost.examples[0][1]
    facts = {"field": lost.field, "column": column, "count": lost.count, "before": shorten(text, _SHOWN)}
    offer = None
    if lost.offer:
        label = words.offer({**facts, "after": lost.offer}, language)
        offer = {"id": lost.id, "value": lost.offer, "label": label}
    return {
        "code": lost.code,
        "field": lost.field,
        "column": column,
        "count": lost.count,
        "message": words.of_lost(lost.code, facts, language),
        "examples": [{"cell": place, "before": shorten(text, _SHOWN)} for place, text in lost.examples],
        "offer": offer,
    }


def _header(opened: RepairTable) -> list[dict[str, Any]]:
    columns = []
    for index, heading in enumerate(opened.raw_header[: opened.width]):
        rule = opened.rule(index)
        named = {"column": column_letter(index + 1), "name": shorten(heading, _SHOWN)}
        columns.append({**named, "field": rule.name if rule else None})
    return columns


def _notes(opened: RepairTable, language: str) -> list[str]:
    table = opened.table
    notes = []
    if table.delimiter is None:
        others = next((params for code, params in table.notices if code == "sheet-chosen"), None)
        if others:
            notes.append(words.note("other-sheets", {"sheet": table.sheet, "names": others["others"]}, language))
        notes.append(words.note("spreadsheet", {}, language))
    return notes
