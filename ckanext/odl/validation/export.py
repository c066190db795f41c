"""The list of findings as a file for the colleague who owns the data. No cell of it can run as a formula."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from .groups import groups, headline, localise

_HEADERS = {
    "fr": ("Gravité", "Cellule", "Ligne", "Colonne", "Valeur", "Problème", "Que faire", "Code"),
    "en": ("Severity", "Cell", "Row", "Column", "Value", "Problem", "What to do", "Code"),
}
_SEVERITIES = {
    "fr": {"errors": "Erreur", "warnings": "À vérifier", "notices": "Bon à savoir"},
    "en": {"errors": "Error", "warnings": "Worth a look", "notices": "Good to know"},
}
_CAUSES = {
    "fr": (
        "Gravité",
        "Problème",
        "Colonne",
        "Titre",
        "Nombre",
        "Explication",
        "Que faire",
        "Dans Excel",
        "Dans LibreOffice",
    ),
    "en": (
        "Severity",
        "Problem",
        "Column",
        "Title",
        "Number",
        "Explanation",
        "What to do",
        "In Excel",
        "In LibreOffice",
    ),
}
_SHEETS = {"fr": ("Problèmes", "Par cause"), "en": ("Problems", "By cause")}
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")


def neutralise(value: Any) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe goes before ``= + - @``, tab and carriage return,
    unless the text is a plain number (OWASP, CSV injection)."""
    text = "" if value is None else str(value)
    if text and text[0] in "=+-@\t\r\n＝＋－＠" and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def _rows(report: dict[str, Any], language: str) -> list[tuple[str, ...]]:
    words = _SEVERITIES[language]
    rows = []
    for name, severity in words.items():
        for found in report[name]:
            cells = (
                severity,
                found["cell"],
                found["row"],
                found["field"],
                found["value"],
                found["message"],
                found["remedy"],
                found["code"],
            )
            rows.append(tuple(neutralise(cell) for cell in cells))
    return rows


def as_csv(report: dict[str, Any], language: str) -> bytes:
    """The findings as CSV that French Excel opens well: UTF-8 with its mark, semicolons, CRLF."""
    language = language if language in _HEADERS else "fr"
    report = localise(report, language)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEADERS[language])
    writer.writerows(_rows(report, language))
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def as_xlsx(report: dict[str, Any], language: str) -> bytes:
    """The findings as an XLSX of two sheets: every place, then the causes with the gesture that mends them."""
    import xlsxwriter  # noqa: PLC0415 (a quarter of the time that the command takes to start)

    language = language if language in _HEADERS else "fr"
    report = localise(report, language)
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E8EDFF", "border": 1, "text_wrap": True, "valign": "top"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        large = book.add_format({"bold": True, "font_size": 13})
        places = book.add_worksheet(_SHEETS[language][0])
        places.write_string(0, 0, neutralise(report["file"].get("name")), large)
        places.write_string(1, 0, neutralise(headline(report, language)))
        _table(places, 3, _HEADERS[language], _rows(report, language), (12, 9, 8, 24, 28, 60, 60, 20), bold, wrap)
        causes = book.add_worksheet(_SHEETS[language][1])
        words = _SEVERITIES[language]
        by_cause = [
            tuple(
                neutralise(cell)
                for cell in (
                    words[f"{group.severity}s"],
                    group.title,
                    group.column,
                    group.field,
                    group.count,
                    group.explanation,
                    group.remedy,
                    group.excel,
                    group.libreoffice,
                )
            )
            for group in groups(report, language)
        ]
        _table(causes, 0, _CAUSES[language], by_cause, (12, 34, 9, 24, 9, 50, 50, 60, 60), bold, wrap)
    return out.getvalue()


def _table(
    sheet: Any,
    top: int,
    header: tuple[str, ...],
    rows: list[tuple[str, ...]],
    widths: tuple[int, ...],
    bold: Any,
    wrap: Any,
) -> None:
    for column, (name, width) in enumerate(zip(header, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(top, column, name, bold)
    for row, cells in enumerate(rows, top + 1):
        for column, cell in enumerate(cells):
            if cell.isdigit() and len(cell) < 10 and not cell.startswith("0"):
                sheet.write_number(row, column, int(cell), wrap)
            else:
                sheet.write_string(row, column, cell, wrap)
    sheet.freeze_panes(top + 1, 0)
    if rows:
        sheet.autofilter(top, 0, top + len(rows), len(header) - 1)
