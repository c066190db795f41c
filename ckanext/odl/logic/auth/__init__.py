"""Who may call which action."""

from __future__ import annotations

from .collectivite import organization_create, organization_update
from .schema import odl_schema_list, odl_schema_show
from .territory import odl_territory_search, odl_territory_show
from .validation import odl_validate, odl_validation_list, odl_validation_run, odl_validation_show

__all__ = [
    "odl_schema_list",
    "odl_schema_show",
    "odl_territory_search",
    "odl_territory_show",
    "odl_validate",
    "odl_validation_list",
    "odl_validation_run",
    "odl_validation_show",
    "organization_create",
    "organization_update",
]
