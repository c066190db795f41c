"""From a record of data.gouv.fr to a dataset of the portal: what is taken over, and what could not be.

Shapes: ``Dataset`` and ``Resource`` of udata's API, version 1 (https://www.data.gouv.fr/api/1/swagger.json); the fields
of ``ckanext/odl/schemas/dataset.yaml``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ckanext.odl.scdl import Catalogue
from ckanext.odl.territory import Territory, commune, department, reference, region

from . import vocabulary
from .comparing import Difference, differences
from .incoming_files import Note, file_from
from .values import address, day, email, items, line, record, text
from .words import filled

__all__ = [
    "Difference",
    "Imported",
    "Note",
    "RecordError",
    "dataset",
    "differences",
    "fingerprint",
    "is_from",
    "quality",
    "read",
]

NATIONAL_URL = "https://www.data.gouv.fr"
MOST_FILES = 5000
LONGEST_OUTLINE = 30_000
"""Bytes: the search index refuses longer values."""
TERRITORIES_NAMED = 5
_RULES = "2"
"""Changes when the same record would make another dataset, so that it is brought in again."""

_ZONE = re.compile(r"(country|country-group|[a-z]{2})[:/]([\w-]+)(?:[:/]([\w-]+))?(?:@.*)?", re.ASCII)


class RecordError(ValueError):
    """A record is not one of a dataset. ``code`` is ``not-a-record``, ``no-identifier``, ``no-title`` or
    ``too-many-files``; ``details`` what is known of it."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details

    def sentence(self, language: str = "fr") -> str:
        """What is wrong."""
        return filled("incoming.yaml", self.code, "sentence", language, self.details)

    def remedy(self, language: str = "fr") -> str:
        """What can be done about it."""
        return filled("incoming.yaml", self.code, "remedy", language, self.details)

    def as_dict(self) -> dict[str, Any]:
        """The error as it is stored."""
        return {"code": self.code, **self.details}


@dataclass(frozen=True)
class Imported:
    """A record as a dataset of the portal.

    ``package``: its fields, empty when there is an ``error``. ``notes``: what was not taken over as it was.
    """

    package: dict[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    error: RecordError | None = None


def dataset(
    record: Any,
    catalogue: Catalogue,
    *,
    zones: Mapping[str, str] | None = None,
    language: str = "fr",
    national_url: str = NATIONAL_URL,
) -> dict[str, Any]:
    """The fields of a dataset of the portal, from a record of data.gouv.fr in full.

    Not among them: ``id``, ``name`` (made from the record's slug when the dataset is created, and never changed by a
    changed title), ``owner_org``, ``private``.

    :param catalogue: the schemas that the portal knows
    :param zones: names of territories by their national identifier, for those without an official code
    :param language: of the sentence that explains a licence
    :param national_url: address of data.gouv.fr
    :raises RecordError: the record is not one of a dataset
    """
    found = read(record, catalogue, zones=zones, language=language, national_url=national_url)
    if found.error:
        raise found.error
    return found.package


def read(
    record: Any,
    catalogue: Catalogue,
    *,
    zones: Mapping[str, str] | None = None,
    language: str = "fr",
    national_url: str = NATIONAL_URL,
) -> Imported:
    """Like :func:`dataset`, with what could not be taken over; never raises."""
    try:
        package, notes = _Reader(record, catalogue, zones or {}, language, national_url).read()
    except RecordError as error:
        return Imported(error=error)
    return Imported(package, tuple(notes))


def fingerprint(record: Any) -> str:
    """A mark that changes when something of the record changes that the portal takes over; views, discussions and
    checks of links do not count."""
    kept: Any = record
    if isinstance(record, dict):
        kept = {name: record.get(name) for name in _MARKED}
        kept["resources"] = [
            {name: item.get(name) for name in _MARKED_OF_FILES} if isinstance(item, dict) else item
            for item in items(record.get("resources"))
        ]
        kept["organization"] = _id_of(record.get("organization"))
    try:
        written = json.dumps(kept, sort_keys=True, default=str)
    except (RecursionError, TypeError, ValueError):
        written = "unreadable"
    return f"{_RULES}:{hashlib.sha256(written.encode()).hexdigest()}"


_MARKED = (
    "id", "title", "description", "license", "frequency", "temporal_coverage", "spatial", "tags", "contact_points",
    "access_type", "archived", "deleted", "private", "schema",
)  # fmt: skip
_MARKED_OF_FILES = (
    "id", "title", "description", "type", "format", "mime", "filesize", "url", "latest", "checksum", "schema",
    "created_at", "last_modified",
)  # fmt: skip


def quality(record: Any) -> float | None:
    """The quality score that data.gouv.fr gives, from 0 to 1."""
    found = record.get("quality") if isinstance(record, dict) else None
    score = found.get("score") if isinstance(found, dict) else None
    if isinstance(score, bool) or not isinstance(score, (int, float)):
        return None
    return float(score) if 0 <= score <= 1 else None


def is_from(record: Any, site_url: str) -> bool:
    """Whether data.gouv.fr harvested the record from the portal at *site_url*."""
    harvest = record.get("harvest") if isinstance(record, dict) else None
    site = _place(site_url)
    if not isinstance(harvest, dict) or site is None:
        return False
    places = [_place(harvest.get(name)) for name in ("remote_id", "remote_url", "uri", "dct_identifier")]
    known = [place for place in places if place]
    if any(place[:2] == site[:2] and f"{place[2]}/".startswith(f"{site[2]}/") for place in known):
        return True
    domain = line(harvest.get("domain")).lower().partition(":")[0]
    # Another application of the same host has addresses of its own there.
    return bool(domain) and domain == site[0] and not any(place[0] == site[0] for place in known)


def _place(url: Any) -> tuple[str, int | None, str] | None:
    """Host, port that is not the usual one, path of an address."""
    try:
        parts = urlsplit(line(url, 4000))
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    return (host, None if port in (80, 443) else port, parts.path.rstrip("/")) if host else None


def _id_of(value: Any) -> str:
    return line(record(value).get("id"))


class _Reader:
    """One record on its way to a dataset."""

    def __init__(
        self, given: Any, catalogue: Catalogue, zones: Mapping[str, str], language: str, national_url: str
    ) -> None:
        self.given = given
        self.catalogue = catalogue
        self.zones = zones
        self.language = language
        self.national_url = national_url.rstrip("/")
        self.notes: list[Note] = []

    def note(self, code: str, **details: Any) -> None:
        self.notes.append(Note(code, details=details))

    def read(self) -> tuple[dict[str, Any], list[Note]]:
        given = self.given
        if not isinstance(given, dict):
            raise RecordError("not-a-record")
        id, title = line(given.get("id")), line(given.get("title"))
        if not id:
            raise RecordError("no-identifier", title=title)
        if not title:
            raise RecordError("no-title", id=id)
        resources = items(given.get("resources"))
        if len(resources) > MOST_FILES:
            raise RecordError("too-many-files", id=id, title=title, count=len(resources), most=MOST_FILES)
        package = {
            "title": title,
            "notes": re.sub(r"[ \t]*<br\s*/?>[ \t]*\n?", "\n", text(given.get("description"))),
            **self._licence(),
            "frequency": self._frequency(),
            **self._period(),
            "odl_territory": self._territory(),
            "tags": self._tags(),
            **self._contact(),
            "url": f"{self.national_url}/datasets/{id}",
            "extras": self._outline(),
            "resources": self._files(resources),
        }
        return package, self.notes

    def _licence(self) -> dict[str, str]:
        said = line(self.given.get("license"))
        access = line(self.given.get("access_type"))
        if access not in ("", "open"):
            self.note("not-open", value=access)
        known = vocabulary.licence(said)
        if said and not known:
            self.note("unknown-licence", value=said)
        reason = ""
        if known and known not in (vocabulary.NO_LICENCE, *vocabulary.DECREE_LICENCES):
            reason = filled("incoming.yaml", "licence-reason", "sentence", self.language, {})
        return {"license_id": known or vocabulary.NO_LICENCE, "odl_homologation_note": reason}

    def _frequency(self) -> str:
        said = line(self.given.get("frequency"))
        if said and vocabulary.frequency(said) is None:
            self.note("unknown-frequency", value=said)
        return vocabulary.frequency_uri(said)

    def _period(self) -> dict[str, str]:
        said = record(self.given.get("temporal_coverage"))
        start, end = day(said.get("start")), day(said.get("end"))
        for given, understood in ((said.get("start"), start), (said.get("end"), end)):
            if given and not understood:
                self.note("period-unreadable", value=line(given, 100) or "…")
        if start and end and end < start:
            self.note("period-reversed", start=start, end=end)
            end = ""
        return {"temporal_start": start, "temporal_end": end}

    def _tags(self) -> list[dict[str, str]]:
        kept: dict[str, None] = {}
        for tag in items(self.given.get("tags")):
            said = line(tag, 200)
            name = " ".join(re.sub(r"[^\w \-.]", " ", said).split())
            if 2 <= len(name) <= 100:
                kept[name] = None
            elif said:
                self.note("keyword-left-out", value=said)
        return [{"name": name} for name in kept]

    def _contact(self) -> dict[str, str]:
        owner = line(record(self.given.get("organization")).get("name"), 300)
        points = [point for point in items(self.given.get("contact_points")) if isinstance(point, dict)]
        chosen = next((point for point in points if email(point.get("email"))), points[0] if points else {})
        names = [line(point.get("name"), 100) or email(point.get("email")) for point in points if point != chosen]
        # that it is published by whoever publishes it is no contact of its own
        if others := [name for name in names if name and name != owner]:
            self.note("other-contacts", value=others[:TERRITORIES_NAMED])
        if address(chosen.get("contact_form")) and not email(chosen.get("email")):
            self.note("contact-form", value=address(chosen.get("contact_form")))
        name = line(chosen.get("name"), 300)
        return {"odl_service": "" if name == owner else name, "maintainer_email": email(chosen.get("email"))}

    # -- where -------------------------------------------------------------------------------------------------------

    def _territory(self) -> str:
        found: list[Territory] = []
        for zone in items(record(self.given.get("spatial")).get("zones")):
            id = line(zone if isinstance(zone, str) else record(zone).get("id"), 200)
            territory = self._of_zone(id, line(record(zone).get("name"), 200))
            if territory is None and id:
                self.note("territory-unknown", value=id)
            elif territory and territory not in found:
                found.append(territory)
        if len(found) < 2:
            return found[0].text if found else ""
        names = [territory.name or territory.text for territory in found]
        self.note("several-territories", value=names[:TERRITORIES_NAMED], count=len(names))
        more = "…" if len(names) > TERRITORIES_NAMED else ""
        return Territory("autre", "", ", ".join(names[:TERRITORIES_NAMED]) + more).text

    def _of_zone(self, id: str, name: str) -> Territory | None:
        """A territory of the reference from an identifier such as ``fr:commune:48095``."""
        parts = _ZONE.fullmatch(id)
        level, code = (parts[2], (parts[3] or "").upper()) if parts else ("", "")
        if parts and parts[1] == "country" and level.lower() == "fr":
            return Territory("france", "", "")
        body = None
        if parts and parts[1] == "fr" and code:
            if level == "commune":
                body = commune(code)
            elif level == "epci":
                body = reference().get(f"epci:{code}")
            elif level == "departement":
                body = department(code)
            elif level == "region":
                body = region(code)
        if body:
            if body.code != code:
                self.note("former-territory", value=code, name=body.name, today=body.code)
            kind = level if level in ("departement", "region") else body.kind
            territory = Territory(kind, body.code, body.name)
            return territory if territory.code_is_valid else Territory("autre", "", body.name)
        known = name or self.zones.get(id, "")
        territory = Territory(level, code, known)
        if parts and parts[1] == "fr" and level in ("commune", "epci", "departement", "region"):
            return territory if territory.code_is_valid else None
        return Territory("autre", "", known) if known else None

    def _outline(self) -> list[dict[str, str]]:
        outline = record(self.given.get("spatial")).get("geom")
        if outline is None:
            return []
        try:
            written = json.dumps(outline, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        except (RecursionError, TypeError, ValueError):
            written = ""
        is_area = isinstance(outline, dict) and outline.get("type") in ("Polygon", "MultiPolygon")
        if not is_area or not written or len(written.encode("utf-8", "replace")) > LONGEST_OUTLINE:
            self.note("outline-left-out")
            return []
        return [{"key": "spatial", "value": written}]

    # -- files -------------------------------------------------------------------------------------------------------

    def _files(self, resources: list[Any]) -> list[dict[str, Any]]:
        files: dict[str, dict[str, Any]] = {}
        for place, given in enumerate(resources, start=1):
            file, notes = file_from(given, place, self.catalogue)
            if file and file["id"] in files:
                notes = [*notes, Note("file-twice", file["name"], {"place": place})]
            elif file:
                files[file["id"]] = file
            self.notes += notes
        return list(files.values())
