"""A report as a page shows it: its causes with their excerpts, the rows to correct by pages."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.odl.language import language
from ckanext.odl.validation import Group, groups
from ckanext.odl.views import spreadsheet

#: Places of one cause written out; the others are in the report for the spreadsheet.
_LISTED_PLACES = 100
#: Causes that are open from the start: those that mend most.
UNFOLDED = 3


def details(report: dict[str, Any], page: int, *, is_typed: bool = False) -> dict[str, Any]:
    """What is written under the headline of a report: ``causes`` (errors), of which ``unfolded`` are open from the
    start, ``places`` (the columns that they are in), ``warnings``, ``notices``, the ``sheet`` of one page of the rows
    to correct.

    :param page: counted from 1
    :param is_typed: the table was typed on a page of the portal: no spreadsheet is spoken of
    """
    causes = [
        {**_cause(report, group), "anchor": f"cause-{n}"} for n, group in enumerate(groups(report, language()), 1)
    ]
    if is_typed:
        causes = [{**cause, "excel": "", "libreoffice": ""} for cause in causes]
    errors = [cause for cause in causes if cause["severity"] == "error"]
    sheet, kept = spreadsheet.wrong_rows(report, page)
    pages = -(-kept // spreadsheet.ROWS_PER_PAGE)
    return {
        "causes": errors,
        "places": _places(report, errors),
        "unfolded": UNFOLDED,
        "warnings": [cause for cause in causes if cause["severity"] == "warning"],
        "notices": [cause for cause in causes if cause["severity"] == "notice"],
        "sheet": sheet,
        "rows_kept": kept,
        "page": min(page, max(1, pages)),
        "page_asked": "page" in tk.request.args,
        "pages": pages,
    }


def _places(report: dict[str, Any], causes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The columns with something to correct, from left to right, each with its causes; the table as a whole first."""
    order = {name: number for number, name in enumerate(report["extract"]["header"])}
    places: dict[Any, dict[str, Any]] = {}
    for number, cause in enumerate(causes, 1):
        column = cause["column"] if cause["field"] else None  # what is said of whole rows is of no column
        key = column or cause["field"]
        place = {"column": column, "field": cause["field"], "unit": cause["unit"], "cells": 0, "causes": []}
        found = places.setdefault(key, place)
        found["cells"] += cause["cells"]
        found["unit"] = cause["unit"] if found["unit"] == cause["unit"] else "problem"
        found["causes"].append({"number": number, "anchor": cause["anchor"], "title": cause["title"]})
    known = [(key is not None, len(str(place["column"] or "")), str(place["column"] or ""), order.get(key, 0), place)
             for key, place in places.items()]  # fmt: skip
    return [one[-1] for one in sorted(known, key=lambda one: one[:-1])]


def _cause(report: dict[str, Any], group: Group) -> dict[str, Any]:
    cause = group.to_dict()
    places, cells = cause["places"], cause["count"]
    others = [place for place in places if place.get("cell")][spreadsheet.EXAMPLES :][:_LISTED_PLACES]
    return {
        **cause,
        "sheet": spreadsheet.excerpt(report, places, cause["severity"]),
        "others": others,
        "cells": cells,
        "rest": cells - spreadsheet.EXAMPLES,
        "unlisted": cells - spreadsheet.EXAMPLES - len(others),
    }
