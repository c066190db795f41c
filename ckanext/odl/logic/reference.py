"""What the official reference of territories says of an organization, from its stored fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ckanext.odl import territory
from ckanext.odl.onboarding import KINDS


def identity(fields: Mapping[str, str]) -> dict[str, Any]:
    """The identity of a :class:`~ckanext.odl.onboarding.Snapshot`: kind, numbers, population and its year.

    :param fields: the fields of the organization that are not CKAN's own
    """
    kind = fields.get("odl_kind") if fields.get("odl_kind") in KINDS else None
    siren, insee = fields.get("odl_siren") or None, fields.get("odl_insee") or None
    population, year = _number(fields.get("odl_population")), _number(fields.get("odl_population_year"))
    if population is None and (body := _body(kind, siren, insee)):
        population, year = body.population, body.population_year
    return {
        "kind": kind,
        "siren": siren,
        "insee": insee,
        **asdict(territory.listing(kind, siren, insee)),
        "population": population,
        "population_year": year,
    }


def _body(kind: str | None, siren: str | None, insee: str | None) -> territory.Body | None:
    if kind == "commune" and insee:
        return territory.commune(insee)
    return territory.body(f"epci:{siren}") if kind == "epci" and siren else None


def department(fields: Mapping[str, str]) -> str:
    """Code of the département: the field, else what the INSEE code of a commune begins with; empty when unknown."""
    if fields.get("odl_department"):
        return fields["odl_department"]
    insee = fields.get("odl_insee") or ""
    return insee[:3] if insee.startswith(("97", "98")) else insee[:2]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None
