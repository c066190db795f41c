"""Validators of what identifies a collectivité: its codes, held against the reference, and its population."""

from __future__ import annotations

import re
from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from ckanext.odl.language import language
from ckanext.odl.territory import department, identity_problems, insee_is_valid, siren_is_valid, siret_is_valid

from . import collectivite, fields
from .fields import text


def odl_siren(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """A SIREN: nine digits with their key, not that of another body; a SIRET is cut to its SIREN."""
    digits = re.sub(r"\s", "", text(data.get(key)))
    if len(digits) == 14 and siren_is_valid(digits[:9]):
        digits = digits[:9]
    if not re.fullmatch(r"[0-9]{9}", digits):
        raise tk.Invalid(tk._("A SIREN has nine digits, for instance 214 801 508. Copy it from an official letter."))
    if not siren_is_valid(digits):
        raise tk.Invalid(tk._("There is a typing mistake in this SIREN: its last digit does not match the others."))
    data[key] = digits
    _hold_against_the_reference("siren", data, context)


def odl_siret(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """A SIRET: fourteen digits with their key, the first nine the SIREN of the same collectivité."""
    digits = re.sub(r"\s", "", text(data.get(key)))
    if not re.fullmatch(r"[0-9]{14}", digits):
        raise tk.Invalid(tk._("A SIRET has fourteen digits, for instance 214 801 508 00012. Copy it from an invoice."))
    if not siret_is_valid(digits):
        raise tk.Invalid(tk._("There is a typing mistake in this SIRET: its last digit does not match the others."))
    siren = re.sub(r"\s", "", text(data.get(("odl_siren",))))
    if siren and digits[:9] != siren[:9]:
        raise tk.Invalid(tk._("This SIRET is that of another body: the SIREN here is {siren}.").format(siren=siren))
    data[key] = digits


def odl_insee(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """The INSEE code of a commune (Corsica with its letter); other kinds have none."""
    code = re.sub(r"\s", "", text(data.get(key))).upper()
    if text(data.get(("odl_kind",))) not in ("", "commune"):
        raise tk.Invalid(tk._("Only municipalities have an INSEE code. Empty this field."))
    if re.fullmatch(r"20\d{3}", code):
        raise tk.Invalid(tk._("In Corsica the INSEE code begins with 2A or 2B, for instance 2A004."))
    if not insee_is_valid(code):
        raise tk.Invalid(
            tk._("An INSEE code has five characters, for instance 48150 or 2A004. It is not the postal code.")
        )
    data[key] = code
    _hold_against_the_reference("insee", data, context)


def _hold_against_the_reference(field: str, data: FlattenDataDict, context: Context) -> None:
    """Refuse a code that the reference contradicts; what it does not know, and what was there before, passes."""
    names = ("odl_kind", "odl_siren", "odl_insee")
    typed = {name: text(data.get((name,))) for name in names}
    existing = fields.existing(data, context, "group")
    if existing is not None and typed == {name: collectivite.fields(existing).get(name) or "" for name in names}:
        return
    for problem in identity_problems(typed["odl_kind"], typed["odl_siren"], typed["odl_insee"]):
        if problem.field == field and problem.certain:
            raise tk.Invalid(problem.sentence(language()))


def odl_department_code(value: Any) -> Any:
    """The code of a département or of an overseas collectivité."""
    code = text(value).upper()
    if code and department(code) is None:
        raise tk.Invalid(tk._("“{value}” is not in the list. Choose one of its lines.").format(value=value))
    return code or value


def odl_inhabitants(value: Any) -> Any:
    """A number of inhabitants, with or without spaces between thousands."""
    figures = re.sub(r"[\s\u00a0\u202f.]", "", str(value))
    if not re.fullmatch(r"[0-9]{1,8}", figures):
        raise tk.Invalid(tk._("Write the number of inhabitants in figures, for instance 1250."))
    return str(int(figures))


def odl_census_year(value: Any) -> Any:
    """The year of a population."""
    if not re.fullmatch(r"(?:19|20)[0-9]{2}", str(value).strip()):
        raise tk.Invalid(tk._("Write the year in four figures, for instance 2023."))
    return str(value).strip()
