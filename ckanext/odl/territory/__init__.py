"""Who and where a collectivité is: the official codes and what makes them right. Knows no CKAN."""

from __future__ import annotations

from .identity import (
    LEVELS,
    Territory,
    insee_is_valid,
    luhn_is_valid,
    parse_territory,
    siren_is_valid,
    siret_is_valid,
)

__all__ = [
    "LEVELS",
    "Territory",
    "insee_is_valid",
    "luhn_is_valid",
    "parse_territory",
    "siren_is_valid",
    "siret_is_valid",
]
