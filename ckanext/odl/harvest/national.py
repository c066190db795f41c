"""The portal's way to data.gouv.fr for what runs in the background: patient, and no faster than the settings say."""

from __future__ import annotations

from urllib.parse import urlsplit

from ckanext.odl import config
from ckanext.odl.datagouv import AGENT, Client
from ckanext.odl.fetch import Guard


def client() -> Client:
    """A client of the data.gouv.fr that the settings name; it can ask no other machine."""
    url = config.datagouv_url()
    guard = Guard(hosts=[urlsplit(url).hostname or ""], loopback=config.datagouv_loopback(), agent=AGENT)
    return Client(guard.fetch, url, rate=config.datagouv_rate())
