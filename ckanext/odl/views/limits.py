"""The page of the limits: what the checker takes, in words, as this portal has set it."""

from __future__ import annotations

from ckan.plugins import toolkit as tk
from flask import Blueprint

from ckanext.odl import config, helpers

from . import csrf

odl_limits = Blueprint("odl_limits", __name__, url_prefix="/odl")
csrf.protect(odl_limits)


@odl_limits.route("/limites")
def read() -> str:
    """What is taken, and what happens beyond."""
    limits = config.limits()
    size, number = helpers.odl_size, helpers.odl_number
    seconds = config.seconds()
    lines = [
        (tk._("A file put on this portal"), size(config.largest_upload())),
        (tk._("A text file (CSV, TSV) that is checked"), size(limits["TEXT_BYTES"])),
        (tk._("A spreadsheet (XLSX, XLS, ODS) that is checked"), size(limits["SPREADSHEET_BYTES"])),
        (tk._("A JSON or GeoJSON file that is checked"), size(limits["JSON_BYTES"])),
        (tk._("Rows"), number(limits["ROWS"])),
        (tk._("Columns"), number(limits["COLUMNS"])),
        (tk._("Cells of one sheet"), number(limits["SPREADSHEET_CELLS"])),
        (tk._("Characters in one cell"), number(limits["CELL_CHARACTERS"])),
        (tk._("Characters in one line of a text file"), number(limits["LINE_CHARACTERS"])),
        (tk._("Sheets of a spreadsheet"), number(limits["SHEETS"])),
        (tk._("A spreadsheet once unpacked"), size(limits["ARCHIVE_BYTES"])),
        (tk._("Levels of nesting in a JSON file"), number(limits["JSON_DEPTH"])),
        (tk._("Digits of a number"), number(limits["NUMBER_DIGITS"])),
        (
            tk._("Time to check one file"),
            tk.ungettext("{n} second", "{n} seconds", seconds).format(n=seconds),
        ),
    ]
    return tk.render("odl/limits.html", {"lines": lines, "formats": config.upload_formats()})
