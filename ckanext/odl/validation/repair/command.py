"""``odl-validate FILE --repair OUT``: the repairs on the command line."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from ..guard import Stopped, in_child, incomplete
from ..run import check
from ..schema_source import find_schema
from . import words
from .apply import FORMATS, repair
from .proposals import default_choices, proposals

_TAKEN, _LEFT = ("yes", "oui", "true", "1"), ("no", "non", "false", "0")
_HERE = "ckanext.odl.validation.repair"


class WrongChoice(ValueError):
    """An answer to a question that the file does not ask, or a place to write to that cannot be."""


def repair_file(path: Path, options: argparse.Namespace) -> dict[str, Any]:
    """As :func:`_repair_file`; a child that is stopped says nothing of the file."""
    try:
        return _repair_file(path, options)
    except Stopped as stopped:
        return incomplete(stopped.code, path, options.schema, options.language, path.name)


def _repair_file(path: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Repair one file as the options of the command say; the report of the repaired file, with what was done under
    ``repair``: ``file``, ``changes_file``, ``changes``, ``by_repair``, ``left`` (proposals not taken), ``impossible``.

    A file that cannot be read is not repaired: its own report is given and nothing is written.

    :raises WrongChoice: ``--choose`` or ``--repair`` cannot be followed
    :raises SchemaRefused: the schema is unknown or cannot be used
    """
    out = Path(options.repair)
    format = out.suffix.lower().lstrip(".")
    changes = out.with_name(f"{out.stem}-changes.csv")
    if format not in FORMATS:
        raise WrongChoice(_say("format", options.language))
    if any(place.exists() and os.path.samefile(place, path) for place in (out, changes)):
        raise WrongChoice(_say("same", options.language))
    if options.schema is not None:
        find_schema(options.schema)
    known = {"language": options.language, "name": path.name, "owner_siren": options.owner_siren}
    known["period"] = options.period
    insee, sheet = {"owner_insee": options.owner_insee}, {"sheet": options.sheet}
    proposed = _call("proposals", path, {"schema": options.schema, **known, **insee, **sheet}, options.guard, [])
    schema = options.schema or _reference(proposed["schema"])
    if not proposed["header"] or proposed["sheet_missing"]:
        return _call("check", path, {"schema": options.schema, **known, **insee, **sheet}, options.guard, [])
    chosen = _chosen(proposed, options.choose, options.language)
    try:
        with out.open("w+b") as repaired, changes.open("w+b") as listed:
            asked = {"schema": schema, "chosen": chosen, "format": format, **known, **sheet}
            done = _call("repair", path, asked, options.guard, [repaired, listed])
    except OSError as error:
        raise WrongChoice(_say("place", options.language)) from error
    report = _call("check", out, {**known, **insee, "schema": schema, "name": out.name}, options.guard, [])
    left = [one for one in proposed["repairs"] if one["id"] not in chosen]
    return report | {
        "repair": {
            "file": str(out),
            "changes_file": str(changes),
            "changes": done["changes"],
            "by_repair": done["by_repair"],
            "errors_before": proposed["errors"],
            "left": left,
            "impossible": proposed["impossible"],
        }
    }


def repair_told(report: dict[str, Any], language: str) -> list[str]:
    """What was done, in lines for a person; none when nothing could be."""
    done = report.get("repair")
    if done is None:
        return []
    lines = [words.note("done", {**done, "count": done["changes"], "after": report["counts"]["errors"]}, language)]
    lines += [f"  ✓ {words.title(id_, language)} · {id_} · {count} ×" for id_, count in done["by_repair"].items()]
    for one in done["left"]:
        lines.append(f"  ? {one['title']} · {one['count']} × · {one['why']}")
        lines += [
            f"      --choose {one['id']}={choice['value']}  {choice['label']}" for choice in one.get("choices", [])
        ]
        lines += [] if one.get("choices") else [f"      --choose {one['id']}=yes"]
    for lost in done["impossible"]:
        lines.append(f"  ✗ {lost['message']} · {lost['count']} ×")
        if lost["offer"]:
            lines.append(f"      --choose {lost['offer']['id']}=yes  {lost['offer']['label']}")
    return lines


def _call(function: str, path: Path, options: dict[str, Any], guard: bool, outputs: list[Any]) -> Any:
    """Call a function here, or in a child with limits."""
    if guard:
        module = "ckanext.odl.validation.run" if function == "check" else _HERE
        return in_child(f"{module}:{function}", path, options=options, seconds=60, outputs=outputs)
    if function == "repair":
        return repair(path, outputs=outputs, **options)
    return check(path, **options) if function == "check" else proposals(path, **options)


def _reference(schema: dict[str, Any] | None) -> str | None:
    return f"{schema['id']}@{schema['version']}" if schema and schema.get("id") else None


def _chosen(proposed: dict[str, Any], answers: list[str], language: str) -> dict[str, bool | str]:
    """The default choices, changed by the answers."""
    chosen = default_choices(proposed)
    known = {one["id"]: [choice["value"] for choice in one.get("choices", [])] for one in proposed["repairs"]}
    known |= {lost["offer"]["id"]: [] for lost in proposed["impossible"] if lost["offer"]}
    for answer in answers:
        id_, _, value = answer.rpartition("=")
        if id_ not in known:
            raise WrongChoice(_say("unknown", language, id=id_ or answer))
        if value in _LEFT and value not in known[id_]:
            chosen.pop(id_, None)
        elif value in known[id_] or (not known[id_] and value in _TAKEN):
            chosen[id_] = value if known[id_] else True
        else:
            raise WrongChoice(_say("value", language, id=id_, value=value, names=known[id_] or ["yes", "no"]))
    return chosen


def _say(name: str, language: str, **facts: Any) -> str:
    return words.note(f"wrong-{name}", facts, language)
