"""A reader of data.gouv.fr's public API (udata, version 1): anonymous, patient, and sure of what is missing.

Nothing here writes to data.gouv.fr and no key is ever sent: a member's key would show private and deleted datasets too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from .errors import DatagouvError
from .line import AGENT, Fetch, Line

__all__ = ["AGENT", "Client", "Fetch", "Incomplete", "Listing"]

Record = dict[str, Any]

PAGE_SIZE = 100
MOST_RECORDS = 200_000
"""A longer list is taken for a fault of the other side."""
ZONES_AT_ONCE = 50

_END = "},next_page,total"
_LIGHT = (
    "data{id,slug,title,last_modified,last_update,archived,deleted,private,internal,organization{id},"
    "harvest{backend,domain,source_id,remote_id,remote_url,dct_identifier,last_update}"
)
# Not the members of an organization: their names are nobody's business here.
_ORGANIZATION = "id,name,acronym,slug,page,business_number_id,badges,deleted,metrics{datasets}"
_ORGANIZATIONS = "data{" + _ORGANIZATION + _END
_REUSES = "data{id,title,slug,page,url,type,created_at" + _END
_DISCUSSIONS = "data{id,title,created,closed,url,self_web_url" + _END


class Listing(list[Record]):
    """The records of a whole list, each once, in the order of the pages.

    ``malformed``: what stood in the list and is not a record with an identifier. When there is some, a record that is
    not in the list may still exist.
    """

    def __init__(self, records: Iterable[Record] = (), malformed: Iterable[Any] = ()) -> None:
        super().__init__(records)
        self.malformed = list(malformed)


class Incomplete(DatagouvError):
    """A list could not be seen whole (``incomplete``). ``partial``: what was seen, good for all but telling what is
    missing."""

    def __init__(self, partial: Listing, **details: Any) -> None:
        super().__init__("incomplete", seen=len(partial), **details)
        self.partial = partial


class Client(Line):
    """What the links need of data.gouv.fr's API. Options: see :class:`.line.Line`."""

    def organizations(self, siret: str | None = None, name: str | None = None) -> Listing:
        """The organizations of a SIRET (14 digits), or of a name: those of this very name, then those that begin like
        it. Several may share one: a person chooses.

        :returns: ``id``, ``name``, ``slug``, ``page`` at least
        """
        if siret:
            digits = re.sub(r"\s", "", siret)
            return self._all("/api/1/organizations/", {"business_number_id": digits}, _ORGANIZATIONS)
        words = " ".join((name or "").split())
        if not words:
            return Listing()
        exact = self._all("/api/1/organizations/", {"name": words}, _ORGANIZATIONS)
        found = self.ask("/api/1/organizations/suggest/?" + urlencode({"q": words, "size": 20}))
        known = {record["id"] for record in exact}
        near, odd = _told_apart(found if isinstance(found, list) else [found])
        return Listing([*exact, *(record for record in near if record["id"] not in known)], [*exact.malformed, *odd])

    def organization(self, id: str) -> Record:
        """One organization, without its members.

        :raises DatagouvError: ``gone`` when it was deleted or merged with another
        """
        record = self._one(f"/api/1/organizations/{_part(id)}/", _ORGANIZATION)
        if record.get("deleted"):
            raise DatagouvError("gone", url=f"{self.base_url}/api/1/organizations/{_part(id)}/")
        return record

    def datasets(self, organization_id: str, more: str = "") -> Listing:
        """The light list of the public datasets of an organization: identifiers, dates, whence they were harvested.

        :param organization_id: its identifier (not its slug)
        :param more: what else is wanted of each, as an ``X-Fields`` mask (``metrics,resources{url}``)
        :returns: the whole list; a record of another organization is among the malformed
        :raises DatagouvError: ``incomplete`` when the list could not be seen whole, ``gone`` when there is no such
            organization (data.gouv.fr gives an empty list then)
        """
        fields = ",".join(filter(None, (_LIGHT, more))) + _END
        listing = self._all("/api/1/datasets/", {"organization": organization_id}, fields)
        if not listing:
            self.organization(organization_id)
        foreign = [record for record in listing if _is_of_another(record, organization_id)]
        return Listing([record for record in listing if record not in foreign], [*listing.malformed, *foreign])

    def dataset(self, id: str) -> Record:
        """One dataset in full, archived ones too.

        :raises DatagouvError: ``gone`` when it was deleted or made private, ``moved`` when another one answers
        """
        path = f"/api/1/datasets/{_part(id)}/"
        record = self._one(path)
        if record.get("id") != id:
            raise DatagouvError("moved", url=self.base_url + path, to=str(record.get("id"))[:100])
        return record

    def schemas(self) -> list[Record]:
        """The national catalogue of schemas: ``name``, ``schema_type``, ``schema_url``, ``versions``…"""
        return self._list("/api/1/datasets/schemas/")

    def harvest_sources(self, organization_id: str) -> Listing:
        """The harvest sources of an organization, each with its last job."""
        return self._all("/api/1/harvest/sources/", {"organization": organization_id})

    def harvest_source(self, id: str) -> Record:
        """One harvest source."""
        return self._one(f"/api/1/harvest/source/{_part(id)}/")

    def harvest_jobs(self, source_id: str, most: int = 20) -> list[Record]:
        """The last jobs of a source, the newest first."""
        path = f"/api/1/harvest/source/{_part(source_id)}/jobs/"
        return [job for job in self._page(path, {"page": 1, "page_size": most})[0] if isinstance(job, dict)]

    def harvest_job(self, id: str) -> Record:
        """One job of a source: status, dates, number of items in each state."""
        return self._one(f"/api/1/harvest/job/{_part(id)}/")

    def harvest_items(self, job_id: str) -> Listing:
        """What a job did with each dataset that it found: ``remote_id``, ``status``, ``errors``, ``dataset``."""
        return self._all(f"/api/1/harvest/job/{_part(job_id)}/items/", {}, identified=False)

    def zones(self, ids: Collection[str]) -> list[Record]:
        """Territories by their identifiers (``fr:commune:48095``), as GeoJSON features; unknown ones are left out."""
        asked = sorted(set(ids))
        starts = range(0, len(asked), ZONES_AT_ONCE)
        return [zone for start in starts for zone in self._zones(asked[start : start + ZONES_AT_ONCE])]

    def _zones(self, ids: list[str]) -> list[Record]:
        """Some territories; data.gouv.fr answers nothing at all as soon as it does not know one of them."""
        try:
            path = f"/api/1/spatial/zones/{','.join(map(_part, ids))}/"
            features = self._one(path).get("features")
        except DatagouvError as error:
            if error.code != "gone":
                raise
            half = len(ids) // 2
            return [*self._zones(ids[:half]), *self._zones(ids[half:])] if half else []
        if not isinstance(features, list):
            raise DatagouvError("not-json", url=self.base_url + path)
        return [feature for feature in features if isinstance(feature, dict)]

    def reuses(self, dataset_id: str) -> Listing:
        """The reuses of a dataset that people declared."""
        return self._all("/api/1/reuses/", {"dataset": dataset_id}, _REUSES)

    def discussions(self, dataset_id: str) -> Listing:
        """The discussions on a dataset: title, dates, address; not who said what."""
        return self._all("/api/1/discussions/", {"for": dataset_id}, _DISCUSSIONS)

    # -- lists -------------------------------------------------------------------------------------------------------

    def _all(self, path: str, query: dict[str, Any], fields: str = "", *, identified: bool = True) -> Listing:
        """Every record of a list.

        Pages shift when something is added or removed meanwhile: the list is whole only when its total did not change
        and as many different records were seen. Else it is read once more, and what both readings saw together counts
        when they announced the same total.

        :param identified: whether its records have an ``id``; those that have none are only counted
        :raises DatagouvError: ``incomplete`` when it was not seen whole
        """
        first = self._pass(path, query, fields, identified)
        if first.is_whole:
            return first.listing
        second = self._pass(path, query, fields, identified)
        if second.is_whole:
            return second.listing
        odd = max(first.listing.malformed, second.listing.malformed, key=len)
        together = Listing({_key(record): record for record in [*first.listing, *second.listing]}.values(), odd)
        if not (first.broken or second.broken) and first.total == second.total:
            # Nothing moved between two equal readings: what stands twice in the list is twice at its source.
            if first.order == second.order and second.count == second.total:
                return second.listing
            if identified and len(together) + len(odd) == second.total:
                return together
        raise Incomplete(together, url=self.base_url + path, total=max(first.total, second.total))

    def _pass(self, path: str, query: dict[str, Any], fields: str, identified: bool) -> _Pass:
        """Read a list from its first page to its last."""
        result = _Pass(identified)
        here: dict[str, Any] = {**query, "page": 1, "page_size": PAGE_SIZE}
        asked = set()
        while True:
            asked.add(str(here["page"]))
            try:
                records, total, following = self._page(path, here, fields)
            except DatagouvError as error:
                if error.code != "gone" or len(asked) == 1:
                    raise
                result.broken = True  # the list became shorter than the page that it announced
                return result
            result.take(records, total)
            page = parse_qs(urlsplit(following).query).get("page", [""])[0] if following else ""
            if not following or result.broken:
                return result
            if not records or not page or page in asked or result.count >= total:
                result.broken = True  # a pager without end
                return result
            here["page"] = page

    def _page(self, path: str, query: dict[str, Any], fields: str = "") -> tuple[list[Any], int, str | None]:
        """One page of a list: its records, how many the whole list has, the address of the page that follows."""
        where = f"{path}?{urlencode(query)}"
        page = self.ask(where, fields)
        if isinstance(page, dict):
            records, total, following = page.get("data"), page.get("total"), page.get("next_page")
            if type(total) is int and isinstance(records, list) and (following is None or isinstance(following, str)):
                if total > MOST_RECORDS:
                    raise DatagouvError("too-large", url=self.base_url + where, total=total)
                return records, total, following
        raise DatagouvError("not-json", url=self.base_url + where)

    def _one(self, path: str, fields: str = "") -> Record:
        record = self.ask(path, fields)
        if not isinstance(record, dict):
            raise DatagouvError("not-json", url=self.base_url + path)
        return record

    def _list(self, path: str) -> list[Record]:
        records = self.ask(path)
        if not isinstance(records, list):
            raise DatagouvError("not-json", url=self.base_url + path)
        return [record for record in records if isinstance(record, dict)]


class _Pass:
    """One reading of a list."""

    def __init__(self, identified: bool) -> None:
        self.listing = Listing()
        self.order: list[str] = []
        self.total = -1
        self.count = 0
        self.broken = False
        self._identified = identified
        self._seen: set[str] = set()

    def take(self, records: list[Any], total: int) -> None:
        """Add a page."""
        if self.total not in (-1, total):
            self.broken = True
        self.total = total
        self.count += len(records)
        if not self._identified:
            self.listing += [record for record in records if isinstance(record, dict)]
            self.listing.malformed += [record for record in records if not isinstance(record, dict)]
            return
        good, odd = _told_apart(records)
        self.listing.malformed += odd
        self.order += [record["id"] for record in good]
        for record in good:
            if record["id"] not in self._seen:
                self._seen.add(record["id"])
                self.listing.append(record)

    @property
    def is_whole(self) -> bool:
        """Whether as many different records were seen as the list has."""
        return not self.broken and len(self.listing) + len(self.listing.malformed) == self.total


def _told_apart(records: list[Any]) -> tuple[list[Record], list[Any]]:
    """The records that have an identifier, and all else."""
    good, odd = [], []
    for record in records:
        is_good = isinstance(record, dict) and isinstance(record.get("id"), str) and record["id"]
        (good if is_good else odd).append(record)
    return good, odd


def _is_of_another(record: Record, organization_id: str) -> bool:
    organization = record.get("organization")
    said = organization.get("id") if isinstance(organization, dict) else None
    return said is not None and said != organization_id


def _key(record: Record) -> Any:
    return record.get("id") or id(record)


def _part(id: str) -> str:
    """An identifier as a part of a path.

    :raises DatagouvError: nothing has such an identifier, and it would lead elsewhere
    """
    if not re.fullmatch(r"[A-Za-z0-9][\w:.-]{0,127}", id, re.ASCII):
        raise DatagouvError("gone", id=id[:128])
    return id
