"""« Is this already online? »: asked before a duplicate is born."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from ckanext.odl.scdl import UnknownSchema, catalogue
from ckanext.odl.scdl.text import fold

from .coverage import Coverage, loss, same_period, years_told
from .words import say, texts

QUESTIONS = ("same-file", "same-data", "new-period", "near-title")
"""What may be asked, the surest first."""

_NEAR = 0.86
_YEARS = re.compile(r"\b(?:19|20)\d\d\b")
_MOST_FILES = 3
_APART = 3
"""How far a file of another time is, in the order of :func:`_distance`."""


def alike(
    file: Mapping[str, Any],
    proposal: Mapping[str, Any],
    datasets: Sequence[Mapping[str, Any]],
    *,
    language: str = "fr",
) -> list[dict[str, str]]:
    """Return the datasets that the deposit could be about, best first; each dataset once.

    :param file: ``sha256`` of the bytes, ``counts`` of its check (``rows``, ``years``)
    :param proposal: what :func:`.propose` returned, with the agent's corrections
    :param datasets: those of the same collectivité as ``package_show`` gives them; the ``hash`` (or ``sha256``) of a
        resource is compared with the file's, its ``counts`` are those of its check
    :returns: ``question`` (one of :data:`QUESTIONS`), ``package_id``, ``resource_id`` (the file meant, "" when it is
        the dataset as a whole), ``title`` of the dataset, ``why``, and ``files``: those of the same model, the
        likeliest first, each ``id``, ``name``, ``holds`` (« 30 lignes de 2021 à 2025 »), ``since`` when it is online,
        ``loss``, a sentence that says what would no longer be online if this file took its place ("" when nothing),
        and ``likely``: whether that may be meant
    """
    new = Coverage.of(file.get("counts"), (proposal.get("resource") or {}).get("odl_period"))
    found = []
    for dataset in datasets:
        answer = _compare(file, new, proposal, dataset, language)
        if answer:
            strength, question, resource, why, files = answer
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
                        "files": _facts(files[:_MOST_FILES], new, language),
                    },
                )
            )
    found.sort(key=lambda entry: entry[:2])
    return [entry[2] for entry in found]


def _compare(
    file: Mapping[str, Any],
    new: Coverage,
    proposal: Mapping[str, Any],
    dataset: Mapping[str, Any],
    language: str,
) -> tuple[float, str, Mapping[str, Any] | None, str, Sequence[Mapping[str, Any]]] | None:
    """How near the titles are, the question, the file meant, why, and the files that could be replaced."""
    title = str(dataset.get("title") or dataset.get("name") or "")
    resources = dataset.get("resources") or ()
    sha256 = file.get("sha256")
    for resource in resources:
        if sha256 and sha256 in (resource.get("sha256"), resource.get("hash")):
            why = say("likeness", "same-file", language, file=resource.get("name") or title, title=title)
            return 1.0, "same-file", resource, why, [resource]
    schema = (proposal.get("resource") or {}).get("odl_schema")
    near = _likeness(str((proposal.get("package") or {}).get("title") or ""), title)
    same_model = [resource for resource in resources if schema and resource.get("odl_schema") == schema]
    if not same_model:
        why = say("likeness", "near-title", language, title=title)
        return (near, "near-title", None, why, []) if near >= _NEAR else None
    said = {"title": title, "model": _model_title(str(schema), language)}
    likely = sorted(same_model, key=lambda one: _distance(new, covers(one)))
    first = covers(likely[0])
    same = same_period(new, first)
    if same:
        return near, "same-data", likely[0], say("likeness", "same-data", language, **said), likely[:1]
    if same is None and not is_dated(str(schema)) and not (new.covered and first.covered):
        return near, "same-data", likely[0], say("likeness", "same-model", language, **said), likely
    years = years_told(sorted({year for one in same_model for year in covers(one).covered}), language)
    why = (
        say("likeness", "new-period", language, **said, years=years)
        if years
        else say("likeness", "same-model", language, **said)
    )
    return near, "new-period", None, why, likely


def covers(resource: Mapping[str, Any]) -> Coverage:
    """What a published file covers, as far as its check and its dataset say."""
    return Coverage.of(resource.get("counts"), resource.get("odl_period"))


def _distance(new: Coverage, present: Coverage) -> tuple[int, int]:
    """What is likeliest meant comes first: the same period, years in common, an unknown period, the latest year."""
    same = same_period(new, present)
    common = set(new.covered) & set(present.covered)
    step = 0 if same else 1 if common else 2 if same is None else _APART
    return step, -max(present.covered, default=0)


def _facts(resources: Sequence[Mapping[str, Any]], new: Coverage, language: str) -> list[dict[str, Any]]:
    """What the files hold; where one has something of the same time, the others are not meant to be replaced."""
    steps = [_distance(new, covers(one))[0] for one in resources]
    found = []
    for place, (resource, step) in enumerate(zip(resources, steps, strict=True)):
        present = covers(resource)
        gone = loss(present, new)
        found.append(
            {
                "id": str(resource.get("id") or ""),
                "name": str(resource.get("name") or ""),
                "holds": present.told(language),
                "since": resource.get("since"),
                "loss": gone.told(language) if gone else "",
                "likely": step < _APART or not place,
            }
        )
    return found


def is_dated(schema: str) -> bool:
    """Whether each file of a model is about a period of its own; a list (équipements, arbres) is not."""
    return bool(texts("proposal")["models"].get(schema, {}).get("dated"))


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
