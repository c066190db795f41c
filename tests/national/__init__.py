"""A stand-in of data.gouv.fr on loopback, with the faults that a national portal may have. Its data are invented."""

from __future__ import annotations

from .records import invented, organization
from .server import Fault, NationalServer

__all__ = ["Fault", "NationalServer", "invented", "organization"]
