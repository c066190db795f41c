"""Repairs of a table: proposed, shown, chosen, written to a new file. The original is never touched.

proposed = proposals("subventions.csv", "scdl/subventions")
repair("subventions.csv", "scdl/subventions", {"date:dateConvention": True}, outputs=[repaired, changes])

A proposal is a value that the field's own rule gives and accepts. What depends on the person (is 03/04 in March?) is
asked; what is only likely is shown and not chosen; what is lost is said to be lost.
"""

from __future__ import annotations

from .apply import FORMATS, repair
from .proposals import default_choices, find, proposals, told, verdict
from .words import changes_told

__all__ = ["FORMATS", "changes_told", "default_choices", "find", "proposals", "repair", "told", "verdict"]
