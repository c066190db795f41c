"""What the official list of territories says of an organization, from its stored fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.odl.onboarding import KINDS


def identity(fields: Mapping[str, str]) -> dict[str, Any]:
    """The identity of a :class:`~ckanext.odl.onboarding.Snapshot`: kind, numbers, population and its year.

    :param fields: the fields of the organization that are not CKAN's own
    """
    kind = fields.get("odl_kind") if fields.get("odl_kind") in KINDS else None
    return {
        "kind": kind,
        "siren": fields.get("odl_siren") or None,
        "insee": fields.get("odl_insee") or None,
        "population": _number(fields.get("odl_population")),
        "population_year": _number(fields.get("odl_population_year")),
    }


def department(fields: Mapping[str, str]) -> str:
    """Code of the département: the field, else what the INSEE code of a commune begins with; empty when unknown."""
    if fields.get("odl_department"):
        return fields["odl_department"]
    insee = fields.get("odl_insee") or ""
    return insee[:3] if insee.startswith(("97", "98")) else insee[:2]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None
