"""The deposit of a file: what is seen in it, what is proposed for its page, what it resembles. Knows no CKAN."""

from __future__ import annotations

from .inspection import inspect
from .likeness import alike
from .privacy import columns_key, questions, unanswered
from .proposal import propose
from .sheets import lone_sheet
from .splitting import part

__all__ = ["alike", "columns_key", "inspect", "lone_sheet", "part", "propose", "questions", "unanswered"]
