"""From codes to sentences: ``words.yaml`` holds them all, in both languages.

``{name}`` is a value; ``[… {name} …]`` goes when the value is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ..words import fill
from .reading import mapping, text

#: Gives a value of a field as people read it: ``("license", "lov2")`` → « Licence Ouverte 2.0 ».
Label = Callable[[str, str], str]


@cache
def _texts() -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "words.yaml").read_text("utf-8"))


@cache
def _typography(template: str) -> str:
    """French signs keep to the word before them; apostrophes are curly."""
    template = re.sub(r" ([:;?!»])", "\u00a0\\1", template).replace("« ", "«\u00a0")
    return re.sub(r"(?<=\w)'(?=\w)", "’", template)


def _said(*path: str, language: str, values: Mapping[str, Any] | None = None, otherwise: str = "") -> str:
    """The text under a path, filled in; *otherwise* when there is none."""
    node: Any = _texts()
    for name in path:
        node = mapping(node).get(name)
    is_french = language.lower().startswith("fr")
    template = text(mapping(node).get("fr" if is_french else "en"))
    if not template:
        return otherwise
    template = _typography(template) if is_french else template
    return fill(template, values or {})


def _words(path: tuple[str, ...], language: str, values: Mapping[str, Any]) -> dict[str, str]:
    return {part: _said(*path, part, language=language, values=values) for part in ("sentence", "remedy")}


def refusal_words(refusal: Any, language: str = "fr") -> dict[str, str]:
    """``sentence`` (what happened), ``remedy`` (what to do), ``who`` may do it (``agent``, ``atd``, ``national``), and
    ``message``: what data.gouv.fr wrote.

    :param refusal: what :meth:`Refusal.to_dict` gave
    """
    refusal = mapping(refusal)
    code = text(refusal.get("code"))
    if code not in _texts()["refusals"]:
        code = "unknown"
    message = text(refusal.get("message"))
    values = {**mapping(refusal.get("values")), "message": message}
    who = text(_texts()["refusals"][code].get("who"))
    return {**_words(("refusals", code), language, values), "who": who, "message": message}


def loss_words(loss: Any, language: str = "fr", label: Label | None = None, *, late: bool = False) -> dict[str, str]:
    """``field`` (its name), ``sentence``, ``remedy``, and ``ours`` and ``theirs`` as people read them.

    :param loss: what :meth:`Loss.to_dict` gave
    :param late: what differs may yet arrive: nothing is to be done before the next run
    """
    loss = mapping(loss)
    field, kind = text(loss.get("field")), text(loss.get("kind"))
    shown = {
        name: label(field, found) if label and (found := text(loss.get(name))) else text(loss.get(name))
        for name in ("ours", "theirs")
    }
    words = _words(("losses", field, kind), language, {**shown, "name": text(loss.get("name"))})
    if late:
        words["remedy"] = _said("late", language=language)
    return {"field": _said("fields", field, language=language, otherwise=field), **words, **shown}


def outcome_words(state: str, language: str = "fr", why: str = "") -> dict[str, str]:
    """``label`` (two or three words), ``sentence`` and ``remedy`` of what became of a dataset.

    :param why: why it does not leave, as a sentence
    """
    if state not in _texts()["outcomes"]:
        state = "unknown"
    label = _said("outcomes", state, "label", language=language)
    return {"label": label, **_words(("outcomes", state), language, {"why": why})}


def harvester_words(harvester: Any, language: str = "fr", feed: str = "") -> dict[str, str]:
    """``sentence`` and ``remedy`` of how a harvester fares, and ``address``: a sentence when it reads another address
    than the feed's.

    :param harvester: what :meth:`Harvester.to_dict` gave
    :param feed: the address that it should read
    """
    harvester = mapping(harvester)
    state = text(harvester.get("state"))
    if state not in _texts()["harvester"]:
        state = "unknown"
    values = {"name": text(harvester.get("name")), "comment": text(harvester.get("comment")), "feed": feed,
              "url": text(harvester.get("url"))}  # fmt: skip
    words = _words(("harvester", state), language, values)
    is_elsewhere = harvester.get("is_ours") is False and bool(values["url"])
    words["address"] = _said("other_address", language=language, values=values) if is_elsewhere else ""
    return words


def duplicate_words(why: str, language: str = "fr") -> str:
    """Why two datasets seem to be one."""
    return _said("duplicates", why, language=language)
