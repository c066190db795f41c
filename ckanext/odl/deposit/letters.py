"""The messages of a campaign: texts that a structure may change, with places that the portal fills in.

A text is filled in by replacing known words and nothing else: no format string of a person is ever evaluated. Subjects
are one line, so that no text can add a header to a message (RFC 5322).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import yaml

PLACES = ("collectivite", "modele", "periode", "date", "lien", "structure", "contact")
"""What a text of a campaign may hold in braces."""

PART_PLACES = ("collectivite", "modele", "fichier", "lignes", "lien", "structure", "contact")
"""What the message on a part of a file that was shared out may hold."""

TEXTS = ("subject", "message", "reminder_subject", "reminder_message")
"""The texts of a campaign, by name."""

PART_TEXTS = ("part_subject", "part_message")
"""The texts of the message to a member for whom a part of a file was prepared."""

MOST_SUBJECT, MOST_MESSAGE = 150, 8000
_PLACE = re.compile(r"\{([^{}\n]{0,40})\}")
#: Given by the server: no such mailbox, mailbox name not allowed, user not local, relaying or domain refused.
_NO_MAILBOX = (550, 551, 553)
MOST_ATTEMPTS = 5
"""Times that a message is offered to a server that does not take it now."""


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, dict[str, str]]]:
    return yaml.safe_load(files("ckanext.odl.deposit").joinpath("letters.yaml").read_text(encoding="utf-8"))


def _sentence(group: str, code: str, language: str) -> str:
    return _words()[group][code]["en" if language[:2] == "en" else "fr"]


def default(name: str, language: str = "fr") -> str:
    """Return the text that the portal proposes.

    :param name: one of :data:`TEXTS` or :data:`PART_TEXTS`
    """
    return _sentence("texts", name, language).strip()


def failure(code: str, language: str = "fr") -> str:
    """Return why a message did not arrive, in a sentence; "" for an unknown code."""
    return _sentence("failures", code, language) if code in _words()["failures"] else ""


def places_of(name: str) -> tuple[str, ...]:
    """Return what a text may hold in braces.

    :param name: one of :data:`TEXTS` or :data:`PART_TEXTS`
    """
    return PART_PLACES if name in PART_TEXTS else PLACES


def own(
    given: Mapping[str, Any], names: Sequence[str], sent_in: str, language: str
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the texts that somebody wrote, and by name what is wrong with them.

    One that is empty, or as the portal proposes it, follows the portal's and is left out.

    :param names: the texts that are looked at
    :param sent_in: language of the texts that are sent
    :param language: of the sentences
    """
    texts: dict[str, str] = {}
    wrong: dict[str, Any] = {}
    for name in names:
        words = body(str(given.get(name) or "")).strip()
        if words and words != default(name, sent_in):
            texts[name] = words
            if found := problems(name, words, language):
                wrong[name] = found
    return texts, wrong


def problems(name: str, text: str, language: str = "fr") -> list[str]:
    """Return what is wrong with a text somebody wrote, in sentences.

    :param name: one of :data:`TEXTS`
    """
    is_subject = name.endswith("subject")
    most = MOST_SUBJECT if is_subject else MOST_MESSAGE
    found = []
    if not text.strip():
        found.append(_sentence("problems", "empty", language))
    elif not is_subject and "{lien}" not in text:
        found.append(_sentence("problems", "no-link", language))
    if len(text) > most:
        found.append(_sentence("problems", "too-long", language).replace("{most}", str(most)))
    places = places_of(name)
    unknown = sorted({match[0] for match in _PLACE.finditer(text) if match[1] not in places})
    if unknown:
        known = ", ".join(f"{{{place}}}" for place in places)
        sentence = _sentence("problems", "unknown", language)
        found.append(sentence.replace("{known}", known).replace("{names}", ", ".join(unknown)))
    return found


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return *text* with each known word in braces replaced; a place that is empty takes one space with it.

    What is filled in is not looked at again: a name with braces in it stays what it is.
    """

    def value(match: re.Match[str]) -> str:
        if match[2] not in (*PLACES, *PART_PLACES):
            return match[0]
        filled = _one_line(values.get(match[2], ""))
        return f"{match[1]}{filled}" if filled else ""

    return re.sub(r"( ?)\{(\w{1,40})\}", value, text)


def one_line(text: str) -> str:
    """Return *text* as a subject or a name in a header: one line, without control characters.

    Two words with accents side by side are joined by a no-break space: Python's e-mail package forgets the
    space between them where it folds a header, and the reader would see one word.
    """
    words = _one_line(text)[:MOST_SUBJECT].split(" ")
    joined = words[:1]
    for before, word in pairwise(words):
        joined.append((" " if before.isascii() or word.isascii() else "\u00a0") + word)
    return "".join(joined)


def _one_line(text: str) -> str:
    plain = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in text)
    return " ".join(plain.split(" ")).strip() if "\u00a0" in plain else " ".join(plain.split())


def body(text: str) -> str:
    """Return *text* as the body of a plain message: no control characters but ends of line."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(sign for sign in line if unicodedata.category(sign) != "Cc").rstrip() for line in lines)


def contact_line(contact: Mapping[str, str]) -> str:
    """Return whom to ask, on one line: name, telephone, e-mail, those that are known."""
    return ", ".join(part for key in ("name", "phone", "email") if (part := _one_line(contact.get(key) or "")))


def outcome(status: int | None, attempts: int) -> tuple[str, str]:
    """Return the state and the reason of a message that a server did not take.

    :param status: the server's answer (RFC 5321), None when there was no conversation
    :param attempts: how often it has been tried, this time included
    :returns: ``bounced``, ``failed`` or ``queued`` (to be tried again), and a code of :func:`failure`
    """
    if status in _NO_MAILBOX:
        return "bounced", "unknown-recipient"
    if status is not None and status >= 500:
        return "failed", "refused"
    if attempts >= MOST_ATTEMPTS:
        return "failed", "gave-up"
    return "queued", "unreachable" if status is None else "later"


def pause(attempts: int) -> int:
    """Return the seconds to wait before the next attempt: one minute, four, a quarter of an hour, an hour."""
    return min(3600, 60 * 4 ** (attempts - 1))


def server_said(error: BaseException | str) -> tuple[int | None, str]:
    """Return the status and the words of a server, out of the exception that Python or CKAN made of them."""
    text: Any = error if isinstance(error, str) else (str(error) or repr(error))
    match = re.search(r"\(?\b([245]\d\d), b?['\"](.*?)['\"]\)", text)
    return (int(match[1]), _one_line(match[2])[:300]) if match else (None, _one_line(text)[:300])
