"""Versions of schemas that a portal brought from the national catalogue, beside those that ship with the extension.

Where they are kept is the business of whoever has them: :func:`provide` says how to get them. Nothing provided, the
catalogue is the packaged one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Kind = Literal["table", "geojson", "json"]


@dataclass(frozen=True)
class BroughtVersion:
    """One version of a schema as the national catalogue gave it. It never changes."""

    id: str
    version: str
    kind: Kind
    title: str
    """Of the schema, in French; of use when no version of it ships with the extension."""
    description: str
    url: str
    """The national address of the file."""
    content: str
    """The schema file: a Table Schema or a JSON Schema, as JSON."""
    day: str
    """When it was brought, in ISO 8601."""


Brought = tuple[BroughtVersion, ...]

NOTHING: Brought = ()


def _nothing() -> Brought:
    return NOTHING


_provider: Callable[[], Brought] = _nothing


def provide(provider: Callable[[], Brought]) -> None:
    """Say where the versions brought are to be had.

    :param provider: called for each use of the catalogue; it answers with the same tuple as long as nothing changed
    """
    global _provider
    _provider = provider


def brought() -> Brought:
    """The versions brought, as they are now."""
    return _provider()


def dump(versions: Iterable[BroughtVersion]) -> bytes:
    """The versions as bytes for another process, see :func:`restore`."""
    return json.dumps([asdict(version) for version in versions]).encode()


def restore(content: bytes) -> Brought:
    """The versions that :func:`dump` wrote; none for no bytes."""
    return tuple(BroughtVersion(**version) for version in json.loads(content)) if content else NOTHING
