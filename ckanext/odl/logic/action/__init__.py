"""Actions of the extension, by subject."""

from __future__ import annotations

from .atd import odl_call_list, odl_group_update
from .collectivite import group_update, member_create, member_delete, organization_create, organization_update
from .progress_public import odl_progress_public_list
from .schema import odl_schema_list, odl_schema_show
from .validation import odl_validate, odl_validation_list, odl_validation_run, odl_validation_show

__all__ = [
    "group_update",
    "member_create",
    "member_delete",
    "odl_call_list",
    "odl_group_update",
    "odl_progress_public_list",
    "odl_schema_list",
    "odl_schema_show",
    "odl_validate",
    "odl_validation_list",
    "odl_validation_run",
    "odl_validation_show",
    "organization_create",
    "organization_update",
]
