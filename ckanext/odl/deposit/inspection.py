"""All that one reading of a deposited file tells: the report, the models it may follow, and what else is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Any

from ckanext.odl.scdl import NotATable, UnknownSchema, catalogue
from ckanext.odl.validation.documents import is_document
from ckanext.odl.validation.problems import Unreadable
from ckanext.odl.validation.run import judge

from .guessing import matches
from .owners import OwnerColumns
from .period import PeriodWatch
from .reading import Sheet
from .signals import SignalWatch


def inspect(
    path: str | Path,
    schema: str | None = None,
    *,
    name: str = "",
    language: str = "fr",
    owner_siren: str | None = None,
    owner_insee: str | None = None,
    period: str | None = None,
    sheet: str | None = None,
) -> dict[str, Any]:
    """Check a file, and look at what its deposit needs to know beyond its faults.

    Meant to be run by ``in_child``: any bytes get an answer, which is ready for JSON.

    :param path: the file on disk
    :param schema: catalogue id or ``id@version`` of the model that was chosen; None: the most likely one is taken
    :param name: the file's name as people know it; a year in it tells the period
    :param language: of the sentences of the report, ``fr`` or ``en``
    :param owner_siren: SIREN of the collectivité that deposits
    :param owner_insee: its INSEE code, when it is a commune
    :param period: what the file is declared to cover (ISO 8601)
    :param sheet: name of the sheet to read, of a workbook with several
    :returns: ``report`` (the shape of :meth:`.Report.to_dict`); ``matches``, the models that the columns show, best
        first, five at most: ``id``, ``version``, ``title``, ``matched`` and ``total`` columns, ``reasons``;
        ``signals`` of personal data (:mod:`.signals`); ``columns``, the headings; ``period``, ``value`` (ISO 8601) and
        ``why``, or None; ``owners`` (:mod:`.owners`), or None. A file that cannot be read has only its report.
        Titles, reasons and the period's ``why`` are in both languages: :func:`localised` chooses one.
    :raises SchemaRefused: the schema is unknown or cannot be used
    """
    report, table = judge(
        path,
        schema,
        language=language,
        name=name or None,
        owner_siren=owner_siren,
        owner_insee=owner_insee,
        period=period,
        sheet=sheet,
    )
    seen: dict[str, Any] = {
        "report": report.to_dict(),
        "matches": [],
        "signals": [],
        "columns": [],
        "period": None,
        "owners": None,
    }
    if report.status == "incomplete":
        return seen
    fields = _fields(report.schema)
    names = [str(field["name"]) for field in fields]
    read = None
    if table is not None and (report.status != "unreadable" or table.document is not None):
        read = Sheet.of(table, names)  # records inside records are no table for the check, and may hold persons
    if is_document(seen["report"]):
        return seen
    seen["matches"] = matches(Path(path), read, name or Path(path).name)
    if read is None:
        return seen
    seen["columns"] = read.header
    texts = [PurePath(name or Path(path).name).stem, *read.titles, read.table.sheet or ""]
    when = PeriodWatch(read.header, texts, modelled=bool(fields), pace=_pace(report.schema))
    owners = OwnerColumns(read.header, fields)
    seen["signals"] = _signals(read, fields, "", when, owners)
    seen["period"] = when.found()
    seen["owners"] = owners.found()
    with suppress(Unreadable):  # beyond the limits: the sheet that was read is within them
        for name_of_sheet, other in read.others():
            seen["signals"] += _signals(other, (), name_of_sheet)
    return seen


def localised(seen: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What :func:`inspect` found (or a part of it), its sentences in one language."""
    chosen = dict(seen)
    if seen.get("period"):
        chosen["period"] = {**seen["period"], "why": _in(seen["period"]["why"], language)}
    if seen.get("matches"):
        chosen["matches"] = [
            {**match, "title": _in(match["title"], language), "reasons": _in(match.get("reasons") or [], language)}
            for match in seen["matches"]
        ]
    return chosen


def _in(said: Any, language: str) -> Any:
    """One of the languages of a sentence, which may be in one only where it was kept long ago."""
    return said["en" if language[:2] == "en" else "fr"] if isinstance(said, Mapping) else said


def _signals(
    sheet: Sheet, fields: Sequence[Mapping[str, Any]], name: str, *others: PeriodWatch | OwnerColumns
) -> list[dict[str, Any]]:
    """The signs of personal data in a sheet; *others* look at the same rows."""
    header = [*sheet.header, *[""] * (sheet.width - len(sheet.header))]
    signals = SignalWatch(header, fields, is_grid=sheet.is_grid, sheet=name)
    for block in sheet.blocks():
        for watch in (signals, *others):
            watch.see(block)
    return signals.found()


def _fields(schema: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    """The columns of the model of a report; none when it has no model, or no table."""
    if not schema or not schema.get("id"):
        return ()
    try:
        return catalogue().table(schema["id"], schema.get("version"))["fields"]
    except (UnknownSchema, NotATable):
        return ()


def _pace(schema: Mapping[str, Any] | None) -> str | None:
    """How often the model of a report is usually renewed; None when it is not known."""
    try:
        return catalogue().get((schema or {}).get("id") or "").frequency
    except UnknownSchema:
        return None
