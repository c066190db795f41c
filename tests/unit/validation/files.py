"""Spreadsheets of old or free formats made by hand, for which no library of ours writes."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence

_NAMESPACES = "".join(
    f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
_CALC = ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'


def cell(text: str, **attributes: str) -> str:
    """A cell of text of an ODS; attributes of the namespace ``table`` with ``_`` for ``-``."""
    extra = "".join(f' table:{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<table:table-cell office:value-type="string"{extra}><text:p>{text}</text:p></table:table-cell>'


def number(value: str, shown: str) -> str:
    return _cell(f'office:value-type="float" office:value="{value}"', shown)


def _cell(attributes: str, shown: str) -> str:
    return f"<table:table-cell {attributes}><text:p>{shown}</text:p></table:table-cell>"


def row(*cells: str, **attributes: str) -> str:
    extra = "".join(f' table:{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f"<table:table-row{extra}>{''.join(cells)}</table:table-row>"


def ods(*rows: str, name: str = "F") -> bytes:
    """An ODS of one sheet; without rows, one with a header, texts, numbers, a date, an error, merges, a hidden row."""
    if not rows:
        date = _cell('office:value-type="date" office:date-value="2026-03-31"', "31/03/26")
        error = _cell('table:formula="of:=1/0" calcext:value-type="error"', "#DIV/0!")
        rows = (
            row(*map(cell, ("nom", "montant", "jour", "code"))),
            row(
                cell("école", number_columns_spanned="2"), "<table:covered-table-cell/>", date, number("1004", "01004")
            ),
            row(cell("a"), error, date, cell("48094"), number_rows_repeated="2", visibility="collapse"),
            row('<table:table-cell table:number-columns-repeated="16384"/>', number_rows_repeated="1048572"),
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content{_NAMESPACES}{_CALC}><office:body><office:spreadsheet>'
            f'<table:table table:name="{name}">{"".join(rows)}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _label(row: int, column: int, text: str) -> bytes:
    return _record(0x204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def xls(
    rows: Sequence[Sequence[str | float]] = (
        ("nom", "montant", "jour", "code"),
        ("école", 12.5, "2026-03-31", "48094"),
    ),
    *,
    errors: Sequence[tuple[int, int, int]] = ((2, 1, 0x2A),),
    merged: Sequence[tuple[int, int, int, int]] = ((3, 4, 0, 1),),
    hidden: Sequence[int] = (1,),
) -> bytes:
    """An XLS (BIFF8) of one sheet « F »; places are counted from 0, an error is (row, column, code of MS-XLS)."""
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for number_ in hidden:
        sheet += _record(0x208, struct.pack("<HHHHHHI", number_, 0, 4, 255, 0, 0, 0x20))
    for r, cells in enumerate(rows):
        for c, value in enumerate(cells):
            if isinstance(value, str):
                sheet += _label(r, c, value)
            else:
                sheet += _record(0x203, struct.pack("<HHHd", r, c, 0, value))
    for r, c, code in errors:
        sheet += _record(0x205, struct.pack("<HHHBB", r, c, 0, code, 1))
    sheet += _record(0xE5, struct.pack("<H", len(merged)) + b"".join(struct.pack("<HHHH", *one) for one in merged))
    sheet += _record(0x0A, b"")
    name = b"F"
    bound = len(start) + 4 + 8 + len(name) + 4
    globals_ = start + _record(0x85, struct.pack("<IBBBB", bound, 0, 0, len(name), 0) + name) + _record(0x0A, b"")
    return _container((globals_ + sheet).ljust(4096, b"\0"))


def _container(stream: bytes) -> bytes:
    """A compound file with one stream, « Workbook »: header, table, directory, then the stream."""
    sectors = -(-len(stream) // 512)
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 62, 3, 0xFFFE, 9, 6)
    struct.pack_into("<I", header, 44, 1)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<I", header, 56, 4096)
    struct.pack_into("<IIII", header, 60, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    table = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    entries = _entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1) + _entry("Workbook", 2, 2, len(stream))
    return bytes(header) + table + entries.ljust(512, b"\0") + stream.ljust(sectors * 512, b"\0")


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    none = 0xFFFFFFFF
    head = raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, none, none, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)
