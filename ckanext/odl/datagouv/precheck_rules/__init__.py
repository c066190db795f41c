"""Where each rule of ``precheck.yaml`` applies: one function by code, which looks and says no word."""

from __future__ import annotations

from . import dataset, files, program
from .rule import RULES, Hit

#: By CKAN's API, what is narrowed to one organization is read in one page, without a second one.
MOST_BY_API = 1000
MANY_BY_API = 900

__all__ = ["MANY_BY_API", "MOST_BY_API", "RULES", "Hit", "dataset", "files", "program"]
