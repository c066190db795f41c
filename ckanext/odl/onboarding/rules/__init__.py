"""The rules, by the names that the definition uses. Each is pure: snapshot, parameters, day → state and reasons."""

from __future__ import annotations

from . import community, evidence, freshness, identity, inventory, national, people, publication, quality
from .base import RULES, SHARED, Rule, param_is_right

__all__ = [
    "RULES",
    "SHARED",
    "Rule",
    "community",
    "evidence",
    "freshness",
    "identity",
    "inventory",
    "national",
    "param_is_right",
    "people",
    "publication",
    "quality",
]
