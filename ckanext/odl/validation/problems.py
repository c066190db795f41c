"""What can go wrong, before it is put into words: refusals of a file, of a schema, and problems of a cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class Unreadable(Exception):
    """The file cannot be read as a table. ``code`` is one of the unreadable codes; ``params`` feeds its sentence."""

    def __init__(self, code: str, *, row: int | None = None, column: int | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.row = row
        self.column = column
        self.params = params


class SchemaRefused(ValueError):
    """The schema is unknown or unusable: the caller's mistake, not the file's. ``code`` is a ``schema-*`` code."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code}: {params}")
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Problem:
    """A problem of one value, independent of where it stands.

    ``column`` is the schema's name of the column to mark when it is not the column being judged (row checks).
    """

    code: str
    severity: str = "error"
    params: dict[str, Any] = field(default_factory=dict)
    column: str | None = None
