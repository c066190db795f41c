"""What would become public if the files that members handed in were accepted: read before it is done."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import territory
from ckanext.odl.deposit import privacy, signals
from ckanext.odl.deposit.coverage import years_told
from ckanext.odl.logic.deposit import strictness
from ckanext.odl.model import Campaign, Deposit, DepositFile

from . import following

#: Others that a sentence names.
_NAMED = 3


def review(campaign: Campaign, language: str, organization_ids: list[str] | None = None) -> list[dict[str, Any]]:
    """The files that wait to be accepted, by the name of the member (a fixed number of queries).

    :param organization_ids: only these members
    :returns: of each ``organization``, ``deposit`` (as :func:`.following.members`), ``answers`` on personal data
        (``question``, ``answer`` each), ``signals`` (sentences), ``warnings`` (what whoever accepts takes upon
        themselves), ``impossible`` (why it cannot be published now, "" when it can)
    """
    waiting = [one for one in following.members(campaign, language, organization_ids) if one["step"] == "deposited"]
    strict = strictness.of_many([one["organization"]["id"] for one in waiting])
    pairs = _pairs([one["deposit"]["id"] for one in waiting])
    reviewed = [_reviewed(one, *pairs[one["deposit"]["id"]], strict, language) for one in waiting]
    for one in reviewed:
        one["warnings"] += _of_another_time(one["deposit"]["other_years"], campaign.period, language)
        one["warnings"] += _of_others(one["deposit"]["other_owners"])
    return reviewed


def _pairs(deposit_ids: list[str]) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """The answers of each deposit, and what was seen in its file."""
    deposit, file = Deposit.__table__, DepositFile.__table__
    rows = model.Session.execute(
        sa.select(deposit.c.id, deposit.c.answers, file.c.inspection)
        .join(file, file.c.id == deposit.c.file_id)
        .where(deposit.c.id.in_(deposit_ids))
    )
    return {row.id: (row.answers or {}, row.inspection or {}) for row in rows}


def _reviewed(
    one: dict[str, Any], answers: dict[str, Any], seen: dict[str, Any], strict: dict[str, str], language: str
) -> dict[str, Any]:
    deposit = one["deposit"]
    concerns = deposit["concerns"]
    return {
        "organization": one["organization"],
        "deposit": deposit,
        "accepting": one["accepting"],
        "answers": _in_words(answers, language),
        "signals": [signals.sentence(signal, language) for signal in seen.get("signals") or []],
        "warnings": [*_problems(deposit), *(one["advice"] for one in concerns if one["outcome"] == "ask")],
        "impossible": _impossible(deposit, strict.get(one["organization"]["id"], strictness.ADVISE)),
    }


def _in_words(answers: dict[str, Any], language: str) -> list[dict[str, str]]:
    found = []
    for question in privacy.questions(language):
        label = next((one["label"] for one in question["answers"] if one["value"] == answers.get(question["id"])), "")
        if label:
            found.append({"question": question["text"], "answer": label})
    return found


def _problems(deposit: dict[str, Any]) -> list[str]:
    if deposit["badge"] == "unreadable":
        return [tk._("The file cannot be read as a table: it would be published as a document.")]
    count = deposit["problems"]
    if deposit["badge"] != "invalid" or not count:
        return []
    sentence = tk.ungettext(
        "{n} problem: it would be published with it.", "{n} problems: it would be published with them.", count
    )
    return [sentence.format(n=tk.h.odl_number(count))]


def _of_another_time(years: list[int], period: str, language: str) -> list[str]:
    if not years:
        return []
    sentence = tk._("Its rows are {years}, and the collection asks for {period}.")
    return [sentence.format(years=years_told(years, language), period=period)]


def _of_others(codes: list[str]) -> list[str]:
    if not codes:
        return []
    bodies = {code: territory.commune(code) or territory.by_siren(code) for code in codes[:_NAMED]}
    names = ", ".join(body.label if body else code for code, body in bodies.items())
    names += ", …" if len(codes) > _NAMED else ""
    return [tk._("Its rows are about {names}, and not about this local authority.").format(names=names)]


def _impossible(deposit: dict[str, Any], strict: str) -> str:
    if deposit["badge"] == "checking":
        return tk._("The portal is still reading this file.")
    if any(one["outcome"] == "unanswered" for one in deposit["concerns"]):
        return tk._("Questions on personal data have no answer yet.")
    remove = next((one["advice"] for one in deposit["concerns"] if one["outcome"] == "remove"), "")
    if remove:
        return remove
    if strict == strictness.BLOCK and deposit["badge"] != "valid":
        return tk._("This local authority publishes only files that follow their model.")
    return ""
