"""Who and where a collectivité is: official codes, what makes them right, and the reference of all. Knows no CKAN."""

from __future__ import annotations

from .bodies import KINDS, Body, Remark, Stratum, strata, stratum
from .checking import IdentityProblem, Listing, identity_problems, listing
from .identity import (
    LEVELS,
    Territory,
    insee_is_valid,
    luhn_is_valid,
    parse_territory,
    siren_is_valid,
    siret_is_valid,
)
from .naming import Name, of, to, with_article
from .reference import Reference, reference
from .searching import by_insee, by_siren, search

__all__ = [
    "KINDS",
    "LEVELS",
    "Body",
    "IdentityProblem",
    "Listing",
    "Name",
    "Reference",
    "Remark",
    "Stratum",
    "Territory",
    "body",
    "by_insee",
    "by_siren",
    "commune",
    "department",
    "identity_problems",
    "insee_is_valid",
    "listing",
    "luhn_is_valid",
    "members",
    "of",
    "parse_territory",
    "reference",
    "region",
    "search",
    "siren_is_valid",
    "siret_is_valid",
    "strata",
    "stratum",
    "to",
    "with_article",
]


def body(identity: str) -> Body | None:
    """Return the body of an identity, kind and code (``commune:48095``, :attr:`Body.id`), None when there is none."""
    return reference().get(identity)


def commune(code: str) -> Body | None:
    """Return today's commune of an INSEE code; with a remark when it is a former code or that of a part."""
    return reference().commune(code)


def department(code: str) -> Body | None:
    """Return the département of a code (``48``, ``2A``, ``974``, overseas collectivités too)."""
    return reference().department(code)


def region(code: str) -> Body | None:
    """Return the région of an INSEE code (``76``)."""
    return reference().region(code)


def members(siren: str) -> list[Body]:
    """Return the communes of an EPCI with own taxes, by its SIREN, in the order of their codes."""
    return reference().members(siren)
