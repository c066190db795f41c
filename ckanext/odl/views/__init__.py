"""Pages, one blueprint per part."""

from __future__ import annotations

from .collectivite import odl_collectivite
from .path import odl_path
from .report import odl_report
from .schemas import odl_schemas

__all__ = ["odl_collectivite", "odl_path", "odl_report", "odl_schemas"]
