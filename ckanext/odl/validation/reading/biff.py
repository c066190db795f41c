"""What the values of an XLS sheet do not say: cells in error, merges, hidden rows.

Source: [MS-XLS], records BOUNDSHEET8, ROW, BOOLERR, FORMULA and MERGEDCELLS.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from .ole import read_stream
from .sheet_xml import SheetFacts, cell_range

_BOUNDSHEET, _EOF, _ROW, _BOOLERR, _FORMULA, _MERGED = 0x85, 0x0A, 0x208, 0x205, 0x06, 0xE5
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_HIDDEN = 0x20


def _records(content: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    position = start
    while position + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, position)
        yield kind, content[position + 4 : position + 4 + length]
        if kind == _EOF:
            return
        position += 4 + length


def _sheet_start(content: bytes, name: str) -> int | None:
    for kind, body in _records(content, 0):
        if kind == _BOUNDSHEET and len(body) >= 8:
            length, wide = body[6], body[7] & 1
            text = body[8:].decode("utf-16-le", "replace") if wide else body[8:].decode("latin-1")
            if text[:length] == name:
                return struct.unpack_from("<I", body, 0)[0]
    return None


def read_xls(path: Path, name: str) -> SheetFacts:
    """The facts of one sheet; none when the old format of the file (before Excel 97) does not tell them this way."""
    facts = SheetFacts()
    try:
        content = read_stream(path, ("Workbook",))
        start = _sheet_start(content, name)
        if start is None:
            return facts
        for kind, body in _records(content, start):
            if kind == _ROW and body[12] & _HIDDEN:
                facts.hidden.append(struct.unpack_from("<H", body, 0)[0] + 1)
            elif kind == _BOOLERR and body[7] == 1:
                _say_error(facts, body, body[6])
            elif kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
                _say_error(facts, body, body[8])
            elif kind == _MERGED:
                for index in range(struct.unpack_from("<H", body, 0)[0]):
                    first, last, left, right = struct.unpack_from("<HHHH", body, 2 + 8 * index)
                    facts.merged.append(cell_range(first + 1, left + 1, right - left + 1, last - first + 1))
    except (struct.error, IndexError, ValueError):
        return facts
    return facts


def _say_error(facts: SheetFacts, body: bytes, code: int) -> None:
    row, column = struct.unpack_from("<HH", body, 0)
    if code in _ERRORS:
        facts.texts[row + 1, column + 1] = _ERRORS[code]
