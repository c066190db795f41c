"""The sheets of a workbook on the page of a deposit: which one was read and why, and what of it is published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.odl import helpers

#: What is chosen by default, and before the name of a sheet that is to be published alone.
ONE, ALL = "one", "all"


def offer(deposit: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the page says of the sheets; None for a file that has one, or none.

    :returns: ``kept`` (as ``sheets_kept`` of the deposit), ``read``: the name of the sheet that is read, ``choices``:
        one for each sheet (``name``, ``about``), ``others``: the names of those that were not checked
    """
    kept, sheets = deposit["sheets_kept"], deposit["sheets"]
    if not sheets and kept != ONE:
        return None
    read = ((deposit["report"] or {}).get("file") or {}).get("sheet") or ""
    if kept == ONE:
        line = next(line for line in deposit["history"] if line["what"] == "sheets")
        return {"kept": kept, "read": line["detail"]["sheet"], "choices": [], "others": []}
    why = helpers.odl_sheet_why(deposit["report"]["file"]["sheet_why"])
    return {
        "kept": kept,
        "read": read,
        "choices": [{"name": one["name"], "about": _about(one, why if one["name"] == read else "")} for one in sheets],
        "others": [one["name"] for one in sheets if one["name"] != read],
    }


def is_open(deposit: Mapping[str, Any]) -> bool:
    """Whether somebody has still to say what is published of a workbook."""
    return bool(deposit["sheets"]) and not deposit["sheets_kept"]


def _about(sheet: Mapping[str, Any], why: str) -> str:
    count = sheet["rows"] or 0
    said = [tk.ungettext("{n} row", "{n} rows", count).format(n=helpers.odl_number(count))]
    if sheet["hidden"]:
        said.append(tk._("hidden in the workbook"))
    said.append(tk._("read by the portal: {why}").format(why=why) if why else tk._("not read yet"))
    return ", ".join(said)


def chosen(deposit: Mapping[str, Any]) -> dict[str, str]:
    """What the form says, as parameters of ``odl_deposit_update``; nothing when it says nothing of this workbook."""
    form = tk.request.form
    names = [one["name"] for one in deposit["sheets"]]
    if deposit["sheets_kept"] == ONE:
        found = offer(deposit)
        return {"sheet": found["read"]} if found and form.get("back") else {}
    kept, sheet = form.get("kept", ""), form.get("sheet", "")
    if kept == ALL:
        return {"sheets": ALL, **({"sheet": sheet} if sheet in names else {})}
    name = kept.removeprefix(f"{ONE}:")
    return {"sheets": ONE, "sheet": name} if kept.startswith(f"{ONE}:") and name in names else {}
