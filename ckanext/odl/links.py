"""Files that stay where they are: a link that declares a model is read by a worker, through the guarded client.

What such a file is cannot be known without reading it. So its identity is what the portal is told of it: its address,
its checksum, its date. When one of them changes, it is read and checked again.
"""

from __future__ import annotations

import hashlib
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from ckanext.odl import config
from ckanext.odl.fetch import FetchError, Guard

SECONDS = 120.0


class LinkError(Exception):
    """The file behind a link could not be had. ``code`` is one of :class:`ckanext.odl.fetch.FetchError`, or the
    status that answered instead of 200."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_readable(resource: dict[str, Any]) -> bool:
    """Whether a resource is a link that may be read: by https (and to this machine, where tests are made)."""
    if resource.get("url_type") == "upload":
        return False
    try:
        parts = urlsplit(resource.get("url") or "")
        is_here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost") and config.datagouv_loopback()
        return bool(parts.hostname) and (parts.scheme == "https" or is_here)
    except ValueError:
        return False


def key(resource: dict[str, Any]) -> str:
    """What stands for the content of a link: 64 hexadecimal digits that change with its address, checksum or date."""
    date = resource.get("last_modified")
    date = date.isoformat() if hasattr(date, "isoformat") else date or ""
    said = (resource.get("url") or "", resource.get("hash") or "", date)
    return hashlib.sha256("\n".join(("link", *said)).encode()).hexdigest()


def name(resource: dict[str, Any]) -> str:
    """The name of the file: that of its address when it has an ending, else that of the resource."""
    last = unquote(urlsplit(resource.get("url") or "").path).rstrip("/").rpartition("/")[2]
    if "." in last.strip("."):
        return last[:200]
    given = " ".join((resource.get("name") or last or "fichier").split()).replace("/", "-")[:200]
    ending = (resource.get("format") or "").strip().lower()
    return given if not ending.isalnum() or given.lower().endswith(f".{ending}") else f"{given}.{ending}"


def fetch(resource: dict[str, Any], copy: IO[bytes]) -> None:
    """Write the file behind a link into *copy*; never to be called where a person waits.

    The largest file that may be uploaded is the largest that is read.

    :raises LinkError: it could not be had
    """
    guard = Guard(loopback=config.datagouv_loopback(), seconds=SECONDS, most_bytes=config.largest_upload())
    try:
        answer = guard.fetch(resource["url"])
    except FetchError as error:
        raise LinkError(error.code) from None
    if answer.status != 200:
        raise LinkError(str(answer.status))
    copy.write(answer.content)
