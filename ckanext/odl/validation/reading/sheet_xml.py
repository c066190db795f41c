"""What the values of an XLSX or ODS sheet do not say: errors, formulas without result, merges, hidden rows, zeros.

The sheets are read with expat, block by block; a document type was refused before (:mod:`.archive`), so that no entity
is ever expanded.

Sources: ECMA-376 part 1 §18.3 (worksheets), OpenDocument 1.3 part 3 §9 and §19 (tables).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from .. import limits
from ..problems import Unreadable

_BLOCK = 256 * 1024
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ZEROS = re.compile(r"0{2,20}")
_FORMULA_SHOWN = 60
UNKNOWN_FORMULA = "=…"
"""Stands for a formula whose text is elsewhere (a shared formula)."""


@dataclass
class SheetFacts:
    """What was found in one sheet; places are ``(row, column)`` counted from 1.

    ``texts``: what to read in a cell instead of the reader's value: ``#N/A`` of an error, ``=A1+B1`` of a formula
    without a result, ``01000`` of a number shown with its zeros. ``merged``: references (``A3:B4``). ``hidden``: the
    numbers of the hidden rows that hold something. ``height``, ``width``: of the rectangle that holds all values.
    """

    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    height: int = 0
    width: int = 0


def place_of(reference: str) -> tuple[int, int]:
    """Row and column of the first cell of a reference (``B4:C6``), for putting them in order."""
    match = _REFERENCE.match(reference)
    return (int(match[2]), column_number(match[1])) if match else (0, 0)


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    setup: Callable[[expat.XMLParserType], None] | None = None,
) -> None:
    parser = expat.ParserCreate(namespace_separator=None)
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end

    def refuse(*_: object) -> None:
        raise Unreadable("xml-dtd")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    if setup:
        setup(parser)
    try:
        with archive.open(part) as stream:
            while block := stream.read(_BLOCK):
                parser.Parse(block, False)
            parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError):  # an encoding that is none, a digit that is no number
        raise Unreadable("office-broken") from None


def _elements(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The elements of a small part, names without their prefix."""
    found: list[tuple[str, dict[str, str]]] = []
    _parse(archive, part, lambda name, attributes: found.append((name.rpartition(":")[2], attributes)))
    return iter(found)


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name of each sheet of an XLSX → its part (``xl/worksheets/sheet1.xml``)."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    targets = {
        attributes.get("Id", ""): attributes.get("Target", "")
        for name, attributes in _elements(archive, "xl/_rels/workbook.xml.rels")
        if name == "Relationship"
    }
    parts: dict[str, str] = {}
    for name, attributes in _elements(archive, "xl/workbook.xml"):
        if name == "sheet":
            id_ = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            target = targets.get(id_, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in names:
                parts[attributes.get("name", "")] = part
    return parts


def padded_styles(archive: zipfile.ZipFile) -> dict[str, int]:
    """Index of each cell style that shows a number with a fixed count of digits (``00000``) → that count."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    widths: dict[str, int] = {}
    styles: dict[str, int] = {}
    index = 0
    inside = False
    for name, attributes in _elements(archive, "xl/styles.xml"):
        if name == "numFmt" and _ZEROS.fullmatch(attributes.get("formatCode", "")):
            widths[attributes.get("numFmtId", "")] = len(attributes["formatCode"])
        elif name == "cellXfs":
            inside = True
        elif name in ("cellStyles", "dxfs"):
            inside = False
        elif name == "xf" and inside:
            if attributes.get("numFmtId") in widths:
                styles[str(index)] = widths[attributes["numFmtId"]]
            index += 1
    return styles


class _Xlsx:
    """Cells in error, formulas without a value and padded numbers of one worksheet."""

    def __init__(self, padded: dict[str, int]) -> None:
        self.facts = SheetFacts()
        self._padded = padded
        self._row = self._column = 0
        self._kind = ""
        self._width = 0
        self._text: list[str] | None = None
        self._formula: str | None = None
        self._value = ""
        self._parser: expat.XMLParserType | None = None

    def setup(self, parser: expat.XMLParserType) -> None:
        self._parser = parser

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._settle_text()
        name = name.rpartition(":")[2]
        if name == "c":
            self.close()
            match = _REFERENCE.fullmatch(attributes.get("r", ""))
            if match:
                self._column, self._row = column_number(match[1]), int(match[2])
            else:
                self._column += 1
            self._kind = attributes.get("t", "n")
            self._width = self._padded.get(attributes.get("s", ""), 0)
        elif name == "row":
            self.close()
            self._row = int(attributes["r"]) if attributes.get("r", "").isdigit() else self._row + 1
            self._column = 0
        elif name == "f":
            self._formula = UNKNOWN_FORMULA
            self._listen(self._take_formula)
        elif name == "v" and (self._kind == "e" or self._formula is not None or self._width):
            self._listen(self._take_value)

    def _listen(self, take: Callable[[str], None]) -> None:
        if self._parser is not None:
            self._parser.CharacterDataHandler = take

    def _take_formula(self, text: str) -> None:
        self._formula = text if self._formula == UNKNOWN_FORMULA else (self._formula or "") + text

    def _take_value(self, text: str) -> None:
        self._value += text

    def _settle_text(self) -> None:
        if self._parser is not None and self._parser.CharacterDataHandler is not None:
            self._parser.CharacterDataHandler = None

    def close(self) -> None:
        """The cell is over: what is to be read there instead of its value."""
        value = self._value.strip()
        place = (self._row, self._column)
        if self._kind == "e" and value:
            self.facts.texts[place] = value[:20]
        elif self._formula is not None and not value and self._kind != "str":
            formula = self._formula
            self.facts.texts[place] = formula if formula == UNKNOWN_FORMULA else f"={formula[:_FORMULA_SHOWN]}"
        elif self._width and self._kind == "n" and value.isdigit() and len(value) < self._width:
            self.facts.texts[place] = value.zfill(self._width)
        self._kind = ""
        self._width = 0
        self._formula = None
        self._value = ""


_NO_VALUE = rb"""\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
_AFTER_FORMULA = re.compile(rb"f>" + _NO_VALUE)
_AFTER_SHARED = re.compile(rb"f [^<>]*/>" + _NO_VALUE)
_IN_ERROR = (b't="e"', b"t='e'")
_WHOLE_ROW = re.compile(rb"""<(?:\w+:)?row\b([^>]*)>.*?</(?:\w+:)?row>""", re.DOTALL)
_ROW_END = re.compile(rb"</(?:\w+:)?row>")
_EMPTY_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*/>")
_LONGEST_ROW = 16 * 1024 * 1024


def not_computed(block: bytes) -> bool:
    """Whether the XML of a worksheet holds a cell in error, or a formula without a value."""
    # Searches that begin with fixed letters: a regular expression that does not is ten times slower on plain files.
    return (
        any(sign in block for sign in _IN_ERROR)
        or _AFTER_FORMULA.search(block) is not None
        or ((b"<f " in block or b":f " in block) and _AFTER_SHARED.search(block) is not None)
    )


def read_xlsx(path: Path, part: str, padded: dict[str, int]) -> SheetFacts:
    """The facts of one worksheet, without its merges and hidden rows (the archive's check has seen them).

    Only the rows in which there is something to find are parsed, unless rows do not tell their numbers.
    """
    styles = [f"s={quote}{style}{quote}".encode() for style in padded for quote in "\"'"]

    def wanted(block: bytes) -> bool:
        return not_computed(block) or any(style in block for style in styles)

    reader = _Xlsx(padded)
    with zipfile.ZipFile(path) as archive:
        for block in _whole_rows(archive, part):
            rows: list[re.Match[bytes]] = []
            if block is not None and wanted(block):
                rows = [match for match in _WHOLE_ROW.finditer(block) if wanted(match[0])]
            if block is None or any(b"r=" not in match[1] for match in rows):
                reader = _Xlsx(padded)
                _parse(archive, part, reader.start, setup=reader.setup)
                break
            for match in rows:
                parser = expat.ParserCreate()
                parser.buffer_text = True
                parser.StartElementHandler = reader.start
                reader.setup(parser)
                try:
                    parser.Parse(match[0], True)
                except expat.ExpatError:
                    raise Unreadable("office-broken") from None
    reader.close()
    return reader.facts


def _whole_rows(archive: zipfile.ZipFile, part: str) -> Iterator[bytes | None]:
    """A worksheet by blocks that end with a row, without the empty rows; None when a row is too long to be held."""
    held = bytearray()
    with archive.open(part) as stream:
        while block := stream.read(_BLOCK):
            before = max(len(held) - 40, 0)
            held += block
            ends = [match.end() for match in _ROW_END.finditer(held, before)]
            if ends:
                yield _EMPTY_ROW.sub(b"", bytes(held[: ends[-1]]))
                del held[: ends[-1]]
            elif len(held) > _LONGEST_ROW:
                yield None
                return


class _Ods:
    """All sheets of a content.xml; only extents are computed of what is repeated."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetFacts] = {}
        self._facts = SheetFacts()
        self._depth = 0
        self._row = 0
        self._rows = 1
        self._hidden = False
        self._column = 0
        self._cells = 1
        self._last = 0
        self._cell: dict[str, str] | None = None
        self._text = ""
        self._parser: expat.XMLParserType | None = None

    def setup(self, parser: expat.XMLParserType) -> None:
        self._parser = parser

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("table:table-cell", "table:covered-table-cell"):
            self._cell = attributes
            self._cells = _times(attributes.get("table:number-columns-repeated"))
            self._text = ""
            if "table:formula" in attributes or attributes.get("office:value-type") == "float":
                self._listen(True)
        elif name == "table:table-row":
            self._rows = _times(attributes.get("table:number-rows-repeated"))
            self._hidden = attributes.get("table:visibility") in ("collapse", "filter")
            self._column = self._last = 0
        elif name == "table:table":
            self._depth += 1
            if self._depth == 1:
                self._facts = self.sheets[attributes.get("table:name", "")] = SheetFacts()
                self._row = 0

    def _listen(self, wanted: bool) -> None:
        if self._parser is not None:
            self._parser.CharacterDataHandler = self._take if wanted else None

    def _take(self, text: str) -> None:
        if len(self._text) < 200:
            self._text += text

    def end(self, name: str) -> None:
        if name in ("table:table-cell", "table:covered-table-cell"):
            self._close_cell(name == "table:covered-table-cell")
        elif name == "text:p":
            # A cell of text without a value type still holds its text.
            if self._cell is not None and self._cell.get("office:value-type") is None:
                self._text = self._text or " "
        elif name == "table:table-row":
            if self._last:
                self._facts.height = self._row + self._rows
                self._facts.width = max(self._facts.width, self._last)
                if self._facts.height * self._facts.width > limits.SPREADSHEET_CELLS * 2:
                    count = self._facts.height * self._facts.width
                    raise Unreadable("too-many-cells", count=count, limit=limits.SPREADSHEET_CELLS)
                if self._hidden and len(self._facts.hidden) < limits.SPREADSHEET_CELLS:
                    self._facts.hidden.extend(range(self._row + 1, self._row + self._rows + 1))
            self._row += self._rows
        elif name == "table:table":
            self._depth -= 1

    def _close_cell(self, covered: bool) -> None:
        cell, text = self._cell or {}, self._text.strip()
        self._listen(False)
        kind = cell.get("office:value-type")
        first = self._column + 1
        self._column += self._cells
        filled = kind is not None or bool(text)
        formula = cell.get("table:formula")
        if filled or formula is not None:
            self._last = self._column
        spanned = _times(cell.get("table:number-columns-spanned")), _times(cell.get("table:number-rows-spanned"))
        if spanned != (1, 1) and not covered:
            self._facts.merged.append(cell_range(self._row + 1, first, *spanned))
        shown = None
        if cell.get("calcext:value-type") == "error" or (formula is not None and re.match(r"#|Err:\d", text)):
            shown = text[:20] or "Err:?"
        elif formula is not None and not filled:
            # OpenFormula writes a reference as [.B2].
            text = re.sub(r"\[\.?|\]", "", formula.partition("=")[2][:_FORMULA_SHOWN])
            shown = f"={text}" if text else UNKNOWN_FORMULA
        elif (
            kind == "float"
            and text.isdigit()
            and text[0] == "0"
            and len(text) > 1
            and cell.get("office:value") == str(int(text))
        ):
            shown = text
        if shown:
            for row in range(self._row + 1, self._row + min(self._rows, limits.PLACES) + 1):
                for column in range(first, first + min(self._cells, limits.PLACES)):
                    self._facts.texts[row, column] = shown
        self._cell = None


def _times(text: str | None) -> int:
    if not (text and text.isascii() and text.isdigit()):
        return 1
    return int(text) or 1 if len(text) < 9 else 999_999_999


def cell_range(row: int, column: int, columns: int, rows: int) -> str:
    return f"{_letters(column)}{row}:{_letters(column + columns - 1)}{row + rows - 1}"


def _letters(number: int) -> str:
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_ods(path: Path) -> dict[str, SheetFacts]:
    """The facts of every sheet by name. Raises ``too-many-cells`` before anything is built from what is repeated."""
    reader = _Ods()
    with zipfile.ZipFile(path) as archive:
        _parse(archive, "content.xml", reader.start, reader.end, reader.setup)
    return reader.sheets
