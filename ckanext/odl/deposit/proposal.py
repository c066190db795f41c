"""The page of a dataset, filled in from what is known: the agent confirms or corrects instead of typing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from ckanext.odl.scdl import NotATable, SchemaEntry, UnknownSchema, catalogue, frequency_words
from ckanext.odl.scdl.text import fold, key
from ckanext.odl.territory import Territory, of, region, with_article

from .coverage import Coverage
from .dates import bounds, in_french, of_period
from .words import in_words, texts

_THEMES = "http://publications.europa.eu/resource/authority/data-theme/"
_FREQUENCIES = "http://publications.europa.eu/resource/authority/frequency/"
DEFAULT_LICENCE = "lov2"
_HEADINGS = 12
_YEARS = re.compile(r"(?:19|20)\d\d")
_REGIONS = (
    "01", "02", "03", "04", "06", "11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93", "94",
)  # fmt: skip


def propose(
    organization: Mapping[str, Any],
    schema: Mapping[str, Any] | str | None,
    inspection: Mapping[str, Any] | None,
    file_name: str,
    existing: Mapping[str, Any] | None = None,
    today: dt.date | None = None,
    *,
    language: str = "fr",
    members: int = 0,
) -> dict[str, Any]:
    """Fill in the dataset and the file of a deposit.

    What is published (title, description, keywords) is French, as the data are; *language* is that of the reasons.

    :param organization: as ``organization_show`` gives it: ``title`` and the ``odl_*`` fields
    :param schema: ``id`` and ``version`` of the model, or ``id@version``; None when the file follows none
    :param inspection: what :func:`.inspect` returned; None before the file was read
    :param file_name: as the agent's computer calls it
    :param existing: the dataset that receives the file, None for a new one: what it says already is kept
    :param today: day of the deposit
    :param members: how many others the file names, when it is published once for all of them
    :returns: ``package`` and ``resource``, values by field, empty ones left out; ``why``, a sentence by field
    """
    draft = _Draft(organization, schema, inspection or {}, file_name, today, language, members)
    package, resource = draft.package(), draft.resource()
    if existing:
        package = _kept(existing, package, draft)
    return {
        "package": {name: value for name, value in package.items() if value},
        "resource": {name: value for name, value in resource.items() if value},
        "why": {name: said for name, said in draft.why.items() if package.get(name) or resource.get(name)},
    }


def in_place_of(
    proposed: Mapping[str, Any], replaced: Mapping[str, Any], language: str = "fr"
) -> tuple[dict[str, Any], dict[str, str]]:
    """What is said of a file that takes the place of a published one: what that one says, as long as it is still true.

    Its period goes when the new file is about another time, and its name when it names another year.

    :param proposed: what :func:`propose` returned
    :param replaced: the published file as ``resource_show`` gives it
    :returns: the fields of the file, and why, by field
    """
    resource, why = dict(proposed["resource"]), dict(proposed["why"])
    period = str(resource.get("odl_period") or "")
    present = str(replaced.get("odl_period") or "")
    named = set(_YEARS.findall(str(replaced.get("name") or "")))
    kept = {name: replaced.get(name) for name in ("odl_schema", "description")}
    if not period or (present and set(Coverage(period=period).covered) & set(Coverage(period=present).covered)):
        kept["odl_period"] = present
    if not period or not named or named & set(_YEARS.findall(period)):
        kept["name"] = replaced.get("name")
    for name, value in kept.items():
        if value:
            resource[name] = value
            if name in ("name", "odl_period"):
                why[name] = in_words(texts("proposal")["why"][name]["replaced"], language)
    return resource, why


class _Draft:
    def __init__(
        self,
        organization: Mapping[str, Any],
        schema: Mapping[str, Any] | str | None,
        inspection: Mapping[str, Any],
        file_name: str,
        today: dt.date | None,
        language: str,
        members: int,
    ) -> None:
        self.organization = organization
        self.name = str(organization.get("title") or organization.get("display_name") or organization.get("name") or "")
        self.inspection = inspection
        self.file_name = file_name
        self.today = today or dt.datetime.now(dt.timezone.utc).date()
        self.language = language
        self.members = members
        self.entry, self.version = _model(schema)
        self.words: Mapping[str, Any] = texts("proposal")["models"].get(self.entry.id, {}) if self.entry else {}
        self.why: dict[str, str] = {}
        found = inspection.get("period") or {}
        self.period: str = found.get("value") or ""

    def say(self, field: str, reason: str, **values: Any) -> None:
        self.why[field] = in_words(texts("proposal")["why"][field][reason], self.language).format(
            name=self.name, of=of(self.name), by=with_article(self.name), model=self.model_title, **values
        )

    @property
    def model_title(self) -> str:
        return self.entry.title(self.language) if self.entry else ""

    def package(self) -> dict[str, Any]:
        first, last = bounds(self.period, self.entry.theme if self.entry else "") if self.period else ("", "")
        if first:
            self.why["temporal_start"] = self.why["temporal_end"] = self.inspection["period"]["why"]
        return {
            "title": self._title(),
            "notes": self._notes(),
            "license_id": self._licence(),
            "theme": self._theme(),
            "tag_string": self._keywords(),
            "odl_territory": self._territory(),
            "temporal_start": first,
            "temporal_end": last,
            "frequency": self._frequency(),
            "maintainer_email": self._contact(),
        }

    def resource(self) -> dict[str, Any]:
        report = self.inspection.get("report") or {}
        file = report.get("file") or {}
        if file.get("format"):
            self.say("format", "file")
        if self.period:
            self.why["odl_period"] = self.inspection["period"]["why"]
        if self.entry:
            match = next((m for m in self.inspection.get("matches") or () if m["id"] == self.entry.id), None)
            if match and match["matched"]:
                self.say("odl_schema", "columns", matched=match["matched"], total=match["total"])
                self.say("odl_schema_version", "columns")
            else:
                self.say("odl_schema", "chosen")
        return {
            "name": self._file_title(),
            "odl_schema": self.entry.id if self.entry else "",
            "odl_schema_version": self.version,
            "odl_period": self.period,
            "format": str(file.get("format") or "").upper(),
        }

    def _title(self) -> str:
        if self.entry is None:
            self.say("title", "file")
            said = _spoken(self.file_name)
            if self.members > 1:
                return f"{said} de {self._shared()}"
            return f"{said} {of(self.name)}" if self.name and fold(self.name) not in fold(said) else said
        self.say("title", "series" if self.words.get("dated") else "model")
        template = self.words.get("title") or f"{self.entry.title('fr')} {{of}}"
        if self.members > 1:
            self.say("title", "shared")
            return template.format(by=self._shared(), of=f"de {self._shared()}")
        return template.format(by=with_article(self.name), of=of(self.name)) if self.name else self.entry.title("fr")

    def _shared(self) -> str:
        return f"{self.members} collectivités"

    def _file_title(self) -> str:
        if self.entry is None:
            self.say("name", "file")
            return _spoken(self.file_name)
        self.say("name", "period" if self.period else "file")
        title = self.words.get("file") or self.entry.title("fr")
        return f"{title} {in_french(self.period)}" if self.period else title

    def _notes(self) -> str:
        sentences = texts("proposal")["notes"]
        period = f" {of_period(self.period)}" if self.period else ""
        parts = []
        if self.entry is not None:
            self.say("notes", "model")
            parts.append(self.entry.description("fr"))
        else:
            headings = [heading for heading in self.inspection.get("columns") or () if heading]
            self.say("notes", "file" if headings else "bare")
            rows = ((self.inspection.get("report") or {}).get("file") or {}).get("rows")
            if headings:
                told = ", ".join(headings[:_HEADINGS]) + ("…" if len(headings) > _HEADINGS else "")
                parts.append(
                    sentences["content"].format(
                        rows=_counted(rows or 0, "ligne"), columns=_counted(len(headings), "colonne"), headings=told
                    )
                )
        if self.name:
            said = sentences["published-of" if period else "published"]
            parts.append(said.format(by=with_article(self.name), period=period))
        if self.entry is not None:
            parts.append(
                sentences["follows"].format(model=self.entry.title("fr"), id=self.entry.id, version=self.version)
            )
            if left_out := self._left_out():
                parts.append(sentences["left_out"].format(columns=", ".join(left_out)))
        return " ".join(parts)

    def _left_out(self) -> list[str]:
        """The titles of the model's columns that the file does not have."""
        there = {key(heading) for heading in self.inspection.get("columns") or ()}
        if not there or self.entry is None:
            return []
        try:
            fields: Sequence[Mapping[str, Any]] = catalogue().table(self.entry.id, self.version)["fields"]
        except (UnknownSchema, NotATable):
            return []
        return [str(field.get("title") or field["name"]) for field in fields if key(str(field["name"])) not in there]

    def _licence(self) -> str:
        chosen = self.organization.get("odl_default_licence")
        self.say("license_id", "organization" if chosen else "default")
        return chosen or DEFAULT_LICENCE

    def _theme(self) -> str:
        theme = texts("proposal")["themes"].get(self.entry.theme) if self.entry else None
        if theme:
            self.say("theme", "model")
        return _THEMES + theme if theme else ""

    def _keywords(self) -> str:
        if self.words.get("keywords"):
            self.say("tag_string", "model")
        return ", ".join(self.words.get("keywords", ()))

    def _frequency(self) -> str:
        code = self.entry.frequency if self.entry else None
        if code:
            pace = frequency_words(code, self.language)
            self.say("frequency", "model", pace=pace)
        return _FREQUENCIES + code if code else ""

    def _territory(self) -> str:
        kind = self.organization.get("odl_kind") or ""
        field = {"commune": "odl_insee", "departement": "odl_department"}.get(kind, "odl_siren")
        code = str(self.organization.get(field) or "")
        if kind == "region":  # known by its SIREN, which the reference does not have
            code = next(
                (body.code for body in map(region, _REGIONS) if body and fold(body.name) in fold(self.name)), ""
            )
        if kind not in ("commune", "epci", "departement", "region") or not code:
            return ""
        self.say("odl_territory", "organization")
        return Territory(kind, code, self.name).text

    def _contact(self) -> str:
        if self.organization.get("odl_contact"):
            self.say("maintainer_email", "organization")
        return str(self.organization.get("odl_contact") or "")


def _kept(existing: Mapping[str, Any], package: Mapping[str, Any], draft: _Draft) -> dict[str, Any]:
    """What the dataset says already, with the gaps filled and its period made to cover that of the new file."""
    merged = {name: existing.get(name) or value for name, value in package.items()}
    tags = [tag.get("display_name") or tag["name"] for tag in existing.get("tags") or ()]
    if tags and not existing.get("tag_string"):
        merged["tag_string"] = ", ".join(tags)
    if package["temporal_start"] and existing.get("temporal_start"):
        merged["temporal_start"] = min(existing["temporal_start"], package["temporal_start"])
    if package["temporal_end"] and existing.get("temporal_end"):
        merged["temporal_end"] = max(existing["temporal_end"], package["temporal_end"])
    draft.say("title", "existing")
    for name in list(draft.why):
        if name in package and existing.get(name) and merged[name] == existing[name]:
            draft.say("title", "existing")
            if name != "title":
                draft.why[name] = draft.why["title"]
    return merged


def _model(schema: Mapping[str, Any] | str | None) -> tuple[SchemaEntry | None, str]:
    if not schema:
        return None, ""
    reference = schema if isinstance(schema, str) else str(schema.get("id") or "")
    version = "" if isinstance(schema, str) else str(schema.get("version") or "")
    try:
        entry, parsed = catalogue().parse(reference)
    except UnknownSchema:
        return None, ""
    return entry, version or parsed or entry.latest


def _spoken(file_name: str) -> str:
    """The name of a file as words: « subventions_2025.csv » → « Subventions 2025 »."""
    words = " ".join(PurePath(file_name).stem.replace("_", " ").replace("-", " ").split())
    return words[:1].upper() + words[1:]


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number > 1 else ''}"
