"""Before an XLSX or ODS is opened: its archive must be what it says, and of a size that can be held."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .. import limits
from ..problems import Unreadable
from .sheet_xml import column_number, not_computed


@dataclass
class SheetMarks:
    """What a worksheet of an XLSX was seen to hold while its archive was checked.

    ``closer``: cells in error or formulas without a value, to be read with :func:`.sheet_xml.read_xlsx`.
    """

    closer: bool = False
    merged: dict[str, None] = field(default_factory=dict)
    hidden: dict[int, None] = field(default_factory=dict)


def check_archive(path: Path) -> dict[str, SheetMarks]:
    """Prove that an archive can be opened; returns the marks of each worksheet of an XLSX by its part.

    Raises :class:`Unreadable` for too many entries, sizes beyond the limits, encryption, overlap, truncation, a DTD.

    Python's ``zipfile`` refuses entries that unpack to another size than they declare, so the declared sizes can be
    summed; the DTD check reads the head of each XML part (a document type is only allowed before the first element).
    """
    marks: dict[str, SheetMarks] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > limits.ARCHIVE_ENTRIES:
                raise Unreadable("archive-entries", count=len(entries), limit=limits.ARCHIVE_ENTRIES)
            total = sum(entry.file_size for entry in entries)
            packed = max(sum(entry.compress_size for entry in entries), 1)
            if total > limits.ARCHIVE_BYTES or (total > limits.MIB and total / packed > limits.ARCHIVE_RATIO):
                raise Unreadable("archive-ratio", limit=limits.ARCHIVE_BYTES)
            if any(entry.flag_bits & 1 for entry in entries):
                raise Unreadable("archive-encrypted")
            _check_overlap(entries)
            if _MANIFEST in archive.namelist() and b"encryption-data" in _head(archive, _MANIFEST):
                raise Unreadable("office-encrypted")  # a spreadsheet of LibreOffice with a password
            for entry in entries:
                if entry.filename.lower().endswith((".xml", ".rels", ".rdf", ".vml")):
                    if entry.filename.lower().startswith("xl/worksheets/"):
                        marks[entry.filename] = _check_sheet(archive, entry)
                    else:
                        _check_xml(archive, entry)
    except Unreadable:
        raise
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, zipfile.LargeZipFile):
        raise Unreadable("archive-truncated") from None
    except Exception as error:  # zlib.error has no public parent of its own
        raise Unreadable("archive-truncated") from error
    return marks


_MANIFEST = "META-INF/manifest.xml"


def _head(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(limits.MIB)


def _check_overlap(entries: list[zipfile.ZipInfo]) -> None:
    spans = sorted((entry.header_offset, entry.compress_size) for entry in entries)
    end = 0
    for offset, size in spans:
        if offset < end:
            raise Unreadable("archive-overlap")
        end = offset + 30 + size


_CELL = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br=["']([A-Z]{1,3})([0-9]{1,7})["'][^>]*[^/>]>""")
"""A cell that holds something: an empty one with a style closes itself."""
_COLUMN = re.compile(rb"""\br=["']([A-Z]{1,3})[0-9]""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br=["']([0-9]{1,7})["']""")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\b[^>]*?\bref=["']([A-Z0-9:]{2,30})["']""")
_HIDDEN = re.compile(
    rb"""<(?:\w+:)?row\b(?=[^>]*\bhidden=["'](?:1|true)["'])[^>]*?\br=["']([0-9]{1,7})["'][^>]*[^/>]>"""
)
"""A hidden row that holds cells: an empty one closes itself."""


def _blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part by blocks that overlap enough for a tag to be whole in one of them."""
    carry = b""
    with archive.open(entry) as part:
        while block := part.read(256 * 1024):
            if not carry and block[:2] in (b"\xff\xfe", b"\xfe\xff"):
                block = block.decode("utf-16", "replace").encode("utf-8")
            yield carry + block
            carry = block[-1000:]


def _check_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Read a part whole, so that its checksum and size are proven, looking for a DTD in each block."""
    for block in _blocks(archive, entry):
        if b"<!DOCTYPE" in block or b"<!ENTITY" in block:
            raise Unreadable("xml-dtd")


def _check_sheet(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> SheetMarks:
    """The same for a worksheet, and what it holds that its values do not say.

    One far cell makes readers hold the whole rectangle up to it: its size is known here first. The declared dimension
    is not believed.
    """
    marks = SheetMarks()
    columns: set[bytes] = set()
    rows = 0
    for block in _blocks(archive, entry):
        if b"<!DOCTYPE" in block or b"<!ENTITY" in block:
            raise Unreadable("xml-dtd")
        columns.update(_COLUMN.findall(block))
        rows = max(rows, max(map(int, _ROW.findall(block)), default=0))
        marks.closer = marks.closer or not_computed(block)
        if b"mergeCell" in block:
            marks.merged.update(dict.fromkeys(ref.decode() for ref in _MERGED.findall(block)))
        if b"hidden=" in block:
            marks.hidden.update(dict.fromkeys(map(int, _HIDDEN.findall(block))))
    widest = max((column_number(letters.decode()) for letters in columns), default=0)
    if rows * widest > limits.SPREADSHEET_CELLS:
        _refuse_far_cells(archive, entry)
    return marks


def _refuse_far_cells(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Leave out what is only formatted."""
    rows = columns = 0
    for block in _blocks(archive, entry):
        for letters, digits in _CELL.findall(block):
            columns = max(columns, column_number(letters.decode()))
            rows = max(rows, int(digits))
    if rows * columns > limits.SPREADSHEET_CELLS * 10:
        raise Unreadable("too-many-cells", count=rows * columns, limit=limits.SPREADSHEET_CELLS)
