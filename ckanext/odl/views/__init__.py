"""Pages, one blueprint per part."""

from __future__ import annotations

from .atd import odl_atd
from .collectivite import odl_collectivite
from .dcat import odl_dcat
from .evidence import odl_evidence
from .limits import odl_limits
from .path import odl_path
from .progress_public import odl_progress
from .report import odl_report
from .schemas import odl_schemas
from .territory import odl_territory

__all__ = [
    "odl_atd",
    "odl_collectivite",
    "odl_dcat",
    "odl_evidence",
    "odl_limits",
    "odl_path",
    "odl_progress",
    "odl_report",
    "odl_schemas",
    "odl_territory",
]
