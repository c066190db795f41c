"""Actions of the extension, by subject."""

from __future__ import annotations

from .schema import odl_schema_list, odl_schema_show
from .validation import odl_validate, odl_validation_list, odl_validation_run, odl_validation_show

__all__ = [
    "odl_schema_list",
    "odl_schema_show",
    "odl_validate",
    "odl_validation_list",
    "odl_validation_run",
    "odl_validation_show",
]
