"""Open a file by what it contains; its name only serves to say when the two disagree."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .. import limits
from ..problems import Unreadable
from . import detect_format, json_records, mixed, spreadsheet
from .delimited import open_delimited
from .table import Table
from .text import TextFacts, file_identity, read_facts


@dataclass
class FileFacts:
    """What the report says of the file whatever happens next."""

    name: str
    size: int = 0
    sha256: str = ""
    format: str | None = None
    reads_mixed: bool = False
    """Whether a text of two encodings is read line by line where that is sure, rather than refused."""


def open_table(path: Path, facts: FileFacts, names: Iterable[str], sheet: str | None = None) -> Table:
    """The file as a table; ``facts`` are filled on the way so that a refusal can still tell them.

    ``names``: column names of the schema, which help to choose separator, sheet and header. ``sheet``: the one of a
    workbook that a person chose.
    """
    facts.size = path.stat().st_size
    if facts.size < limits.MIB:
        facts.sha256 = file_identity(path)[1]
        return _open(path, facts, names, sheet)
    with ThreadPoolExecutor(1, "odl-hash") as other:  # hashing leaves the interpreter to others
        identity = other.submit(file_identity, path)
        try:
            return _open(path, facts, names, sheet)
        finally:
            facts.size, facts.sha256 = identity.result()


def _open(path: Path, facts: FileFacts, names: Iterable[str], sheet: str | None) -> Table:
    extension = Path(facts.name).suffix.lower().lstrip(".")
    if facts.size == 0:
        raise Unreadable("file-empty", variant="bytes")
    if facts.size > limits.TEXT_BYTES:
        raise Unreadable("format-not-allowed", variant="size", limit=limits.TEXT_BYTES)
    kind = detect_format.sniff(path)
    known = list(names)
    if kind in ("xlsx", "ods", "xls"):
        facts.format = kind
        if facts.size > limits.SPREADSHEET_BYTES:
            raise Unreadable("format-not-allowed", variant="size", limit=limits.SPREADSHEET_BYTES)
        detect_format.check_extension(kind, extension)
        return spreadsheet.open_spreadsheet(path, kind, known, sheet)
    text = _text_facts(path, facts)
    kind = detect_format.sniff_text(path, text.encoding, extension)
    facts.format = kind.partition("-")[0]
    if kind == "csv":
        detect_format.check_extension(kind, extension)
        table = open_delimited(path, text, known, extension)
        facts.format = table.format
        return table
    if kind == "json":
        table = json_records.open_json(path, text, extension)
        facts.format = table.format
        return table
    raise Unreadable("not-a-table", variant=kind)


def _text_facts(path: Path, facts: FileFacts) -> TextFacts:
    try:
        return read_facts(path)
    except Unreadable as problem:
        if facts.reads_mixed and problem.code in ("encoding-mixed", "encoding-invalid") and mixed.is_sure(path):
            return TextFacts(mixed.CODEC, facts.size)
        raise
