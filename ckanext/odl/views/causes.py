"""A report as a page shows it: its causes with their excerpts, the rows to correct by pages."""

from __future__ import annotations

from typing import Any

from ckanext.odl.language import language
from ckanext.odl.validation import Group, groups
from ckanext.odl.views import spreadsheet

#: Places of one cause written out; the others are in the report for the spreadsheet.
_LISTED_PLACES = 100


def details(report: dict[str, Any], page: int) -> dict[str, Any]:
    """What is written under the headline of a report: ``causes`` (errors), ``warnings``, ``notices``, the ``sheet`` of
    one page of the rows to correct.

    :param page: counted from 1
    """
    causes = [_cause(report, group) for group in groups(report, language())]
    sheet, kept = spreadsheet.wrong_rows(report, page)
    pages = -(-kept // spreadsheet.ROWS_PER_PAGE)
    return {
        "causes": [cause for cause in causes if cause["severity"] == "error"],
        "warnings": [cause for cause in causes if cause["severity"] == "warning"],
        "notices": [cause for cause in causes if cause["severity"] == "notice"],
        "sheet": sheet,
        "rows_kept": kept,
        "page": min(page, max(1, pages)),
        "pages": pages,
    }


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
