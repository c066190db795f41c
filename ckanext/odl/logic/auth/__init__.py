"""Who may call which action."""

from __future__ import annotations

from .validation import odl_validate, odl_validation_list, odl_validation_run, odl_validation_show

__all__ = ["odl_validate", "odl_validation_list", "odl_validation_run", "odl_validation_show"]
