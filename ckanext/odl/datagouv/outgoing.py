"""What leaves for data.gouv.fr, and in which form: decisions only, from plain values to plain values.

The forms are those that udata (the software of data.gouv.fr, read in version 17.18) keeps whole:
``udata/core/dataset/rdf.py`` for a DCAT feed, ``udata/harvest/backends/ckan`` for the API of CKAN.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlsplit

from ckanext.odl.scdl import UnknownSchema, catalogue
from ckanext.odl.territory import Territory, parse_territory

from .outlines import polygon
from .texts import description, plain

FREQUENCIES = "http://publications.europa.eu/resource/authority/frequency/"

#: The codes that say why a dataset stays here, in the order in which they are looked at.
NOT_A_DATASET, PRIVATE, DRAFT, DELETED, FROM_DATAGOUV, WITHHELD, OWN_HARVESTER = REASONS = (
    "not-a-dataset", "private", "draft", "deleted", "from-datagouv", "withheld", "own-harvester",
)  # fmt: skip

#: What data.gouv.fr takes in ``resource_type``; everything else has the whole dataset refused.
RESOURCE_TYPES = ("file", "file.upload", "api", "documentation", "image", "visualization")

#: Characters of a bare checksum, in hexadecimal, by algorithm.
_CHECKSUMS = {32: "md5", 40: "sha1", 64: "sha256"}
_SPDX = "http://spdx.org/rdf/terms#checksumAlgorithm_"

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HOST = re.compile(r"[^\s<>\"{}|\\^`%]+")

_TERRITORIES = {
    "commune": "http://id.insee.fr/geo/commune/",
    "epci": "http://id.insee.fr/geo/intercommunalite/",
    "departement": "http://id.insee.fr/geo/departement/",
    "region": "http://id.insee.fr/geo/region/",
}
_FRANCE = "http://id.insee.fr/geo/pays/france"

#: Fields of ours that harvesters of the CKAN API look for among the extras.
MIRRORED = ("frequency", "temporal_start", "temporal_end")
SPATIAL = "spatial"
#: A foreign member (RFC 7946 §6.1) that tells an outline written by us from one that somebody gave the dataset.
_OURS = "odl_territory"


class Outlines(Protocol):
    """Where the outlines of territories come from."""

    def get(self, level: str, code: str) -> dict[str, Any] | None:
        """Return the GeoJSON Polygon or MultiPolygon of a territory, None when it is not known."""


@dataclass(frozen=True)
class Agent:
    """The body that publishes; ``siren`` and the rest are "" when unknown."""

    uri: str
    name: str
    siren: str = ""
    email: str = ""
    website: str = ""


@dataclass(frozen=True)
class Contact:
    """Whom to write to: a service or person (``name``) of ``organization``; one of ``email`` and ``page`` is there."""

    name: str
    organization: str
    email: str = ""
    page: str = ""


@dataclass(frozen=True)
class Place:
    """The territory: the address of its official code ("" when it has none), code, name, outline as GeoJSON text."""

    uri: str
    code: str
    name: str
    geometry: str = ""


@dataclass(frozen=True)
class Licence:
    """A licence by its id on data.gouv.fr, with its address ("" for those that have none)."""

    id: str
    title: str
    url: str = ""


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


def web_address(text: Any) -> str | None:
    """Return *text* as an absolute http, https or ftp address, without characters that RDF refuses.

    None when it is no such address.
    """
    words = plain(text).strip()
    try:
        parts = urlsplit(words)
        known = parts.scheme.lower() in ("http", "https", "ftp", "ftps") and bool(_HOST.fullmatch(parts.hostname or ""))
    except ValueError:
        return None
    if not known:
        return None
    # what RFC 3987 does not allow; a percent sign is taken for an escape that is there already
    return re.sub(r'[\x00-\x20<>"{}|\\^`\x7f]', lambda found: quote(found.group()), words)


@cache
def _licences() -> dict[str, Licence]:
    known = json.loads(files("ckanext.odl").joinpath("schemas", "licences.json").read_text(encoding="utf-8"))
    return {entry["id"]: Licence(entry["id"], entry["title"], entry["url"]) for entry in known}


def licence(package: Mapping[str, Any]) -> Licence | None:
    """Return the licence of a dataset in the form that data.gouv.fr recognises: its id there and its address.

    One that the national list does not have keeps its own address, for other readers.
    """
    id_ = plain(package.get("license_id")).strip()
    if not id_:
        return None
    address = web_address(package.get("license_url")) or ""
    return _licences().get(id_) or Licence(id_, plain(package.get("license_title")) or id_, address)


def frequency(value: Any) -> str:
    """Return the address of an update frequency in the European vocabulary, "" for anything else."""
    words = plain(value).strip()
    return words if words.startswith(FREQUENCIES) and len(words) > len(FREQUENCIES) else ""


def schema_url(schema_id: Any, version: Any = None) -> str:
    """Return the national address of a schema's version (the newest by default), by which data.gouv.fr knows it.

    "" when there is no such schema or version, or when the national catalogue has no address for it.
    """
    reference = plain(schema_id).strip()
    if not reference:
        return ""
    version = plain(version).strip()
    try:
        entry, version = catalogue().parse(f"{reference}@{version}" if version else reference)
    except UnknownSchema:
        return ""
    return entry.schema_url(version) or ""


def checksum(digits: Any, algorithm: Any = None) -> tuple[str, str] | None:
    """Return (SPDX address of the algorithm, hexadecimal digits), None when data.gouv.fr would not take it.

    :param digits: the checksum, also with its algorithm before it (``sha256:…``)
    :param algorithm: name or address of the algorithm; guessed from the number of digits when absent
    """
    prefix, _, bare = plain(digits).strip().lower().rpartition(":")
    name = re.sub(r"[^a-z0-9]", "", (plain(algorithm) or prefix).lower().rpartition("_")[2])
    fitting = _CHECKSUMS.get(len(bare))
    if not fitting or not re.fullmatch("[0-9a-f]+", bare) or name not in ("", fitting):
        return None
    return _SPDX + fitting, bare


def place(package: Mapping[str, Any], outlines: Outlines | None = None) -> Place | None:
    """Return the territory of a dataset, with an outline where there is one: its own (an extra), else that supplied.

    :param package: with ``odl_territory`` (``commune 48150 Saint-Exemple``) and ``extras``
    """
    territory = parse_territory(plain(package.get("odl_territory")))
    own = _own_outline(package)
    outline = own or _outline(territory, outlines)
    geometry = json.dumps(outline, separators=(",", ":")) if outline else ""
    if territory is None:
        return Place("", "", "", geometry) if geometry else None
    uri = _FRANCE if territory.level == "france" else ""
    if territory.code and territory.code_is_valid and territory.level in _TERRITORIES:
        uri = _TERRITORIES[territory.level] + territory.code
    # an outline of its own is not that of the territory: under the address of this one, every dataset would get it
    return Place("" if own else uri, territory.code, territory.name, geometry)


def _own_outline(package: Mapping[str, Any]) -> dict[str, Any] | None:
    for extra in _dicts(package.get("extras")):
        if extra.get("key") == SPATIAL:
            try:
                return polygon(json.loads(extra.get("value") or ""))
            except (TypeError, ValueError):
                return None
    return None


def _outline(territory: Territory | None, outlines: Outlines | None) -> dict[str, Any] | None:
    if territory is None or outlines is None or not territory.code:
        return None
    return outlines.get(territory.level, territory.code)


def day(value: Any) -> dt.date | None:
    """Return the day of an ISO date or time, None when it is none."""
    try:
        return dt.date.fromisoformat(plain(value)[:10])
    except ValueError:
        return None


def moment(value: Any) -> dt.datetime | None:
    """Return the moment of CKAN's text or time, which is UTC when it does not say so; None when it is none."""
    try:
        known = (
            value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(plain(value).replace("Z", "+00:00"))
        )
    except ValueError:
        return None
    return known.replace(tzinfo=known.tzinfo or dt.timezone.utc, microsecond=0)


def publisher(organization: Mapping[str, Any] | None, site_url: str) -> Agent | None:
    """Return the collectivité that publishes.

    :param organization: with ``id``, ``title``, ``name``, ``odl_siren``, ``odl_contact``, ``odl_website``
    """
    if not organization:
        return None
    return Agent(
        uri=f"{site_url.rstrip('/')}/organization/{organization['id']}",
        name=plain(organization.get("title") or organization.get("name")),
        siren=plain(organization.get("odl_siren")),
        email=email(organization.get("odl_contact")),
        website=web_address(organization.get("odl_website")) or "",
    )


def email(value: Any) -> str:
    """Return an e-mail address, "" for what cannot be one."""
    words = plain(value).strip().removeprefix("mailto:")
    return words if re.fullmatch(r"[^\s@<>\"]+@[^\s@<>\"]+", words) else ""


def contact(package: Mapping[str, Any], owner: Agent | None) -> Contact | None:
    """Return whom to write to about a dataset: its own address, else that of its collectivité.

    None without an address or website: data.gouv.fr does not keep a contact that cannot be reached.
    """
    address = email(package.get("maintainer_email")) or (owner.email if owner else "")
    website = owner.website if owner and not address else ""
    if not address and not website:
        return None
    service = plain(package.get("odl_service") or package.get("maintainer")).strip()
    organization = owner.name if owner else ""
    return Contact(service or organization or address, organization if service else "", address, website)


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
    sent = (_file(resource, uri, site_url, stored or {}) for resource in _dicts(package.get("resources")))
    start, end = day(package.get("temporal_start")), day(package.get("temporal_end"))
    return Record(
        uri=uri,
        identifier=uri,
        page=uri,
        title=plain(package.get("title") or package.get("name")),
        description=description(package.get("notes")),
        keywords=tuple(dict.fromkeys(plain(tag.get("name")) for tag in _dicts(package.get("tags")))),
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


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list; none when it is no list."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _count(value: Any) -> int | None:
    try:
        return int(value) if int(value) > 0 else None
    except (TypeError, ValueError):
        return None


# -- harvesters that read the API of CKAN --------------------------------------------------------------------


def mirrored(package: Mapping[str, Any], outlines: Outlines | None = None) -> list[dict[str, str]]:
    """Return the extras by which a harvester of the CKAN API finds frequency, period and outline.

    :returns: ``[{"key", "value"}]``, without those that the dataset has itself
    """
    own = {extra.get("key") for extra in _dicts(package.get("extras"))}
    found = {key: plain(package.get(key)) for key in MIRRORED}
    territory = parse_territory(plain(package.get("odl_territory")))
    outline = _outline(territory, outlines)
    if territory and outline:
        found[SPATIAL] = json.dumps({**outline, _OURS: territory.text}, ensure_ascii=False, separators=(",", ":"))
    return [{"key": key, "value": value} for key, value in found.items() if value and key not in own]


def without_mirrored(
    extras: Iterable[Any], package: Mapping[str, Any], stored: Mapping[str, Any] | None = None
) -> list[Any]:
    """Return *extras* without those that :func:`mirrored` put there, for a dataset that is written back.

    Only the copy goes: an extra that somebody wrote is left to the validation, which says what is wrong with it.

    :param package: the dataset that is being written; its field wins over the copy
    :param stored: the fields as they are kept now
    """

    def is_copy(extra: Any) -> bool:
        if not isinstance(extra, Mapping):
            return False
        key, value = extra.get("key"), extra.get("value")
        if key == SPATIAL:
            return isinstance(value, str) and f'"{_OURS}":' in value
        return key in MIRRORED and (key in package or value == (stored or {}).get(key))

    return [extra for extra in extras if not is_copy(extra)]


def resource_type(value: Any) -> str:
    """Return a type of resource that data.gouv.fr takes: as it is, else ``file``; "" stays (it counts as a file)."""
    words = plain(value)
    return words if not words or words in RESOURCE_TYPES else "file"
