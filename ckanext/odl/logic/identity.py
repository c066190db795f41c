"""One choice tells who a collectivité is: its codes, its kind, its name and its population come from the reference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.odl import territory
from ckanext.odl.territory import Body

FIND = "odl_find"
"""What was typed in the search box of the form."""
PICKED = "odl_identity"
"""The line that was chosen: :attr:`~ckanext.odl.territory.Body.id`."""

CODES = ("odl_siren", "odl_insee")
"""The fields that tell one collectivité from all others."""
_FACTS = ("odl_population", "odl_population_year", "odl_department")


def complete(data: Mapping[str, Any], present: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return *data* with what the reference knows of the collectivité.

    A line that was picked decides its kind and codes. Otherwise only what is empty is filled in, from the code that is
    given; population and département also follow when the code has changed and they have not.

    :param data: the fields of an organization, as a form or a call gives them
    :param present: the fields that are stored, None on creation
    :raises ValidationError: a search without a choice, or a choice that is not in the reference
    """
    filled = dict(data)
    find, picked = (_text(filled.pop(name, "")) for name in (FIND, PICKED))
    if picked:
        return _as_picked(filled, picked, present)
    if find and not any(_text(filled.get(name)) for name in ("odl_kind", *CODES)):
        raise tk.ValidationError(
            {PICKED: [tk._("Choose the local authority among the answers, or empty this box and fill in the others.")]}
        )
    body = _recognised(filled)
    if body:
        _fill(filled, {"odl_kind": body.kind, "odl_siren": body.siren, "odl_insee": body.insee})
        if present is None:
            _fill(filled, {"title": body.name})
    facts = _facts(body) if body else {"odl_department": _department(filled)}
    moved = present is not None and any(_text(filled.get(name)) != _text(present.get(name)) for name in CODES)
    for name in _FACTS:
        typed = _text(filled.get(name))
        if not typed or (present and moved and typed == _text(present.get(name))):
            filled[name] = facts.get(name, "")
    return filled


def new_codes(data: Mapping[str, Any], present: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return the codes of *data*, by field, as they are stored; those that are *present* already are left out."""
    codes = {name: re.sub(r"\s", "", _text(data.get(name))).upper() for name in CODES}
    return {name: code for name, code in codes.items() if code and code != _text((present or {}).get(name))}


def _as_picked(filled: dict[str, Any], picked: str, present: Mapping[str, Any] | None) -> dict[str, Any]:
    body = territory.body(picked)
    if body is None:
        raise tk.ValidationError({PICKED: [tk._("This line is no longer in the official list. Search again.")]})
    filled |= {"odl_kind": body.kind, "odl_insee": body.insee, **_facts(body)}
    if body.siren or body.kind == "commune":
        filled["odl_siren"] = body.siren
    if present is None:
        _fill(filled, {"title": body.name})
    return filled


def _facts(body: Body) -> dict[str, str]:
    population = "" if body.population is None else str(body.population)
    year = "" if body.population_year is None else str(body.population_year)
    return {"odl_population": population, "odl_population_year": year, "odl_department": body.department}


def _fill(data: dict[str, Any], values: Mapping[str, str]) -> None:
    for name, value in values.items():
        if value and not _text(data.get(name)):
            data[name] = value


def _recognised(data: Mapping[str, Any]) -> Body | None:
    """Return the body of the INSEE code, else of the SIREN, that is given, when it is of the kind that is said."""
    kind = _text(data.get("odl_kind"))
    insee, siren = (re.sub(r"\s", "", _text(data.get(name))).upper() for name in ("odl_insee", "odl_siren"))
    if insee:
        found = territory.commune(insee) if kind in ("", "commune") else None
        return found if found and not found.remark else None
    body = territory.by_siren(siren) if siren else None
    return body if body and kind in ("", body.kind) else None


def _department(data: Mapping[str, Any]) -> str:
    """Return the département that the INSEE code begins with, "" when it is that of none."""
    insee = re.sub(r"\s", "", _text(data.get("odl_insee"))).upper()
    if not territory.insee_is_valid(insee):
        return ""
    code = insee[:3] if insee.startswith(("97", "98")) else insee[:2]
    return code if territory.department(code) else ""


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
