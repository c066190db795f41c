"""The words, filters, orders and columns of the list of members."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.odl.language import language
from ckanext.odl.logic.path import definition
from ckanext.odl.onboarding import display

#: What the address may narrow or order the list by.
PARAMETERS = ("q", "phase", "kind", "department", "group", "problem", "sort")
#: The order when none is asked for.
DEFAULT_SORT = "priority"
_PHASES = tuple(f"p{number}" for number in range(1, 7))


def today() -> dt.date:
    """Today where the portal's people are."""
    return dt.datetime.now(tk.h.get_display_timezone()).date()


def asked(given: Any) -> dict[str, str]:
    """The filters that an address or a form holds; what is not one of them is left out."""
    found = {name: given.get(name, "").strip()[:100] for name in PARAMETERS}
    allowed = {
        "phase": _PHASES,
        "kind": tuple(kinds()),
        "problem": tuple(problems()),
        "sort": tuple(dict(sorts())),
    }
    return {name: value if value in allowed.get(name, (value,)) else "" for name, value in found.items()}


def is_filtered(wanted: Mapping[str, str]) -> bool:
    return any(value for name, value in wanted.items() if name != "sort")


def kinds() -> dict[str, str]:
    return {
        "commune": tk._("Municipality"),
        "epci": tk._("Intermunicipality"),
        "departement": tk._("Département"),
        "region": tk._("Région"),
        "syndicat": tk._("Joint authority"),
        "autre": tk._("Other"),
    }


def problems() -> dict[str, str]:
    return {
        "stale": tk._("Steps to bring up to date"),
        "no_contact": tk._("No address to write to"),
        "quiet": tk._("No activity for a year"),
        "not_begun": tk._("Nothing deposited yet"),
        "to_mend": tk._("Files to correct"),
        "expiring": tk._("Proofs that expire soon"),
        "proposal": tk._("Proposals to answer"),
    }


def sorts() -> list[tuple[str, str]]:
    return [
        (DEFAULT_SORT, tk._("Whom to call first")),
        ("title", tk._("Name")),
        ("progress", tk._("Least advanced first")),
        ("-progress", tk._("Most advanced first")),
        ("last_activity", tk._("Quiet for longest first")),
        ("-last_activity", tk._("Latest activity first")),
        ("-valid_files", tk._("Most files that follow their model first")),
        ("stale_since", tk._("Out of date for longest first")),
        ("-population", tk._("Most inhabitants first")),
    ]


def filters(facets: Mapping[str, list[dict[str, Any]]], wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    """The drop-down lists above the table, with how many members each choice has."""
    phases = {phase: tk._("Phase {n}").format(n=number) for number, phase in enumerate(_PHASES, 1)}
    choices = [
        ("phase", tk._("Phase"), tk._("All phases"), phases),
        ("kind", tk._("Kind"), tk._("All kinds"), kinds()),
        ("department", tk._("Département"), tk._("All départements"), None),
        ("group", tk._("Group"), tk._("All groups"), None),
        ("problem", tk._("To be seen to"), tk._("Everything"), problems()),
    ]
    found = []
    for name, label, everything, words in choices:
        counts = {found["value"]: found["count"] for found in facets.get(name) or []}
        values = [value for value in words or sorted(counts) if value and (counts.get(value) or value == wanted[name])]
        if wanted[name] and wanted[name] not in values:
            values.append(wanted[name])
        if values:
            options = [
                {"value": value, "label": words[value] if words else value, "count": counts.get(value, 0)}
                for value in values
            ]
            found.append({"name": name, "label": label, "all": everything, "options": options})
    return found


def group_names(facets: Mapping[str, list[dict[str, Any]]]) -> list[str]:
    return sorted(found["value"] for found in facets.get("group") or [])


def headings(atd: str, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    """The headings of the table; those that order it say how, and lead to the other order."""
    columns = [
        (tk._("Local authority"), "title", ""),
        (tk._("Phases"), "progress", "-progress"),
        (tk._("Files that follow their model"), "", "-valid_files"),
        (tk._("Last activity"), "last_activity", "-last_activity"),
        (tk._("To report"), "", ""),
    ]
    found = []
    for label, up, down in columns:
        direction = {up: "ascending", down: "descending"}.get(wanted["sort"]) if wanted["sort"] else None
        other = (down if wanted["sort"] == up else up) or up or down
        arguments = {key: value for key, value in {**wanted, "sort": other}.items() if value}
        url = tk.url_for("odl_atd.read", name=atd, **arguments, _anchor="members") if other else None
        found.append({"label": label, "url": url, "direction": direction})
    return found


def figures(totals: Mapping[str, int]) -> list[tuple[str, str]]:
    """The figures of the first sentence, each with the filter that lists what it counts."""
    sentences = [
        ("", tk.ungettext("{n} advanced this month", "{n} advanced this month", totals["advanced"]), "advanced"),
        (
            "stale",
            tk.ungettext("{n} has steps to bring up to date", "{n} have steps to bring up to date", totals["stale"]),
            "stale",
        ),
        (
            "no_contact",
            tk.ungettext("{n} without an address", "{n} without an address", totals["no_contact"]),
            "no_contact",
        ),
    ]
    return [
        (filter if totals[name] else "", sentence.format(n=tk.h.odl_number(totals[name])))
        for filter, sentence, name in sentences
    ]


def addresses(endpoint: str, names: Iterable[str]) -> dict[str, str]:
    """The address of a page of each collectivité, by name: one address is built, and they differ by the name alone."""
    before, after = tk.url_for(endpoint, name="~").rsplit("~", 1)
    return {name: f"{before}{name}{after}" for name in names}


def profiles() -> dict[str, str]:
    """The profiles for all of whose members a step may be waived."""
    return {
        "no_agent": tk._("All those that have no agent to do this"),
        "small": tk._("All the small ones (fewer than 3,500 inhabitants)"),
        "other": tk._("All the others"),
    }


def step_label(id_: str, atd: str) -> str:
    """What a step of the path is called, "" when there is none of this name."""
    return next((step["label"] for phase in steps(atd) for step in phase["steps"] if step["id"] == id_), "")


def steps(atd: str) -> list[dict[str, Any]]:
    """The steps of the path, by phase, as the people of the supporting body *atd* choose among them."""
    checklist, words = definition.current().checklist, "fr" if language()[:2] == "fr" else "en"
    found = checklist.steps().values()
    return [
        {
            "label": phase.label[words],
            "steps": [
                {"id": step.id, "label": display.step_label(checklist, step.id, words, atd)}
                for step in found
                if step.phase == phase.id
            ],
        }
        for phase in checklist.phases
    ]


def _count(phase: Mapping[str, int] | None) -> str:
    """“4 of 9”: a spreadsheet would take 4/9 for a day."""
    return tk._("{done} of {all}").format(done=phase["done"], all=phase["applicable"]) if phase else ""


class _Columns:
    """The columns of the list as a file."""

    def headings(self) -> tuple[list[str], list[int]]:
        named = [
            (tk._("Local authority"), 32),
            (tk._("Address of the page"), 60),
            (tk._("Kind"), 16),
            (tk._("Département"), 14),
            (tk._("Population"), 12),
            (tk._("Group"), 18),
            (tk._("Phase"), 10),
            *((tk._("Phase {n}").format(n=number), 10) for number in range(1, 7)),
            (tk._("Steps done"), 12),
            (tk._("Steps that concern it"), 14),
            (tk._("Steps to bring up to date"), 14),
            (tk._("Out of date since"), 14),
            (tk._("Minutes of work left"), 12),
            (tk._("Files that follow their model"), 14),
            (tk._("Files to correct"), 12),
            (tk._("Last activity"), 14),
            (tk._("Contact"), 10),
            (tk._("To report"), 70),
        ]
        return [name for name, _ in named], [width for _, width in named]

    def row(self, found: Mapping[str, Any]) -> list[Any]:
        place = found["organization"]
        phases = {phase["id"]: phase for phase in found["phases"] or []}
        return [
            place["title"],
            tk.url_for("odl_path.read", name=place["name"], _external=True),
            kinds().get(place["kind"] or "", ""),
            place["department"],
            place["population"],
            place.get("group"),
            (found["current"] or "").removeprefix("p"),
            *(_count(phases.get(id_)) for id_ in _PHASES),
            found["done"],
            found["applicable"],
            found["stale"],
            found["stale_since"],
            found["minutes_left"],
            found["valid_files"],
            found["files_to_mend"],
            found["last_activity"],
            found["has_contact"],
            " ".join(found["why"] or []),
        ]


COLUMNS = _Columns()
