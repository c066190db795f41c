"""Whom an ATD calls first, and why: a figure to sort by and the reasons in the order in which they weigh.

The reasons are stored as codes with their figures; :func:`sentences` puts them into the reader's words.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from ckan.plugins import toolkit as tk

#: Days without a change of data, a proof or a login after which a collectivité is called.
QUIET_DAYS = 365
#: What a collectivité may be listed for.
PROBLEMS = ("stale", "no_contact", "quiet", "to_mend", "proposal", "expiring", "not_begun")


def reasons(progress: dict[str, Any], today: dt.date, proposals: int, *, has_files: bool) -> list[dict[str, Any]]:
    """Why this collectivité should be called, the weightiest reason first.

    :param progress: what :meth:`ckanext.odl.onboarding.Progress.to_dict` gave
    :param proposals: proposals of « sans objet » that wait for an answer
    :param has_files: whether it has deposited a file
    :returns: ``{"code": one of PROBLEMS or no_file, "n", "days", "on", "weight"}`` each
    """
    found: list[dict[str, Any]] = []

    def add(code: str, weight: int, **figures: Any) -> None:
        found.append({"code": code, "weight": weight, **figures})

    if not progress["has_contact"]:
        add("no_contact", 40)
    if progress["stale"]:
        since = dt.date.fromisoformat(progress["stale_since"])
        days = (today - since).days
        add("stale", 30 + min(20, 2 * progress["stale"]) + min(10, days // 30), n=progress["stale"], days=days)
    if proposals:
        add("proposal", 35, n=proposals)
    if progress["files_to_mend"]:
        add("to_mend", 20 + min(10, progress["files_to_mend"]), n=progress["files_to_mend"])
    last = progress["last_activity"]
    if last is None:
        add("not_begun", 15)
    elif not has_files:
        add("no_file", 15)
    if last and (days := (today - dt.date.fromisoformat(last)).days) >= QUIET_DAYS:
        add("quiet", 15 + min(15, days // 90), days=days, on=last)
    expiring = sum(1 for step in progress["steps"].values() if step["expires_soon"])
    if expiring:
        add("expiring", 10 + min(5, expiring), n=expiring)
    return sorted(found, key=lambda reason: -reason["weight"])


def sentences(why: list[dict[str, Any]] | None) -> list[str]:
    """The reasons in the reader's language."""
    return [_sentence(reason) for reason in why or []]


def _sentence(reason: dict[str, Any]) -> str:
    number, days = reason.get("n", 0), reason.get("days", 0)
    if reason["code"] == "no_contact":
        return tk._("No address to write to.")
    if reason["code"] == "stale":
        if days == 0:
            return tk.ungettext(
                "{number} step to bring up to date since today.",
                "{number} steps to bring up to date since today.",
                number,
            ).format(number=number)
        since = tk.ungettext("for {days} day", "for {days} days", days).format(days=days)
        return tk.ungettext(
            "{number} step to bring up to date, {since}.", "{number} steps to bring up to date, {since}.", number
        ).format(number=number, since=since)
    if reason["code"] == "proposal":
        return tk.ungettext(
            "{number} step that it says does not concern it: your answer is awaited.",
            "{number} steps that it says do not concern it: your answer is awaited.",
            number,
        ).format(number=number)
    if reason["code"] == "to_mend":
        return tk.ungettext("{number} file to correct.", "{number} files to correct.", number).format(number=number)
    if reason["code"] == "quiet":
        return tk._("No sign of life since {date}.").format(date=tk.h.odl_date(dt.date.fromisoformat(reason["on"])))
    if reason["code"] == "no_file":
        return tk._("No file was deposited yet.")
    if reason["code"] == "expiring":
        return tk.ungettext("{number} proof ends soon.", "{number} proofs end soon.", number).format(number=number)
    return tk._("Nothing was begun yet.")
