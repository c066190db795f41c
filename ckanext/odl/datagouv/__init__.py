"""The links with data.gouv.fr, the national portal (a udata): what is read there and what it means here, what leaves.

Knows no CKAN.

Source: https://www.data.gouv.fr/api/1/swagger.json (udata's own description of its API, version 1).
"""

from __future__ import annotations

from .client import AGENT, Client, Fetch, Incomplete, Listing
from .errors import DatagouvError

__all__ = ["AGENT", "Client", "DatagouvError", "Fetch", "Incomplete", "Listing"]
