"""Before an XLSX or ODS is opened: its archive must be what it says, and of a size that can be held."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from .. import limits
from ..problems import Unreadable


def check_archive(path: Path) -> None:
    """Raise :class:`Unreadable` for too many entries, sizes beyond the limits, encryption, overlap, truncation, a DTD.

    Python's ``zipfile`` refuses entries that unpack to another size than they declare, so the declared sizes can be
    summed; the DTD check reads the head of each XML part (a document type is only allowed before the first element).
    """
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
            for entry in entries:
                if entry.filename.lower().endswith((".xml", ".rels", ".rdf", ".vml")):
                    _check_xml(archive, entry)
    except Unreadable:
        raise
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, zipfile.LargeZipFile):
        raise Unreadable("archive-truncated") from None
    except Exception as error:  # zlib.error has no public parent of its own
        raise Unreadable("archive-truncated") from error


def _check_overlap(entries: list[zipfile.ZipInfo]) -> None:
    spans = sorted((entry.header_offset, entry.compress_size) for entry in entries)
    end = 0
    for offset, size in spans:
        if offset < end:
            raise Unreadable("archive-overlap")
        end = offset + 30 + size


_CELL = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*[^/>]>')
"""A cell that holds something: an empty one with a style closes itself."""


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Read a part whole, so that its checksum and size are proven, looking for a DTD in each block.

    One far cell makes readers hold the whole rectangle up to it: its size is known here first.
    """
    carry = b""
    first = True
    sheet = entry.filename.lower().startswith("xl/worksheets/")
    rows = columns = 0
    with archive.open(entry) as part:
        while block := part.read(256 * 1024):
            if first and block[:2] in (b"\xff\xfe", b"\xfe\xff"):
                block = block.decode("utf-16", "replace").encode("utf-8")
            first = False
            if b"<!DOCTYPE" in carry + block or b"<!ENTITY" in carry + block:
                raise Unreadable("xml-dtd")
            if sheet:
                for letters, digits in _CELL.findall(carry + block):
                    columns = max(columns, _column(letters))
                    rows = max(rows, int(digits))
                if rows * columns > limits.SPREADSHEET_CELLS * 10:
                    raise Unreadable("too-many-cells", count=rows * columns, limit=limits.SPREADSHEET_CELLS)
            carry = block[-200:]
