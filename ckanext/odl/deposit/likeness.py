"""« Is this already online? »: asked before a duplicate is born."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from ckanext.odl.scdl import UnknownSchema, catalogue
from ckanext.odl.scdl.text import fold

from .dates import in_french
from .words import say

QUESTIONS = ("same-file", "same-data", "new-period", "near-title")
"""What may be asked, the surest first."""

_NEAR = 0.86
_YEARS = re.compile(r"\b(?:19|20)\d\d\b")
_MOST_PERIODS = 3


def alike(
    file: Mapping[str, Any],
    proposal: Mapping[str, Any],
    datasets: Sequence[Mapping[str, Any]],
    *,
    language: str = "fr",
) -> list[dict[str, str]]:
    """Return the datasets that the deposit could be about, best first; each dataset once.

    :param file: ``sha256`` of the bytes
    :param proposal: what :func:`.propose` returned, with the agent's corrections
    :param datasets: those of the same collectivité as ``package_show`` gives them; the ``hash`` (or ``sha256``) of a
        resource is compared with the file's
    :returns: ``question`` (one of :data:`QUESTIONS`), ``package_id``, ``resource_id`` (the file meant, "" when it is
        the dataset as a whole), ``title`` of the dataset, ``why``
    """
    found = []
    for dataset in datasets:
        answer = _compare(file, proposal, dataset, language)
        if answer:
            strength, question, resource, why = answer
            found.append(
                (
                    QUESTIONS.index(question),
                    -strength,
                    {
                        "question": question,
                        "package_id": str(dataset["id"]),
                        "resource_id": str(resource.get("id") or "") if resource else "",
                        "title": str(dataset.get("title") or dataset.get("name") or ""),
                        "why": why,
                    },
                )
            )
    found.sort(key=lambda entry: entry[:2])
    return [entry[2] for entry in found]


def _compare(
    file: Mapping[str, Any], proposal: Mapping[str, Any], dataset: Mapping[str, Any], language: str
) -> tuple[float, str, Mapping[str, Any] | None, str] | None:
    title = str(dataset.get("title") or dataset.get("name") or "")
    resources = dataset.get("resources") or ()
    sha256 = file.get("sha256")
    for resource in resources:
        if sha256 and sha256 in (resource.get("sha256"), resource.get("hash")):
            name = resource.get("name") or title
            return 1.0, "same-file", resource, say("likeness", "same-file", language, file=name, title=title)
    wanted = proposal.get("resource") or {}
    schema, period = wanted.get("odl_schema"), wanted.get("odl_period") or ""
    near = _likeness(str((proposal.get("package") or {}).get("title") or ""), title)
    same_model = [resource for resource in resources if schema and resource.get("odl_schema") == schema]
    if same_model:
        model = _model_title(str(schema), language)
        for resource in same_model:
            if period and resource.get("odl_period") == period:
                why = say("likeness", "same-data", language, title=title, model=model, period=in_french(period))
                return near, "same-data", resource, why
        periods = sorted({str(resource.get("odl_period")) for resource in same_model if resource.get("odl_period")})
        if period and periods:
            told = ", ".join(map(in_french, periods[-_MOST_PERIODS:]))
            why = say("likeness", "new-period", language, title=title, model=model, periods=told)
            return near, "new-period", None, why
        why = say("likeness", "same-model", language, title=title, model=model)
        return near, "same-data", same_model[0], why
    if near >= _NEAR:
        return near, "near-title", None, say("likeness", "near-title", language, title=title)
    return None


def _model_title(schema: str, language: str) -> str:
    try:
        return catalogue().get(schema).title(language)
    except UnknownSchema:
        return schema


def _likeness(one: str, other: str) -> float:
    """How near two titles are, from 0 to 1: years, accents, case and order of words do not count."""
    first, second = (sorted(_YEARS.sub(" ", fold(title)).split()) for title in (one, other))
    if not first or not second:
        return 0.0
    return SequenceMatcher(None, " ".join(first), " ".join(second), autojunk=False).ratio()
