"""The values of a dataset in the form that data.gouv.fr recognises, one function each; see :mod:`.outgoing`."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from ckanext.odl.scdl import UnknownSchema, catalogue
from ckanext.odl.territory import Territory, parse_territory

from .outlines import polygon
from .texts import plain
from .vocabulary import FREQUENCIES

#: The extra that holds the outline of a dataset, in CKAN and in its harvesters.
SPATIAL = "spatial"

#: Characters of a bare checksum, in hexadecimal, by algorithm.
_CHECKSUMS = {32: "md5", 40: "sha1", 64: "sha256"}
_SPDX = "http://spdx.org/rdf/terms#checksumAlgorithm_"

_HOST = re.compile(r"[^\s<>\"{}|\\^`%]+")

_TERRITORIES = {
    "commune": "http://id.insee.fr/geo/commune/",
    "epci": "http://id.insee.fr/geo/intercommunalite/",
    "departement": "http://id.insee.fr/geo/departement/",
    "region": "http://id.insee.fr/geo/region/",
}
_FRANCE = "http://id.insee.fr/geo/pays/france"


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
    outline = own or outline_of(territory, outlines)
    geometry = json.dumps(outline, separators=(",", ":")) if outline else ""
    if territory is None:
        return Place("", "", "", geometry) if geometry else None
    uri = _FRANCE if territory.level == "france" else ""
    if territory.code and territory.code_is_valid and territory.level in _TERRITORIES:
        uri = _TERRITORIES[territory.level] + territory.code
    # an outline of its own is not that of the territory: under the address of this one, every dataset would get it
    return Place("" if own else uri, territory.code, territory.name, geometry)


def _own_outline(package: Mapping[str, Any]) -> dict[str, Any] | None:
    for extra in dicts(package.get("extras")):
        if extra.get("key") == SPATIAL:
            try:
                return polygon(json.loads(extra.get("value") or ""))
            except (TypeError, ValueError):
                return None
    return None


def outline_of(territory: Territory | None, outlines: Outlines | None) -> dict[str, Any] | None:
    """Return the outline that the ATD supplied for a territory, None when there is none."""
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


def dicts(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list; none when it is no list."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
