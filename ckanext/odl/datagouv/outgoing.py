"""What leaves for data.gouv.fr, and in which form: decisions only, from plain values to plain values.

The forms are those that udata (the software of data.gouv.fr, read in version 17.18) keeps whole:
``udata/core/dataset/rdf.py`` for a DCAT feed, ``udata/harvest/backends/ckan`` for the API of CKAN (:mod:`.mirrored`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from .outgoing_values import (
    Agent,
    Contact,
    Licence,
    Outlines,
    Place,
    checksum,
    contact,
    day,
    dicts,
    frequency,
    licence,
    moment,
    place,
    publisher,
    schema_url,
    web_address,
)
from .texts import description, plain

#: The codes that say why a dataset stays here, in the order in which they are looked at.
NOT_A_DATASET, PRIVATE, DRAFT, DELETED, FROM_DATAGOUV, WITHHELD, OWN_HARVESTER = REASONS = (
    "not-a-dataset", "private", "draft", "deleted", "from-datagouv", "withheld", "own-harvester",
)  # fmt: skip

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class File:
    """One file or link. ``size`` in bytes; ``checksum`` is (address of the algorithm, hexadecimal digits)."""

    uri: str
    id: str
    url: str
    title: str
    description: str = ""
    format: str = ""
    media_type: str = ""
    size: int | None = None
    checksum: tuple[str, str] | None = None
    schema_url: str = ""
    is_api: bool = False
    created: dt.datetime | None = None
    modified: dt.datetime | None = None


@dataclass(frozen=True)
class Record:
    """A dataset as it leaves."""

    uri: str
    identifier: str
    page: str
    title: str
    description: str = ""
    keywords: tuple[str, ...] = ()
    theme: str = ""
    licence: Licence | None = None
    frequency: str = ""
    start: dt.date | None = None
    end: dt.date | None = None
    place: Place | None = None
    publisher: Agent | None = None
    contact: Contact | None = None
    created: dt.datetime | None = None
    modified: dt.datetime | None = None
    files: tuple[File, ...] = field(default=())


def withheld(
    package: Mapping[str, Any], *, from_datagouv: bool = False, held_back: bool = False, own_harvester: bool = False
) -> str | None:
    """Tell why a dataset does not leave, None when it does.

    :param package: with ``type``, ``private`` and ``state``
    :param from_datagouv: it came from data.gouv.fr
    :param held_back: nothing of its organization is to leave, so the ATD decided
    :param own_harvester: the feed is that of an ATD, and the organization has a harvester of its own
    :returns: one of :data:`REASONS`
    """
    state = package.get("state") or "active"
    looked_at = (
        (NOT_A_DATASET, (package.get("type") or "dataset") != "dataset"),
        (PRIVATE, bool(package.get("private"))),
        (DRAFT, state.startswith("draft")),
        (DELETED, state != "active"),
        (FROM_DATAGOUV, from_datagouv),
        (WITHHELD, held_back),
        (OWN_HARVESTER, own_harvester),
    )
    return next((reason for reason, applies in looked_at if applies), None)


def dataset_uri(site_url: str, package_id: str) -> str:
    """The address under which a dataset is known for ever; it is also its identifier on data.gouv.fr."""
    return f"{site_url.rstrip('/')}/dataset/{quote(package_id)}"


def package_id(remote_id: str | None, site_url: str) -> str | None:
    """Return the id of our dataset from the identifier that data.gouv.fr kept of it, None when it is not one of ours.

    :param remote_id: an address of ours (feed) or the bare UUID (harvester of the CKAN API)
    """
    remote_id = (remote_id or "").strip()
    stem = re.sub(r"^https?://", "", dataset_uri(site_url, ""))
    path = re.sub(r"^https?://", "", remote_id)
    if path.startswith(stem):
        return unquote(path.removeprefix(stem)) or None if "/" not in path.removeprefix(stem) else None
    return remote_id.lower() if _UUID.fullmatch(remote_id) else None


def file_url(site_url: str, resource: Mapping[str, Any]) -> str | None:
    """Return the address of a file: always the same for an uploaded one, whatever its name and version.

    data.gouv.fr knows files by their address: one that changes would leave a dead copy there.

    :param resource: with ``id``, ``package_id``, ``url`` and ``url_type``
    :returns: None when there is no address that could be opened
    """
    if resource.get("url_type") == "upload":
        return f"{dataset_uri(site_url, resource['package_id'])}/resource/{quote(resource['id'])}/download"
    return web_address(resource.get("url"))


def record(
    package: Mapping[str, Any],
    *,
    site_url: str,
    organization: Mapping[str, Any] | None = None,
    stored: Mapping[str, tuple[str, int]] | None = None,
    outlines: Outlines | None = None,
) -> Record:
    """Return a dataset as it leaves.

    :param package: as ``package_show`` gives it
    :param site_url: address of the portal
    :param organization: its owner, see :func:`publisher`
    :param stored: sha256 and size in bytes of the uploaded files, by id of resource, as they were read
    :param outlines: the outlines that the ATD supplied
    """
    owner = publisher(organization, site_url)
    uri = dataset_uri(site_url, package["id"])
    sent = (_file(resource, uri, site_url, stored or {}) for resource in dicts(package.get("resources")))
    start, end = day(package.get("temporal_start")), day(package.get("temporal_end"))
    return Record(
        uri=uri,
        identifier=uri,
        page=uri,
        title=plain(package.get("title") or package.get("name")),
        description=description(package.get("notes")),
        keywords=tuple(dict.fromkeys(plain(tag.get("name")) for tag in dicts(package.get("tags")))),
        theme=web_address(package.get("theme")) or "",
        licence=licence(package),
        frequency=frequency(package.get("frequency")),
        start=start,
        end=end if not (start and end and end < start) else None,
        place=place(package, outlines),
        publisher=owner,
        contact=contact(package, owner),
        created=moment(package.get("metadata_created")),
        modified=moment(package.get("metadata_modified")),
        files=tuple(file for file in sent if file),
    )


def _file(resource: Mapping[str, Any], uri: str, site_url: str, stored: Mapping[str, tuple[str, int]]) -> File | None:
    url = file_url(site_url, resource)
    if not url:
        return None
    sha256, size = stored.get(resource["id"], (resource.get("hash"), resource.get("size")))
    algorithm = None if resource["id"] in stored else resource.get("hash_algorithm")
    return File(
        uri=f"{uri}/resource/{quote(resource['id'])}",
        id=resource["id"],
        url=url,
        title=plain(resource.get("name") or resource.get("format") or resource["id"]),
        description=description(resource.get("description")),
        format=plain(resource.get("format")).strip().lower(),
        media_type=plain(resource.get("mimetype")).strip(),
        size=_count(size),
        checksum=checksum(sha256, algorithm),
        schema_url=schema_url(resource.get("odl_schema"), resource.get("odl_schema_version")),
        is_api=resource.get("resource_type") == "api",
        created=moment(resource.get("created")),
        modified=moment(resource.get("last_modified") or resource.get("created")),
    )


def _count(value: Any) -> int | None:
    try:
        return int(value) if int(value) > 0 else None
    except (TypeError, ValueError):
        return None
