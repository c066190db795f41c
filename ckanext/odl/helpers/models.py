"""What the pages of half-filled models and typed tables say."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.odl.logic.table import Checked

from .pages import odl_number

_NARROW = "\u202f"


def odl_siret(number: str) -> str:
    """A SIRET in groups, as letters print it: ``214 801 508 00012``."""
    if len(number) != 14:
        return number
    return _NARROW.join((number[:3], number[3:6], number[6:9], number[9:]))


def odl_siret_source(siret: Any) -> str:
    """Where the SIRET comes from, in words; "" when somebody typed it here."""
    if siret.source == "datagouv":
        return tk._("known from data.gouv.fr")
    if siret.source == "file":
        return tk._("read in “{name}”").format(name=siret.name)
    return ""


def odl_table_standing(checked: Checked) -> str:
    """How a typed table stands, in a sentence or two with figures."""
    if checked.status == "empty":
        return tk._("The table is empty for now.")
    if checked.status == "incomplete":
        return tk._("The table could not be checked to the end. Try again in a moment.")
    if checked.status == "valid":
        words = tk.ungettext(
            "The row is good: you can go on.", "The {count} rows are good: you can go on.", checked.filled
        ).format(count=odl_number(checked.filled))
    else:
        words = tk.ungettext(
            "{good} row of {filled} is good.", "{good} rows of {filled} are good.", checked.good
        ).format(good=odl_number(checked.good), filled=odl_number(checked.filled))
        left = tk.ungettext("{count} thing to correct.", "{count} things to correct.", checked.errors)
        words = f"{words} {left.format(count=odl_number(checked.errors))}"
    if checked.changed:
        written = tk.ungettext(
            "{count} cell was written as the model wants it.",
            "{count} cells were written as the model wants them.",
            checked.changed,
        ).format(count=odl_number(checked.changed))
        words = f"{words} {written}"
    return words
