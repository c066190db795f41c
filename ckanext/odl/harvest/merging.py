"""Bringing a new version of a national record into a dataset in which people may have worked meanwhile.

Of each field three values are known: what the record gave the last time (``given``), what the dataset held afterwards
(``held``, as the portal's own validation wrote it), and what both are now. What somebody changed here stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: What the import never decides: whose it is, its address, who may see it.
NOT_OURS = frozenset(("id", "name", "owner_org", "private", "state", "type"))

TAGS, FILES, EXTRAS = "tags", "resources", "extras"


@dataclass
class Merged:
    """``changes``: what is to be written, as ``package_patch`` takes it. ``local``: the fields that people keep here
    (``notes``, ``resources.<id>.name``, ``resources.<id>`` when they took a file away). ``changed``: the names of the
    fields that change."""

    changes: dict[str, Any] = field(default_factory=dict)
    local: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def given(mapped: dict[str, Any]) -> dict[str, Any]:
    """A mapped record in the form in which it is remembered and compared."""
    plain = {name: _plain(value) for name, value in mapped.items() if name not in (*NOT_OURS, TAGS, FILES, EXTRAS)}
    return {
        **plain,
        TAGS: _tags(mapped.get(TAGS)),
        EXTRAS: _extras(mapped.get(EXTRAS)),
        FILES: {
            file["id"]: {name: _plain(value) for name, value in file.items() if name != "id"}
            for file in mapped.get(FILES) or []
        },
    }


def held(package: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """What a dataset holds now of the fields that a record gave.

    :param asked: what :func:`given` made of the record
    """
    now = given(package)
    files = {
        id_: {name: now[FILES][id_].get(name, "") for name in fields}
        for id_, fields in asked[FILES].items()
        if id_ in now[FILES]
    }
    plain = {name: now.get(name, "") for name in asked if name not in (TAGS, FILES, EXTRAS)}
    extras = {key: now[EXTRAS].get(key, "") for key in asked[EXTRAS]}
    return {**plain, TAGS: now[TAGS], EXTRAS: extras, FILES: files}


def merge(mapped: dict[str, Any], package: dict[str, Any], written: dict[str, Any] | None) -> Merged:
    """What is to be changed in a dataset to bring a record in.

    :param mapped: the record as a dataset of ours
    :param package: the dataset as it is
    :param written: ``given`` and ``held`` of the last time; None when nobody but the import can have worked in it
    """
    theirs = given(mapped)
    before = (written or {}).get("given") or {TAGS: None, FILES: {}, EXTRAS: {}}
    left = (written or {}).get("held") or held(package, theirs)
    now = given(package)
    result = Merged()
    names = [name for name in {**theirs, **before} if name not in (FILES, EXTRAS)]
    for name in names:
        empty: Any = [] if name == TAGS else ""
        value, mine = theirs.get(name, empty), now.get(name, empty)
        if _three_ways(result, name, value, before.get(name), mine, left.get(name, empty)):
            result.changes[name] = [{"name": tag} for tag in value] if name == TAGS else value
    _merge_extras(result, theirs, before, now, left)
    _merge_files(result, mapped, theirs, before, package, now, left)
    return result


def _three_ways(result: Merged, name: str, value: Any, before: Any, mine: Any, left: Any) -> bool:
    """Whether *value* is to be written."""
    if value == mine:
        return False
    if mine != left:
        result.local.append(name)
        return False
    if value == before:  # the portal's own validation wrote it otherwise
        return False
    result.changed.append(name)
    return True


def _merge_extras(result: Merged, theirs: Any, before: Any, now: Any, left: Any) -> None:
    extras, moved = dict(now[EXTRAS]), False
    for key in {**theirs[EXTRAS], **before[EXTRAS]}:
        value = theirs[EXTRAS].get(key, "")
        mine, was = now[EXTRAS].get(key, ""), left[EXTRAS].get(key, "")
        if _three_ways(result, f"extras.{key}", value, before[EXTRAS].get(key), mine, was):
            moved, extras[key] = True, value
    if moved:
        result.changes[EXTRAS] = [{"key": key, "value": value} for key, value in extras.items() if value]


def _merge_files(
    result: Merged, mapped: Any, theirs: Any, before: Any, package: dict[str, Any], now: Any, left: Any
) -> None:
    present = {file["id"]: file for file in package.get(FILES) or []}
    files: list[dict[str, Any]] = []
    moved = False
    for file in mapped.get(FILES) or []:
        id_ = file["id"]
        if id_ not in present:
            if id_ in left[FILES]:
                result.local.append(f"resources.{id_}")  # somebody took it away here
            else:
                files.append(file)
                result.changed.append(f"resources.{id_}")
                moved = True
            continue
        changes = {}
        was, stayed = before[FILES].get(id_, {}), left[FILES].get(id_, {})
        for name in {**theirs[FILES][id_], **was}:
            value, mine = theirs[FILES][id_].get(name, ""), now[FILES][id_].get(name, "")
            if _three_ways(result, f"resources.{id_}.{name}", value, was.get(name), mine, stayed.get(name, "")):
                changes[name] = value
        files.append({**present[id_], **changes})
        moved = moved or bool(changes)
    for id_, file in present.items():
        if id_ in theirs[FILES]:
            continue
        as_left = left[FILES].get(id_)
        if as_left is not None and all(now[FILES][id_].get(name, "") == value for name, value in as_left.items()):
            result.changed.append(f"resources.{id_}")
            moved = True
            continue
        if as_left is not None:
            result.local.append(f"resources.{id_}")
        files.append(file)  # it was added or worked on here
    if moved:
        result.changes[FILES] = files


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    return value.strip().replace("\r\n", "\n") if isinstance(value, str) else value


def _tags(tags: Any) -> list[str]:
    return sorted({tag["name"] for tag in tags or []})


def _extras(extras: Any) -> dict[str, Any]:
    return {extra["key"]: _plain(extra["value"]) for extra in extras or []}
