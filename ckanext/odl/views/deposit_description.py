"""The description of a deposited file as a form: what is proposed and why, what was typed, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.odl import helpers
from ckanext.odl.logic.validators import DECREE_LICENCES
from ckanext.odl.territory import Territory
from ckanext.odl.views import deposit_pages

_PACKAGE = "package"
_RESOURCE = "resource"
_TERRITORY = "odl_territory"
#: What is shown at once; the rest is folded, with a line that says what is filled in.
_FIRST = ((_PACKAGE, "title"), (_PACKAGE, "notes"), (_RESOURCE, "odl_period"), (_PACKAGE, "license_id"))
_CONFIRMED = (_RESOURCE, "name")
_REASON = "odl_homologation_note"
_FOLDED = {
    "found": (
        (_PACKAGE, "theme"),
        (_PACKAGE, "tag_string"),
        (_PACKAGE, _TERRITORY),
        (_PACKAGE, "temporal_start"),
        (_PACKAGE, "temporal_end"),
    ),
    "kept": (
        (_PACKAGE, "frequency"),
        (_PACKAGE, "odl_service"),
        (_PACKAGE, "maintainer_email"),
        (_PACKAGE, "odl_procedure"),
    ),
    "file": ((_RESOURCE, "name"), (_RESOURCE, "description")),
}
#: When the file joins a dataset, which has its description already.
_FILE_ONLY = ((_RESOURCE, "name"), (_RESOURCE, "odl_period"), (_RESOURCE, "description"))

Place = tuple[str, str]


class Description:
    """The form of one deposit. Fields have the names that the dataset's own form gives them."""

    def __init__(self, deposit: Mapping[str, Any]) -> None:
        self.deposit = deposit
        self.proposal = deposit["proposal"]
        self.is_new = deposit["place"] == "dataset"
        schema = tk.h.scheming_get_dataset_schema("dataset")
        self.fields: dict[Place, Mapping[str, Any]] = {
            **{(_PACKAGE, field["field_name"]): field for field in schema["dataset_fields"]},
            **{(_RESOURCE, field["field_name"]): field for field in schema["resource_fields"]},
        }

    def _first(self) -> tuple[Place, ...]:
        if not self.is_new:
            return _FILE_ONLY
        licence = self._value((_PACKAGE, "license_id"))
        return _FIRST if licence in ("", *DECREE_LICENCES) else (*_FIRST, (_PACKAGE, _REASON))

    def _folded(self) -> dict[str, tuple[Place, ...]]:
        if not self.is_new:
            return {}
        licence = self._value((_PACKAGE, "license_id"))
        more = () if licence not in ("", *DECREE_LICENCES) else ((_PACKAGE, _REASON),)
        return {**_FOLDED, "found": (*_FOLDED["found"], *more)} if more else dict(_FOLDED)

    def _places(self) -> list[Place]:
        return [*self._first(), *(place for part in self._folded().values() for place in part)]

    def _value(self, place: Place) -> str:
        value = (self.proposal.get(place[0]) or {}).get(place[1])
        return "" if value is None else value

    # -- what was typed

    def sent(self, form: Mapping[str, str]) -> dict[str, Any]:
        """What the form says, as ``odl_deposit_update`` takes it."""
        found: dict[str, dict[str, Any]] = {_PACKAGE: {}, _RESOURCE: {}}
        for place in self._places():
            part, name = place
            typed = _territory(form) if name == _TERRITORY else form.get(name, "").replace("\r\n", "\n").strip()
            # what is left as proposed stays a proposal; the name is always written: somebody has looked at it
            if place == _CONFIRMED or typed != str(self._value(place)).strip():
                found[part][name] = typed
        return {part: fields for part, fields in found.items() if fields}

    # -- the page

    def page(self, form: Mapping[str, str] | None = None, errors: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What the template shows.

        :param form: what was typed, when something in it was refused
        :param errors: what was refused, by ``package``, ``resource`` and field, or by field
        """
        wrong = _flat(errors or {})
        parts = [
            {
                "title": tk._("The essentials") if self.is_new else tk._("The file"),
                "folded": False,
                **self._part(self._first(), form, wrong),
            }
        ]
        for name, places in self._folded().items():
            parts.append({"title": self._title(name), "folded": True, **self._part(places, form, wrong)})
        shown = [self._field(place) for place in self._places()]
        problems = [{**problem, "anchor": problem["anchor"]} for problem in tk.h.odl_problems(wrong, shown)]
        return {"parts": parts, "errors": wrong, "problems": problems}

    def _title(self, name: str) -> str:
        return {
            "found": tk._("To be found"),
            "kept": tk._("Keeping it up to date"),
            "file": tk._("The file itself"),
        }[name]

    def _part(
        self, places: Iterable[Place], form: Mapping[str, str] | None, wrong: Mapping[str, Any]
    ) -> dict[str, Any]:
        places = list(places)
        data: dict[str, Any] = {}
        for place in places:
            data[place[1]] = self._value(place) if form is None else form.get(place[1], "")
            if form is not None and place[1] == _TERRITORY:
                data.pop(_TERRITORY)
                data |= {
                    f"{_TERRITORY}_{box}": form.get(f"{_TERRITORY}_{box}", "") for box in ("level", "code", "name")
                }
        names = {place[1] for place in places}
        return {
            "fields": [self._field(place) for place in places],
            "data": data,
            "open": any(name in wrong for name in names),
            "summary": self._summary(places),
        }

    def _field(self, place: Place) -> dict[str, Any]:
        field = dict(self.fields[place])
        if not self.is_new:
            field.pop("odl_section", None)
        why = (self.proposal.get("why") or {}).get(place[1])
        if why:
            field["odl_why"] = why
        return field

    def _summary(self, places: Iterable[Place]) -> str:
        """What a folded part holds already: « Thème : Économie et finances · Mots-clés : … »."""
        said = []
        for place in places:
            text = self._text(place)
            if text:
                said.append(text)
        return " · ".join(said) or tk._("nothing yet")

    def _text(self, place: Place) -> str:
        value = self._value(place)
        if not value:
            return ""
        name, field = place[1], self.fields[place]
        if name == _TERRITORY:
            return helpers.odl_territory_text(str(value))
        if name in ("temporal_start", "temporal_end"):
            with suppress(ValueError):  # as it was typed, when it is no day
                return helpers.odl_day_of(str(value))
        if field.get("choices"):
            labels = {choice["value"]: choice["label"] for choice in field["choices"]}
            return tk.h.scheming_language_text(labels[value]) if value in labels else str(value)
        return " ".join(str(value).split())[:80]

    # -- what will be online

    def title(self) -> str:
        """The title under which the file will be found."""
        return deposit_pages.target_title(self.deposit) or str(self._value((_PACKAGE, "title")))

    def facts(self) -> list[dict[str, str]]:
        """The few lines to read over before publishing."""
        schema = self.deposit.get("schema")
        name = str(self._value((_RESOURCE, "name"))) or self.deposit["file"]["name"]
        facts = [
            {"label": tk._("Local authority"), "text": self.deposit["organization"]["title"]},
            {"label": tk._("File"), "text": f"{name} ({helpers.odl_size(self.deposit['file']['size'])})"},
        ]
        period = self._value((_RESOURCE, "odl_period"))
        if period:
            facts.append({"label": tk._("Year or period"), "text": str(period)})
        if schema and schema.get("id"):
            title = schema.get("title") or helpers.odl_schema_name(schema["id"])
            facts.append({"label": tk._("Model"), "text": title})
        names = self.deposit.get("covers")
        if names:
            said = tk.ungettext("{n}, named with the dataset", "{n}, named with the dataset", names["count"])
            facts.append(
                {
                    "label": tk._("Local authorities concerned"),
                    "text": said.format(n=helpers.odl_number(names["count"])),
                }
            )
        licence = self._value((_PACKAGE, "license_id"))
        if self.is_new and licence:
            known = {
                option["value"]: option["text"]
                for group in helpers.odl_licence_groups(licence)
                for option in group["options"]
            }
            facts.append({"label": tk._("Licence"), "text": known.get(licence, str(licence))})
        return facts


def _territory(form: Mapping[str, str]) -> str:
    """The three boxes of a territory in one line, as it is stored."""
    level, code, name = (" ".join(form.get(f"{_TERRITORY}_{box}", "").split()) for box in ("level", "code", "name"))
    if not (level or code or name):
        return ""
    return Territory(level, code.replace(" ", "").upper(), name).text if level else " ".join(filter(None, (code, name)))


def _flat(errors: Mapping[str, Any]) -> dict[str, Any]:
    """The sentences by field, however the refusal is laid out."""
    found: dict[str, Any] = {}
    for name, value in errors.items():
        if name in (_PACKAGE, _RESOURCE) and isinstance(value, Mapping):
            found |= {inner: deposit_pages.sentences(words) for inner, words in value.items()}
        else:
            found[name] = deposit_pages.sentences(value)
    return found
