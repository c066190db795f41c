"""Pages, one blueprint per part."""

from __future__ import annotations

from .collectivite import odl_collectivite
from .evidence import odl_evidence
from .report import odl_report
from .schemas import odl_schemas
from .territory import odl_territory

__all__ = [
    "odl_collectivite",
    "odl_evidence",
    "odl_report",
    "odl_schemas",
    "odl_territory",
]
