"""Where a file may go: beside what is online, in the place of a file, on a page of its own; each with facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.odl import helpers
from ckanext.odl.deposit.coverage import Coverage
from ckanext.odl.language import language
from ckanext.odl.views import deposit_pages

#: Datasets that resemble the file and are offered, the likeliest first.
_MOST = 4


def options(deposit: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The places that a file may have, the likeliest first, new data last.

    :returns: for each ``value`` (of the button), ``text``, ``why``, ``loss`` (a sentence when something would no longer
        be online, else "") and ``update``, what ``odl_deposit_update`` is told
    """
    found: dict[str, dict[str, Any]] = {}
    for option in (*_of_candidates(deposit), *_chosen(deposit)):
        found.setdefault(option["value"], option)
    own = {
        "value": "dataset",
        "text": tk._("None of these: these are new data"),
        "why": tk._("They get a page of their own."),
        "loss": "",
        "update": {"place": "dataset", "package_id": "", "resource_id": ""},
    }
    return [*found.values(), own]


def present(deposit: Mapping[str, Any]) -> str:
    """The button that is chosen when the page opens: what was said before, else the likeliest that loses nothing.

    None when that would be a second file for a year that is online: the person says so.
    """
    if deposit["place"] == "replace":
        return f"replace:{deposit['resource_id']}"
    if deposit["place"] == "file":
        return f"file:{deposit['package_id']}"
    first = next(iter(deposit["candidates"]), None)
    if first is None or first["question"] == "near-title" or deposit_pages.is_placed(deposit):
        return "dataset" if deposit_pages.is_placed(deposit) else ""
    offered = [option for option in _of_candidate(first, deposit) if not option["loss"]]
    if first["question"] == "same-data":
        offered = [option for option in offered if option["update"]["place"] == "replace"]
    return offered[0]["value"] if offered else ""


def _of_candidates(deposit: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for candidate in deposit["candidates"][:_MOST]:
        yield from _of_candidate(candidate, deposit)


def _of_candidate(candidate: Mapping[str, Any], deposit: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    beside = _beside(candidate, deposit)
    replaced = [_in_place_of(file, candidate, deposit) for file in candidate["files"] if file["likely"]]
    if candidate["question"] == "same-file":
        yield from replaced
    elif candidate["question"] == "same-data":
        yield from (*replaced, beside)
    else:
        yield from (beside, *replaced)


def _beside(candidate: Mapping[str, Any], deposit: Mapping[str, Any]) -> dict[str, Any]:
    """One more file of a dataset: all that is online stays."""
    title, period = candidate["title"], str(deposit["proposal"]["resource"].get("odl_period") or "")
    if candidate["question"] == "near-title":
        text = tk._("One more file of “{title}”").format(title=title)
    elif len(period) == 4 and candidate["question"] == "same-data":
        text = tk._("Keep the file of {year} and add another one for that year to “{title}”").format(
            year=period, title=title
        )
    elif len(period) == 4:
        text = tk._("Add the year {year} to the dataset “{title}”").format(year=period, title=title)
    else:
        text = tk._("Add this file to the dataset “{title}”").format(title=title)
    files = candidate["files"]
    if len(files) == 1:
        why = tk._("The file “{name}” ({holds}) stays online.").format(name=files[0]["name"], holds=files[0]["holds"])
        if files[0]["since"]:
            why = tk._("The file “{name}” ({holds}), online since {day}, stays there.").format(
                name=files[0]["name"], holds=files[0]["holds"], day=helpers.odl_day_of(files[0]["since"])
            )
    elif files:
        why = " ".join((candidate["why"], tk._("They all stay online.")))
    else:
        why = candidate["why"]
    where = {"place": "file", "package_id": candidate["package_id"], "resource_id": ""}
    return {"value": f"file:{candidate['package_id']}", "text": text, "why": why, "loss": "", "update": where}


def _in_place_of(file: Mapping[str, Any], candidate: Mapping[str, Any], deposit: Mapping[str, Any]) -> dict[str, Any]:
    """The next bytes of a published file: what that one holds, what the new one holds, what would be gone."""
    if candidate["question"] == "same-file":
        text = tk._("The very same file as in “{title}”: put it in the place of that one")
    else:
        text = tk._("Replace “{name}” ({holds}) by this file ({new})")
    said = text.format(title=candidate["title"], name=file["name"], holds=file["holds"], new=_holds(deposit))
    why = "" if file["loss"] else tk._("The address of the file stays the same.")
    if candidate["question"] == "same-data":
        why = " ".join(filter(None, (candidate["why"], why)))
    where = {"place": "replace", "package_id": candidate["package_id"], "resource_id": file["id"]}
    return {"value": f"replace:{file['id']}", "text": said, "why": why, "loss": file["loss"], "update": where}


def _holds(deposit: Mapping[str, Any]) -> str:
    """What the file of the deposit holds: « 12 lignes de 2025 »."""
    read = (deposit["report"] or {}).get("file") or {}
    return Coverage.of(read, deposit["proposal"]["resource"].get("odl_period")).told(language())


def _chosen(deposit: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The place that was chosen before the file was read: from the page of a dataset or of a file."""
    target = deposit["target"]
    if not target:
        return
    title = target["title"] or target["name"]
    if deposit["place"] == "replace" and target["file"]:
        lost = [blocker["message"] for blocker in deposit["blockers"] if blocker["code"] == "loss"]
        where = {"place": "replace", "package_id": target["id"], "resource_id": target["file"]["id"]}
        text = tk._("Replace “{name}” of “{title}” by this file ({new})").format(
            name=target["file"]["name"], title=title, new=_holds(deposit)
        )
        value = f"replace:{target['file']['id']}"
        yield {"value": value, "text": text, "why": "", "loss": " ".join(lost), "update": where}
    where = {"place": "file", "package_id": target["id"], "resource_id": ""}
    text = tk._("Add this file to the dataset “{title}”").format(title=title)
    why = tk._("What is online stays there.")
    yield {"value": f"file:{target['id']}", "text": text, "why": why, "loss": "", "update": where}
