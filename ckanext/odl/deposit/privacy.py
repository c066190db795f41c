"""Six plain questions on personal data, asked before a file is public and again when its columns change.

What the law says: a document that bears personal data is put online after these were made unrecognisable, unless a law,
the persons themselves or the list of article D312-1-3 (documents that everybody may read and that the public needs to
be informed) allow otherwise (articles L312-1-2 and D312-1-3 of the Code des
relations entre le public et l’administration; décret 2018-1117).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.odl.scdl.text import key

from .signals import sentence
from .words import in_words, say, texts


def columns_key(columns: Sequence[str]) -> str:
    """Return a short name of a set of headings; the same whatever their order, case and accents."""
    bare = sorted({key(column) for column in columns} - {""})
    return hashlib.sha256("\n".join(bare).encode()).hexdigest()[:32]


def signal_key(signal: Mapping[str, Any]) -> str:
    """What tells a finding from the others of a file, and is the same in the file of the next year."""
    return f"{signal['kind']}:{signal.get('sheet') or ''}:{key(str(signal['heading']))}"


def questions(language: str = "fr") -> list[dict[str, Any]]:
    """The six questions: ``id``, ``text``, ``why``, ``help``, ``source``, ``signals`` (that raise it), ``answers``.

    ``source``: ``text`` and ``url`` of the official text, None when there is none to read.

    An answer has ``value``, ``label``, ``outcome`` (``ok``; ``remove``: take the data out first; ``ask``: have it
    confirmed first; ``next``: another question follows) and ``advice``.
    """
    return [
        {
            "id": entry["id"],
            "text": in_words(entry["text"], language),
            "why": in_words(entry["why"], language),
            "help": in_words(entry["help"], language),
            "source": _source(entry.get("source"), language),
            "signals": list(entry.get("signals", ())),
            "only_if": entry.get("only_if"),
            "answers": [
                {
                    "value": answer["value"],
                    "label": in_words(answer["label"], language),
                    "outcome": answer["outcome"],
                    "advice": in_words(answer["advice"], language) if "advice" in answer else "",
                }
                for answer in entry["answers"]
            ],
        }
        for entry in texts("privacy")["questions"]
    ]


def _source(source: dict[str, str] | None, language: str) -> dict[str, str] | None:
    return {"text": in_words(source, language), "url": source["url"]} if source else None


def sealed(answers: Mapping[str, Any], signals: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> dict[str, Any]:
    """Return *answers* with what they were given about: the columns, and the findings that were on the page."""
    seen = sorted({signal_key(signal) for signal in signals} | set(answers.get("seen") or ()))
    return {**answers, "columns_key": columns_key(columns), "seen": seen}


def unanswered(
    signals: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    answers: Mapping[str, Any] | None,
    language: str = "fr",
) -> list[dict[str, Any]]:
    """Return the questions that are still to be answered, in order; none when the file may be shown to all.

    :param signals: what was found in the file (:mod:`.signals`)
    :param columns: its headings
    :param answers: value by question id, and what :func:`sealed` adds: answers given about other columns count for
        nothing, and a finding that was not there when they were given raises its questions again
    :returns: entries of :func:`questions`, each with ``found``: the findings that raise it
    """
    given = dict(answers or {})
    if given.get("columns_key") not in (None, columns_key(columns)):
        given = {}
    seen = given.get("seen")
    found = []
    for question in questions(language):
        only_if = question["only_if"]
        if only_if and given.get(only_if["question"]) not in only_if["answers"]:
            continue
        raised = [signal for signal in signals if _raises(signal, question)]
        new = seen is not None and any(signal_key(signal) not in seen for signal in raised)
        known = {answer["value"] for answer in question["answers"]}
        if new or given.get(question["id"]) not in known:
            found.append({**question, "found": raised})
    return found


def _raises(signal: Mapping[str, Any], question: Mapping[str, Any]) -> bool:
    """Whether what was found in a file is what a question is about."""
    return signal["kind"] in question["signals"] and not signal["expected"]


def standing(
    signals: Sequence[Mapping[str, Any]], columns: Sequence[str], answers: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the answers that still count: those about these columns, less those that a new finding asks again."""
    open_ = {question["id"] for question in unanswered(signals, columns, answers)}
    known = {question["id"] for question in texts("privacy")["questions"]}
    given = dict(answers or {})
    if given.get("columns_key") not in (None, columns_key(columns)):
        return {}
    return {name: value for name, value in given.items() if name in known and name not in open_}


def outcomes(
    answers: Mapping[str, Any] | None, language: str = "fr", signals: Sequence[Mapping[str, Any]] = ()
) -> list[dict[str, str]]:
    """Return what the answers lead to beyond « ok ».

    :param signals: what was found in the file: an answer that they contradict (nobody can be recognised, and there are
        social security numbers) leads to « ask »
    :returns: ``question``, ``outcome`` (``remove`` or ``ask``), ``advice``
    """
    given = answers or {}
    found: list[dict[str, str]] = []
    for question in questions(language):
        only_if = question["only_if"]
        if only_if and given.get(only_if["question"]) not in only_if["answers"]:
            continue
        seen = [sentence(signal, language) for signal in signals if _raises(signal, question)]
        told = say("privacy", "seen", language, found=" ".join(seen)) if seen else ""
        found += [
            {
                "question": question["id"],
                "outcome": answer["outcome"],
                "advice": " ".join(filter(None, (answer["advice"], told))),
            }
            for answer in question["answers"]
            if answer["value"] == given.get(question["id"]) and answer["outcome"] in ("remove", "ask")
        ]
    contradicting = next((signal for signal in signals if signal["kind"] == "nir"), None)
    if contradicting and not found:
        advice = say("privacy", "nir", language, found=sentence(contradicting, language))
        found.append({"question": "sensitive", "outcome": "ask", "advice": advice})
    return found
