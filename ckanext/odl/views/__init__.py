"""Pages, one blueprint per part."""

from __future__ import annotations

from .schemas import odl_schemas

__all__ = ["odl_schemas"]
