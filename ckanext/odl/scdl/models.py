"""Blank model files: what an agent downloads, fills in and deposits."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timezone
from typing import IO, TYPE_CHECKING, Any

from .rules import rules
from .words import FieldWords, choices, describe_table, example, yes_no

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

Descriptor = Mapping[str, Any]
Field = Mapping[str, Any]
Row = Mapping[str, str]

REPEATED_ROWS = 300
"""Rows under the first one on which what is the same everywhere appears by itself."""

_LAST_ROW = 1_048_575
_LONGEST_INLINE_LIST = 250  # Excel's own limit is 255 characters
_LONGEST_MESSAGE = 250
_LONGEST_TITLE = 32
_NOTHING_YET = " "
"""The result of a formula before a spreadsheet computes it: without one, it would be read as its own text."""
_BUILT = datetime(2020, 1, 1, tzinfo=timezone.utc)
"""Written as the date of every workbook, so that the same model is the same bytes."""

_TEXTS = {
    "fr": {
        "data": "Données",
        "columns": "Colonnes",
        "lists": "Listes",
        "required": "Obligatoire",
        "optional": "Facultatif",
        "headings": (
            "Colonne",
            "Intitulé",
            "Ce qu’il faut y mettre",
            "Obligatoire\u00a0?",
            "Ce qui est accepté",
            "Exemple",
        ),
        "expected": "Attendu\u00a0: ",
        "example": "Exemple\u00a0: ",
        "list_title": "Valeur hors de la liste",
        "list_error": "Choisissez une valeur de la liste (flèche à droite de la cellule).",
        "date_title": "Ce n’est pas une date",
        "date_error": "Tapez une date, par exemple 31/03/2026. Elle s’affichera 2026-03-31.",
        "rules": "Règles entre les colonnes",
        "how": (
            "Remplissez la feuille «\u00a0Données\u00a0» sans changer la première ligne. Les colonnes au titre gras "
            "sur fond foncé sont obligatoires\u00a0; celles au titre en italique, facultatives."
        ),
    },
    "en": {
        "data": "Data",
        "columns": "Columns",
        "lists": "Lists",
        "required": "Compulsory",
        "optional": "Optional",
        "headings": ("Column", "Name", "What to put in it", "Compulsory?", "What is accepted", "Example"),
        "expected": "Expected: ",
        "example": "Example: ",
        "list_title": "Value not in the list",
        "list_error": "Choose a value of the list (arrow at the right of the cell).",
        "date_title": "Not a date",
        "date_error": "Type a date. It will be shown as 2026-03-31.",
        "rules": "Rules between the columns",
        "how": (
            "Fill in the sheet “Data” without changing its first row. Columns with a bold heading on a dark ground are "
            "compulsory; those with a heading in italics are optional."
        ),
    },
}


def blank_csv(descriptor: Descriptor, language: str = "fr", *, with_example: bool = False) -> bytes:
    """Return an empty file of the model: its column names, semicolons, UTF-8 with BOM.

    So written, French Excel opens it in columns with its accents at a double click.

    :param with_example: add one row made of the columns' examples.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(field["name"] for field in descriptor["fields"])
    if with_example:
        writer.writerow(example(field) for field in descriptor["fields"])
    return stream.getvalue().encode("utf-8-sig")


def blank_xlsx(descriptor: Descriptor, title: str = "", language: str = "fr", *, with_example: bool = False) -> bytes:
    """Return an empty workbook of the model, ready to be filled in.

    Drop-down lists where the values are a list, text format for codes (leading zeros stay), dates shown
    year-month-day, a frozen heading that marks the compulsory columns, help on each heading and cell, and a second
    sheet that explains every column.

    :param title: the name of the model, written above the explanations.
    :param with_example: add one row made of the columns' examples.
    """
    stream = io.BytesIO()
    examples = {field["name"]: example(field) for field in descriptor["fields"]}
    write_xlsx(stream, descriptor, title, language, rows=[examples] if with_example else [])
    return stream.getvalue()


def write_xlsx(
    file: IO[bytes],
    descriptor: Descriptor,
    title: str = "",
    language: str = "fr",
    *,
    rows: Iterable[Row] = (),
    repeated: Sequence[str] = (),
    more_columns: Sequence[str] = (),
) -> None:
    """Write the same workbook with rows in it; no text of theirs can run as a formula.

    :param file: open for writing.
    :param rows: the texts of each row, by column; dates and numbers become dates and numbers of the spreadsheet.
    :param repeated: columns whose value in the only row appears by itself on the rows below that somebody fills in.
    :param more_columns: columns that the model does not have and that are kept, after its own.
    """
    import xlsxwriter  # noqa: PLC0415 (slow to start, and of use to this function only)

    texts = _TEXTS["fr" if language.startswith("fr") else "en"]
    words = describe_table(descriptor, language)
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title or descriptor.get("title") or "", "created": _BUILT.replace(tzinfo=None)})
    formats = _formats(book)
    sheet = book.add_worksheet(texts["data"])
    explanations = book.add_worksheet(texts["columns"])
    fields = descriptor["fields"]
    _data(book, sheet, fields, words, texts, formats)
    for offset, name in enumerate(more_columns, start=len(fields)):
        sheet.set_column(offset, offset, max(14, min(45, len(name) + 4)), formats["text"])
        sheet.write_string(0, offset, name, formats["other"])
    last = 0
    for last, row in enumerate(rows, start=1):
        _row(sheet, last, fields, more_columns, row, formats)
    if last == 1 and repeated:
        _repeat(sheet, fields, repeated, formats)
    _explain(explanations, title, words, rules(descriptor, language), texts, formats)
    book.close()


def _formats(book: Workbook) -> dict[str, Format]:
    heading = {"valign": "vcenter", "border": 1, "border_color": "#8A94A6"}
    top = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#D5D9E0", "num_format": "@"}
    return {
        "required": book.add_format({**heading, "bold": True, "font_color": "#FFFFFF", "bg_color": "#1F4E79"}),
        "optional": book.add_format({**heading, "italic": True, "bg_color": "#E4EAF2"}),
        "other": book.add_format({**heading, "italic": True, "font_color": "#505A66"}),
        "general": book.add_format(),
        "text": book.add_format({"num_format": "@"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "number": book.add_format({"num_format": "General"}),
        "integer": book.add_format({"num_format": "0"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "plain": book.add_format({"valign": "top", "text_wrap": True}),
        "cell": book.add_format(top),
        "name": book.add_format({**top, "bold": True}),
    }


def _kind(field: Field) -> str:
    """Return how the cells of *field* are best formatted: text, date, number or integer."""
    kind = field.get("type") or "string"
    if choices(field):
        return "text"
    if kind == "date" and (field.get("format") or "default") in ("default", "any", "%Y-%m-%d"):
        return "date"
    if kind in ("integer", "year"):
        return "integer"
    return "number" if kind == "number" else "text"


def _data(
    book: Workbook,
    sheet: Worksheet,
    fields: Sequence[Field],
    words: Sequence[FieldWords],
    texts: Mapping[str, Any],
    formats: Mapping[str, Format],
) -> None:
    lists: Worksheet | None = None
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, 24)
    listed = 0
    for column, (field, word) in enumerate(zip(fields, words, strict=True)):
        width = min(45, max(14, len(word.name) + 4, len(word.example) + 2))
        sheet.set_column(column, column, width, formats[_kind(field)])
        sheet.write_string(0, column, word.name, formats["required" if word.required else "optional"])
        sheet.write_comment(0, column, _comment(word, texts), {"x_scale": 2.2, "y_scale": 1.6})
        help_text = {"input_title": word.title[:_LONGEST_TITLE], "input_message": _message(word, texts)}
        values = choices(field) if field.get("type") != "array" else []
        if field.get("type") == "boolean":
            values = list(yes_no(field))
        if values:
            source: str | list[str] = values
            if sum(len(value) + 1 for value in values) > _LONGEST_INLINE_LIST or any(
                re.search(r'[",]', value) for value in values
            ):
                if lists is None:
                    lists = book.add_worksheet(texts["lists"])
                    lists.hide()
                source = _list_range(lists, listed, values, formats["text"])
                listed += 1
            rule = {
                "validate": "list",
                "source": source,
                "error_title": texts["list_title"],
                "error_message": texts["list_error"],
            }
        elif _kind(field) == "date":
            rule = {
                "validate": "date",
                "criteria": ">=",
                "value": date(1900, 1, 1),
                "error_type": "warning",
                "error_title": texts["date_title"],
                "error_message": texts["date_error"],
            }
        else:
            rule = {"validate": "any"}
        sheet.data_validation(1, column, _LAST_ROW, column, {**rule, **help_text, "ignore_blank": True})


def _list_range(lists: Worksheet, position: int, values: Sequence[str], text: Format) -> str:
    lists.set_column(position, position, 30, text)
    for row, value in enumerate(values):
        lists.write_string(row, position, value, text)
    name = lists.get_name()
    from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415 (as above)

    letter = xl_col_to_name(position, col_abs=True)
    return f"='{name}'!{letter}$1:{letter}${len(values)}"


def _comment(word: FieldWords, texts: Mapping[str, Any]) -> str:
    lines = [f"{word.title} ({texts['required' if word.required else 'optional'].lower()})"]
    if word.meaning:
        lines.append(word.meaning)
    lines.append(f"{texts['expected']}{word.accepted}.")
    if word.example:
        lines.append(f"{texts['example']}{word.example}")
    return "\n".join(lines)


def _message(word: FieldWords, texts: Mapping[str, Any]) -> str:
    obligation = texts["required" if word.required else "optional"]
    message = f"{obligation}. {texts['expected']}{word.accepted}."
    if word.example and len(message) + len(word.example) + 14 <= _LONGEST_MESSAGE:
        message += f"\n{texts['example']}{word.example}"
    return message if len(message) <= _LONGEST_MESSAGE else message[: _LONGEST_MESSAGE - 1].rstrip() + "…"


def _row(
    sheet: Worksheet,
    at: int,
    fields: Sequence[Field],
    more_columns: Sequence[str],
    texts: Row,
    formats: Mapping[str, Format],
) -> None:
    for column, field in enumerate(fields):
        value, kind = texts.get(field["name"]) or "", _kind(field)
        if not value:
            continue
        if kind == "date" and _is_day(value):
            sheet.write_datetime(at, column, datetime.fromisoformat(value), formats["date"])
        elif kind in ("integer", "number") and re.fullmatch(r"-?(0|[1-9]\d{0,14})(\.\d+)?", value):
            sheet.write_number(at, column, float(value) if "." in value else int(value), formats[kind])
        else:
            sheet.write_string(at, column, value, formats["text"])
    for column, name in enumerate(more_columns, start=len(fields)):
        if value := texts.get(name):
            sheet.write_string(at, column, value, formats["text"])


def _is_day(value: str) -> bool:
    """Whether a text is a day that a spreadsheet can hold: its calendar begins in 1900."""
    try:
        return re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) is not None and date.fromisoformat(value).year >= 1900
    except ValueError:
        return False


def _repeat(sheet: Worksheet, fields: Sequence[Field], repeated: Sequence[str], formats: Mapping[str, Format]) -> None:
    """Have the cells under the first row take its value as soon as something else is on their row.

    So a SIRET is typed once, and a row that nobody fills in stays empty. The formula only names cells: what they hold
    is never part of it.
    """
    from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell  # noqa: PLC0415 (as above)

    columns = [column for column, field in enumerate(fields) if field["name"] in repeated]
    others = [column for column in range(len(fields)) if column not in columns]
    if not others:
        return
    for at in range(2, 2 + REPEATED_ROWS):
        filled = ",".join(
            f"{xl_col_to_name(first)}{at + 1}:{xl_col_to_name(last)}{at + 1}" for first, last in _spans(others)
        )
        for column in columns:
            first_cell = xl_rowcol_to_cell(1, column, row_abs=True)
            formula = f'=IF(AND(COUNTA({filled})>0,{first_cell}<>""),{first_cell},"")'
            nothing_yet: Any = _NOTHING_YET  # xlsxwriter's types know numbers only
            # a cell in text format would show the formula itself once somebody has edited it
            kind = _kind(fields[column])
            sheet.write_formula(at, column, formula, formats["general" if kind == "text" else kind], nothing_yet)


def _spans(columns: Sequence[int]) -> list[tuple[int, int]]:
    """Columns that follow one another, as (first, last)."""
    spans: list[tuple[int, int]] = []
    for column in columns:
        if spans and spans[-1][1] == column - 1:
            spans[-1] = (spans[-1][0], column)
        else:
            spans.append((column, column))
    return spans


def _explain(
    sheet: Worksheet,
    title: str,
    words: Sequence[FieldWords],
    sentences: Sequence[str],
    texts: Mapping[str, Any],
    formats: Mapping[str, Format],
) -> None:
    for column, width in enumerate((26, 32, 60, 14, 50, 32)):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, title or texts["columns"], formats["title"])
    sheet.merge_range(1, 0, 1, 5, texts["how"], formats["plain"])
    sheet.set_row(1, 34)
    for column, heading in enumerate(texts["headings"]):
        sheet.write_string(3, column, heading, formats["required"])
    row = 4
    for word in words:
        accepted = word.accepted if not word.cut else f"{word.accepted} ({', '.join(word.choices)})"
        obligation = texts["required" if word.required else "optional"]
        sheet.write_string(row, 0, word.name, formats["name"])
        for column, text in enumerate((word.title, word.meaning, obligation, accepted, word.example), start=1):
            sheet.write_string(row, column, text, formats["cell"])
        row += 1
    if sentences:
        sheet.write_string(row + 1, 0, texts["rules"], formats["title"])
        for offset, sentence in enumerate(sentences, start=2):
            sheet.merge_range(row + offset, 0, row + offset, 5, sentence, formats["plain"])
    sheet.freeze_panes(4, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)


def explanations(sheets: Mapping[str, Sequence[Sequence[str]]]) -> set[str]:
    """Return which sheets of a workbook are those that :func:`write_xlsx` puts beside the data.

    :param sheets: the rows of each sheet by its name
    """
    found: set[str] = set()
    for texts in _TEXTS.values():
        head = [tuple(row[:6]) for row in sheets.get(texts["columns"], ())[:8]]
        if texts["headings"] in head:
            found |= {texts["columns"], texts["lists"]} & sheets.keys()
    return found


__all__ = ["REPEATED_ROWS", "blank_csv", "blank_xlsx", "explanations", "write_xlsx"]
