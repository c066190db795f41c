"""The national catalogue of schemas comes in: read, judged and kept, each version for itself."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from ckanext.odl import brought, config, scdl
from ckanext.odl.fetch import FetchError
from ckanext.odl.intake import own_session
from ckanext.odl.logic import schema_news
from ckanext.odl.model import SchemaVersion
from ckanext.odl.scdl import sync
from ckanext.odl.scdl.sync import Plan, Refusal, SyncError, Wanted
from ckanext.odl.validation import check_schema

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
#: Between two files: the national site owes us nothing.
_PAUSE_SECONDS = 0.2
_NOT_ALLOWED = (
    "address-invalid", "scheme-not-allowed", "credentials-in-address", "port-not-allowed", "host-not-allowed",
    "address-not-public", "too-many-redirects",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of one version.

    ``result``: ``added``, ``new`` (it would be added: nothing was written), ``same``, or ``refused`` with ``message``
    and ``remedy``.
    """

    id: str
    version: str
    result: str
    former: str | None = None
    title: str = ""
    url: str = ""
    changes: list[str] = field(default_factory=list)
    """What the version changes since ``former``, in sentences."""
    organizations: int = 0
    """How many organizations have a file that follows an older version; they read of it on their pages."""
    code: str = ""
    message: str = ""
    remedy: str = ""

    def text(self, language: str) -> str:
        """The same for a person at a terminal, in several lines; the control characters of strangers left out."""
        if self.result == "refused":
            lines = [f"✗ {self.message}", f"  → {self.remedy}"]
        else:
            kind = f"{self.result}-{'version' if self.former else 'schema'}"
            lines = [f"+ {sync.phrase(kind, language, id=self.id, version=self.version, title=self.title)}"]
            if self.former:
                heading = "changes" if self.changes else "no-changes"
                lines.append(f"  {sync.phrase(heading, language, former=self.former)}")
            lines += [f"  - {change}" for change in self.changes]
            if self.organizations:
                some = "one-user" if self.organizations == 1 else "users"
                lines.append(f"  {sync.phrase(some, language, count=self.organizations)}")
        return _CONTROL.sub("�", "\n".join(lines))

    def to_dict(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if value not in ("", None)}


class Sync:
    """One run. Reading the catalogue comes first: without it nothing is done.

    :param add: ids of schemas of which the portal has no version yet, and should
    :param compare: hold the packaged versions against the national files too
    :param dry_run: write nothing
    :param language: of the sentences, ``fr`` or ``en``
    :raises SyncError: the catalogue cannot be read; ``sync.sentence`` puts it into words
    """

    def __init__(
        self, *, add: Collection[str] = (), compare: bool = False, dry_run: bool = False, language: str = "fr"
    ) -> None:
        self.language = language
        self.dry_run = dry_run
        brought.forget()
        self._known = scdl.catalogue()
        url = config.schemas_url()
        self._guard = config.schemas_guard()
        listed, refused = sync.read_catalogue(self._fetch(url, "catalogue", sync.CATALOGUE_BYTES))
        self._plan: Plan = sync.plan(listed, self._known, add=add, compare=compare)
        self._plan.refused[:0] = refused

    @property
    def unknown(self) -> list[sync.Listed]:
        """The national schemas of which the portal has no version."""
        return self._plan.unknown

    def __len__(self) -> int:
        """How many outcomes there will be."""
        return len(self._plan.refused) + len(self._plan.wanted)

    def run(self) -> Iterator[Outcome]:
        """Read and judge each file, the older versions of a schema first, and keep what is new."""
        for refusal in self._plan.refused:
            yield self._refused(refusal)
        for position, wanted in enumerate(self._plan.wanted):
            if position:
                time.sleep(_PAUSE_SECONDS)
            try:
                yield self._take(wanted)
            except SyncError as error:
                yield self._refused(Refusal(wanted.id, wanted.version, error.code, error.params))

    def summary(self, results: Collection[str]) -> str:
        """One sentence for the whole run, and the national schemas that the portal does not have.

        :param results: ``result`` of each outcome
        """
        numbers = Counter(results)
        said = {"added": numbers["added"] + numbers["new"], "same": numbers["same"], "refused": numbers["refused"]}
        lines = [sync.phrase("summary-dry" if self.dry_run else "summary", self.language, **said)]
        if self.unknown:
            names = ", ".join(one.id for one in self.unknown)
            lines.append(sync.phrase("unknown", self.language, count=len(self.unknown), names=names))
        return "\n".join(lines)

    def _take(self, wanted: Wanted) -> Outcome:
        content = self._fetch(wanted.url, "file", sync.SCHEMA_BYTES, id=wanted.id, version=wanted.version)
        new = sync.judge(wanted, content, self._known, check_schema)
        if new is None:
            return Outcome(wanted.id, wanted.version, "same")
        changes = list(sync.what_changed(new, self._known, self.language))
        if not self.dry_run and not self._keep(new.version):
            # Another run was quicker: what is there counts.
            raise SyncError("other-run", id=wanted.id, version=wanted.version)
        self._known = self._known.with_brought((new.version,))
        users = schema_news.users(wanted.id, wanted.version, self._known)
        return Outcome(
            wanted.id,
            wanted.version,
            "new" if self.dry_run else "added",
            former=new.former,
            title=self._known.get(wanted.id).title(self.language),
            url=wanted.url,
            changes=changes,
            organizations=len(users),
        )

    def _keep(self, version: scdl.BroughtVersion) -> bool:
        try:
            with own_session() as session:
                kept = SchemaVersion.add(session, version)
        except SQLAlchemyError:
            raise SyncError("store-failed", id=version.id, version=version.version) from None
        brought.forget()
        return kept

    def _fetch(self, url: str, what: str, most_bytes: int, **named: str) -> bytes:
        try:
            answer = replace(self._guard, most_bytes=most_bytes).fetch(url)
        except FetchError as error:
            if error.code == "too-large":
                raise SyncError("schema-too-large" if what == "file" else "catalogue-size", **named) from None
            code = "refused" if error.code in _NOT_ALLOWED else "unreachable"
            raise SyncError(f"{what}-{code}", host=error.host or url[:80], **named) from None
        if answer.status != 200:
            raise SyncError(f"{what}-status", status=answer.status, **named)
        return answer.content

    def _refused(self, refusal: Refusal) -> Outcome:
        words = sync.sentence(refusal.code, refusal.params, self.language)
        return Outcome(
            refusal.id, refusal.version, "refused", code=refusal.code, message=words["message"], remedy=words["remedy"]
        )
