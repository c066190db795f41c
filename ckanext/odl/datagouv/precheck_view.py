"""A dataset as the rules of the pre-check look at it, and what they ask of values of any kind."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from dateutil import parser as dates

from . import outgoing, outgoing_values

#: Codes of the European vocabulary of frequencies that udata knows.
RHYTHMS = frozenset((
    "1MIN", "5MIN", "10MIN", "15MIN", "30MIN", "HOURLY", "BIHOURLY", "TRIHOURLY", "12HRS", "CONT", "UPDATE_CONT",
    "DAILY_3", "DAILY_2", "DAILY", "WEEKLY_5", "WEEKLY_3", "WEEKLY_2", "WEEKLY", "BIWEEKLY", "MONTHLY_3", "MONTHLY_2",
    "MONTHLY", "BIMONTHLY", "QUARTERLY", "ANNUAL_3", "ANNUAL_2", "ANNUAL", "BIENNIAL", "TRIENNIAL", "QUADRENNIAL",
    "QUINQUENNIAL", "DECENNIAL", "BIDECENNIAL", "TRIDECENNIAL", "AS_NEEDED", "IRREG", "NEVER", "NOT_PLANNED", "OTHER",
    "UNKNOWN",
))  # fmt: skip
_RHYTHM = re.compile(r"https?://publications\.europa\.eu/resource/authority/frequency/(\w+)/?")


class View:
    """A dataset as the rules look at it: of any shape, with an answer to every question."""

    def __init__(
        self,
        package: Mapping[str, Any],
        organization: Mapping[str, Any] | None = None,
        site_url: str = "",
        outlines: outgoing_values.Outlines | None = None,
    ) -> None:
        self.package: Mapping[str, Any] = package if isinstance(package, Mapping) else {}
        inside = self.package.get("organization")
        self.organization: Mapping[str, Any] | None = inside if isinstance(inside, Mapping) else None
        self.owner = organization if isinstance(organization, Mapping) else self.organization
        self.site = site_url.rstrip("/")
        self.resources = [item for item in as_list(self.package.get("resources")) if isinstance(item, Mapping)]
        self.extras = {
            str(item["key"]): item.get("value")
            for item in as_list(self.package.get("extras"))
            if isinstance(item, Mapping) and "key" in item
        }
        self.keywords = [
            name
            for item in as_list(self.package.get("tags"))
            if (name := text(item.get("name") if isinstance(item, Mapping) else item))
        ]
        place = outgoing_values.place(self.package, outlines)
        self.has_outline = bool(place and place.geometry)
        self.own_geometry = self.extras.get("spatial")
        self.geometry_problem = geometry_problem(self.own_geometry)

    def has_geometry(self, channel: str) -> bool:
        """Whether an area goes along: the outline of its territory; by CKAN's API also one that it has itself."""
        own = has_geometry(self.own_geometry) and not self.geometry_problem
        return self.has_outline or (channel == "ckan" and own)

    def address(self, resource: Mapping[str, Any], channel: str) -> str:
        """The address of a file as data.gouv.fr gets it, empty when it gets none."""
        shown = address_of(resource)
        if channel == "ckan":
            # Its reader writes a scheme before all that has no « :// ».
            return f"http://{shown}" if shown and "://" not in shown else shown
        sent = {"package_id": text(self.package.get("id")), "id": "", **resource, "url": shown}
        return outgoing.file_url(self.site, sent) or ""

    def day(self, name: str, channel: str) -> Any:
        """The date in a field as it arrives, None when it does not."""
        return outgoing_values.day(self.text(name)) if channel == "dcat" else day(self.text(name))

    def text(self, name: str) -> str:
        """A field of the dataset, wherever it is kept."""
        return text(self.package.get(name)) or text(self.extras.get(name))

    def title_of(self, resource: Mapping[str, Any]) -> str:
        """What a person calls a file."""
        return text(resource.get("name")) or address_of(resource).rstrip("/").rsplit("/", 1)[-1] or "?"

    def of_files(self) -> Iterator[tuple[str, Mapping[str, Any], dict[str, Any]]]:
        """Each file: its id, itself, and its name for the sentence."""
        for resource in self.resources:
            yield text(resource.get("id")), resource, {"file": self.title_of(resource)}


def text(value: Any) -> str:
    """A text without blanks around it; nothing for what is not text."""
    return value.strip() if isinstance(value, str) else ""


def address_of(resource: Mapping[str, Any]) -> str:
    """The address of a file as CKAN shows it: it writes ``http://`` before one that has no scheme."""
    address = text(resource.get("url"))
    if address and not re.match(r"[a-zA-Z][a-zA-Z0-9+.\-]*:", address):
        return f"http://{address.lstrip('/')}"
    return address


def day(value: Any) -> Any:
    """The date in a text as the reader of CKAN's API takes it, None when it takes none."""
    words = text(value)
    try:
        return dates.parse(words).date() if words else None
    except (ValueError, OverflowError, TypeError, AttributeError, ArithmeticError, IndexError):
        return None


def keyword(words: str) -> str:
    """A keyword as udata writes it: small letters without accents, a hyphen for all the rest."""
    spread = words.lower().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", spread) if not unicodedata.combining(sign))
    return "-".join(re.findall(r"\w+", plain.replace("_", " ")))


def rhythm(view: View) -> str:
    """The code of the frequency, empty when none is given or udata does not know it."""
    found = _RHYTHM.fullmatch(view.text("frequency"))
    return found[1] if found and found[1] in RHYTHMS else ""


def has_geometry(value: Any) -> bool:
    """Whether something stands where a geometry is expected."""
    return bool(text(value)) or (isinstance(value, Mapping) and bool(value))


def geometry_problem(value: Any) -> str:
    """What is wrong with a GeoJSON geometry: ``unreadable``, ``kind`` (neither Polygon nor MultiPolygon), ``broken``
    (not closed, not two numbers per point); empty when nothing is, or there is none."""
    if isinstance(value, str):
        if not value.strip():
            return ""
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return "unreadable"
    if not value:
        return ""
    if not isinstance(value, Mapping) or "type" not in value:
        return "unreadable"
    if value["type"] not in ("Polygon", "MultiPolygon"):
        return "kind"
    if "coordinates" not in value:
        return "unreadable"
    shapes = value["coordinates"] if value["type"] == "MultiPolygon" else [value["coordinates"]]
    return "" if _filled_list(shapes) and all(_is_polygon(shape) for shape in shapes) else "broken"


def _is_polygon(shape: Any) -> bool:
    return _filled_list(shape) and all(_is_ring(ring) for ring in shape)


def _is_ring(ring: Any) -> bool:
    return _filled_list(ring) and all(_is_point(point) for point in ring) and ring[0] == ring[-1]


def _is_point(point: Any) -> bool:
    return isinstance(point, (list, tuple)) and len(point) == 2 and all(_is_number(number) for number in point)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and (isinstance(value, int) or math.isfinite(value))


def _filled_list(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and bool(value)


def as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []
