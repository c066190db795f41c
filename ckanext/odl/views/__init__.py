"""Pages, one blueprint per part."""

from __future__ import annotations

from .atd import odl_atd
from .campaign import odl_campaign
from .collectivite import odl_collectivite
from .datagouv import odl_datagouv
from .datagouv_place import odl_datagouv_place
from .datagouv_review import odl_datagouv_review
from .dcat import odl_dcat
from .deposit import odl_deposit
from .deposit_form import odl_deposit_form
from .deposit_link import odl_deposit_link
from .deposit_split import odl_deposit_split
from .evidence import odl_evidence
from .grid import odl_grid
from .limits import odl_limits
from .members import odl_members
from .models import odl_models
from .openapi import odl_openapi
from .path import odl_path
from .progress_public import odl_progress
from .report import odl_report
from .schemas import odl_schemas
from .territory import odl_territory

__all__ = [
    "odl_atd",
    "odl_campaign",
    "odl_collectivite",
    "odl_datagouv",
    "odl_datagouv_place",
    "odl_datagouv_review",
    "odl_dcat",
    "odl_deposit",
    "odl_deposit_form",
    "odl_deposit_link",
    "odl_deposit_split",
    "odl_evidence",
    "odl_grid",
    "odl_limits",
    "odl_members",
    "odl_models",
    "odl_openapi",
    "odl_path",
    "odl_progress",
    "odl_report",
    "odl_schemas",
    "odl_territory",
]
