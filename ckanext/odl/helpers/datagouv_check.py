"""How pages say what data.gouv.fr would refuse or lose of a dataset, and the quality it would give it."""

from __future__ import annotations

from typing import Any

import flask
from ckan.common import current_user
from ckan.plugins import toolkit as tk

from ckanext.odl.datagouv.precheck import CHANNELS
from ckanext.odl.language import language
from ckanext.odl.logic.datagouv import checking

from .pages import odl_number


def odl_check(package: dict[str, Any]) -> dict[str, Any]:
    """The pre-check of one dataset, as ``odl_harvest_check`` answers; for those who may see it.

    :param package: as ``package_show`` gives it
    """
    known: dict[str, dict[str, Any]] = flask.g.setdefault("odl_checks", {})
    if package["id"] not in known:
        known[package["id"]] = checking.of_page(package, language())
    return known[package["id"]]


def odl_check_of(organization_id: str, rows: int = 0, state: str = "", start: int = 0) -> dict[str, Any]:
    """The pre-check of an organization, as ``odl_harvest_check`` answers.

    :param rows: datasets to return, the gravest first; none for the counts alone
    """
    asked: dict[str, Any] = {"id": organization_id, "type": "organization", "rows": rows, "start": start}
    context: Any = {"user": current_user.name, "auth_user_obj": current_user}
    return tk.get_action("odl_harvest_check")(context, {**asked, **({"state": state} if state else {})})


def odl_check_state(state: str) -> dict[str, str]:
    """The word, the sign and the colour (a class of ``odl-state``) of a dataset in one of the states."""
    words, sign, colour = {
        "blocking": (tk._("would be refused"), "✕", "unreadable"),
        "lossy": (tk._("would arrive incomplete"), "!", "invalid"),
        "advice": (tk._("ready, with advice"), "✓", "valid"),
        "clean": (tk._("ready"), "✓", "valid"),
        "withheld": (tk._("does not go out"), "–", "no_schema"),
    }[state]
    return {"words": words, "sign": sign, "colour": colour}


def odl_check_level(level: str) -> str:
    """The word for how grave a finding is."""
    return {"blocking": tk._("Blocks"), "lossy": tk._("Gets lost"), "advice": tk._("Advice")}[level]


def odl_check_standing(check: dict[str, Any]) -> str:
    """One sentence: what would become of a dataset."""
    if check["withheld"]:
        return check["why_withheld"]
    stops, losses = check["counts"]["blocking"], check["counts"]["lossy"]
    if stops:
        sentence = tk.ungettext(
            "data.gouv.fr would refuse this dataset: {n} point to correct.",
            "data.gouv.fr would refuse this dataset: {n} points to correct.",
            stops,
        )
        return sentence.format(n=odl_number(stops))
    if losses:
        sentence = tk.ungettext(
            "data.gouv.fr would take this dataset, but {n} detail would be lost on the way.",
            "data.gouv.fr would take this dataset, but {n} details would be lost on the way.",
            losses,
        )
        return sentence.format(n=odl_number(losses))
    return tk._("data.gouv.fr would take this dataset whole.")


def odl_checks_standing(counts: dict[str, int]) -> str:
    """One sentence: what would become of all the datasets of a local authority, good news first.

    :param counts: datasets by state, as ``odl_harvest_check`` gives them
    """
    leaving = sum(number for state, number in counts.items() if state != "withheld")
    if not leaving:
        return tk._("No dataset goes out to data.gouv.fr yet.")
    whole = counts["clean"] + counts["advice"]
    if whole == leaving:
        return tk._("data.gouv.fr would take all your public datasets whole.")
    parts = [
        tk.ungettext("{n} dataset would arrive whole", "{n} datasets would arrive whole", whole),
        tk.ungettext("{n} would lose details", "{n} would lose details", counts["lossy"]),
        tk.ungettext("{n} would be refused", "{n} would be refused", counts["blocking"]),
    ]
    numbers = (whole, counts["lossy"], counts["blocking"])
    told = [part.format(n=odl_number(number)) for part, number in zip(parts, numbers, strict=True) if number]
    return tk._("On data.gouv.fr: {list}.").format(list=", ".join(told))


def odl_check_findings(check: dict[str, Any], channel: str) -> list[dict[str, Any]]:
    """The findings that hold for one way out and, for CKAN's API, only those that the feed does not have."""
    if channel == CHANNELS[0]:
        return [one for one in check["findings"] if one["channel"] in (channel, "both")]
    return [one for one in check["findings"] if one["channel"] == channel]


def odl_quality_words(quality: dict[str, Any]) -> str:
    """“6 criteria out of 9”."""
    total = len(quality["criteria"])
    return tk.ungettext("{n} criterion out of {total}", "{n} criteria out of {total}", quality["met"]).format(
        n=odl_number(quality["met"]), total=odl_number(total)
    )
