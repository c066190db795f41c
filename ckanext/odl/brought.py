"""The versions of schemas brought from the national catalogue, as every process of the portal has them at hand.

They are in the database (:class:`~ckanext.odl.model.SchemaVersion`). A process keeps them and asks at most once a
second whether they are still the same; as long as the database says nothing, what was known goes on.
"""

from __future__ import annotations

import logging
import threading
import time

from ckan.model import meta
from sqlalchemy.exc import SQLAlchemyError

from ckanext.odl import scdl
from ckanext.odl.model import SchemaVersion
from ckanext.odl.scdl import BroughtVersion

log = logging.getLogger(__name__)

_FRESH_SECONDS = 1.0
_PATIENCE_SECONDS = 5.0

_NOTHING: tuple[BroughtVersion, ...] = ()


class _Kept:
    """What this process knows, and until when it is taken to be so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0
        self._stamp: tuple[object, ...] | None = None
        self.versions = _NOTHING

    def get(self) -> tuple[BroughtVersion, ...]:
        # Who finds the lock taken goes on with what is known: nobody waits for another one's question.
        if time.monotonic() >= self._until and self._lock.acquire(blocking=False):
            try:
                self._refresh()
            finally:
                self._lock.release()
        return self.versions

    def forget(self) -> None:
        self._until = 0.0

    def _refresh(self) -> None:
        self._until = time.monotonic() + _FRESH_SECONDS
        if meta.engine is None:
            return
        try:
            with meta.engine.connect() as connection:
                stamp = SchemaVersion.stamp(connection)
                if stamp != self._stamp:
                    self.versions = SchemaVersion.everything(connection) if stamp[0] else _NOTHING
                    self._stamp = stamp
        except SQLAlchemyError as error:  # out of reach, or its table is not made yet
            self._until = time.monotonic() + _PATIENCE_SECONDS
            log.warning("The versions brought from the national catalogue cannot be read now: %s", type(error).__name__)


_kept = _Kept()


def install() -> None:
    """Have the catalogue of this process know what the portal brought."""
    scdl.provide(_kept.get)


def forget() -> None:
    """Ask the database anew at the next use: something was just added."""
    _kept.forget()


def be_sure_of(schema_id: str, version: str) -> None:
    """Ask the database at once when this process does not know a version that another one does already."""
    if schema_id:
        try:
            scdl.catalogue().parse(f"{schema_id}@{version}")
        except scdl.UnknownSchema:
            forget()
