"""The national custom checks (keys ``custom_checks`` and, per field, ``customCheck``) under old and new names."""

from __future__ import annotations

from .registry import CellCheck, RowCheck, TableChecks, build_checks

__all__ = ["CellCheck", "RowCheck", "TableChecks", "build_checks"]
