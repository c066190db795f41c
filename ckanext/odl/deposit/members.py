"""Read a list of local authorities that somebody keeps in a spreadsheet, and say who each row is.

A row is known by an INSEE code, a SIREN (or SIRET) or a name, in that order of trust; all is held against the official
reference (:mod:`ckanext.odl.deposit.meant`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from ckanext.odl import territory
from ckanext.odl.deposit.meant import MOST_CHOICES, asked, is_siren, sentence
from ckanext.odl.territory import Body
from ckanext.odl.territory.searching import fold
from ckanext.odl.validation.problems import Unreadable
from ckanext.odl.validation.reading.opening import FileFacts, open_table

MOST_ROWS = 3000
"""Longest list that is read: what one structure supports at most."""

_MOST_COLUMNS = 60
_LONGEST_CELL = 200
_HEAD_ROWS = 10

ROLES = ("insee", "siren", "name", "department", "postal", "email")
_HEADINGS = {
    "insee": ("insee", "codgeo", "depcom", "code commune", "code officiel commune", "coll insee", "com insee"),
    "siren": ("siren", "siret"),
    "postal": ("code postal", "cp", "codepostal", "postal"),
    "department": ("departement", "dept", "dep", "dpt", "code departement", "num departement"),
    "email": ("mail", "email", "e mail", "courriel", "mel", "adresse electronique", "adresse mail", "messagerie"),
    "name": ("collectivite", "commune", "mairie", "nom", "libelle", "ville", "membre", "adherent", "raison sociale",
             "organisme", "structure", "denomination", "libgeo"),
}  # fmt: skip
#: In a heading of several words, words that say the role whatever stands beside them, in the order they are asked.
_WORDS = {
    "email": ("mail", "email", "courriel", "mel", "messagerie"),
    "siren": ("siren", "siret"),
    "insee": ("insee",),
    "postal": ("postal",),
    "department": ("departement",),
    "name": ("collectivite", "commune", "mairie", "nom", "libelle", "denomination"),
}
#: Headings with a word of a role that are about something else.
_OTHER = {"prenom", "maire", "contact", "elu", "referent", "telephone", "adresse postale", "population", "responsable"}

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@"
                      r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")  # fmt: skip
_LONGEST_ADDRESS = 254
_LABELLED = re.compile(r"\s*\((\d{2,3}|2[ABab])(?: [^()]*)?\)\s*$")


def email_is_valid(text: str) -> bool:
    """Whether *text* is one e-mail address that any server takes (ASCII, no comment, no quotes, a domain; RFC 5321)."""
    return len(text) <= _LONGEST_ADDRESS and len(text.partition("@")[0]) <= 64 and bool(_ADDRESS.fullmatch(text))


def read_list(path: str, *, name: str = "", language: str = "fr", department: str = "") -> dict[str, Any]:
    """Read a list and say who each row is. To be run in a child process: the file comes from outside.

    :param path: of a CSV, XLSX, ODS or XLS file
    :param name: the file's name as people know it
    :param language: of the sentences
    :param department: code of the département in which names are looked for first, "" for all of them
    :returns: ``problem`` (a sentence, None when the list was read), ``columns`` (role -> heading, for
        :data:`ROLES`), ``unread`` (headings of the columns that hold something and are not read) and ``rows``:
        ``line`` (as the spreadsheet numbers it), ``text`` (what it says of the collectivité), ``state`` (``found``,
        ``asked``, ``unknown``, ``twice``), ``body`` (:attr:`Body.id` or None), ``label``, ``said`` (``insee``,
        ``siren``, ``name``, ``postal``, ``department`` as the row says them, "" each when it does not),
        ``choices`` (``value``, ``label`` each), ``why``, ``note``, ``email``, ``email_problem``
    """
    try:
        table = open_table(Path(path), FileFacts(name or Path(path).name), ())
        records = list(islice(_filled(table.open_rows()), MOST_ROWS + _HEAD_ROWS + 1))
    except Unreadable:
        return _nothing("unreadable", language)
    if not records:
        return _nothing("empty", language)
    roles, headings, body = _columns(records)
    if not {"insee", "siren", "name"} & set(roles):
        return _nothing("no-identity", language)
    if not body:
        return _nothing("empty", language)
    if len(body) > MOST_ROWS:
        return _nothing("too-long", language, most=MOST_ROWS)
    rows = [_row(line, {role: _cell(cells, place) for role, place in roles.items()}, language, department)
            for line, cells in body]  # fmt: skip
    mark_repeated(rows, "body", language)
    return {"problem": None, "columns": headings, "unread": _unread(records, body, roles), "rows": rows}


def _nothing(code: str, language: str, **values: Any) -> dict[str, Any]:
    return {"problem": sentence("file", code, language, **values), "columns": {}, "unread": [], "rows": []}


def _filled(rows: Iterable[tuple[int, list[str]]]) -> Iterable[tuple[int, list[str]]]:
    for number, cells in rows:
        kept = [str(cell).strip() for cell in cells[:_MOST_COLUMNS]]
        if any(kept):
            yield number, kept


def _cell(cells: Sequence[str], place: int) -> str:
    text = cells[place] if place < len(cells) else ""
    return " ".join(text[:_LONGEST_CELL].split())


# -- which column is what


def _columns(
    records: list[tuple[int, list[str]]],
) -> tuple[dict[str, int], dict[str, str], list[tuple[int, list[str]]]]:
    """The place and heading of each role, and the rows under the headings (all of them when there are none)."""
    for index, (_, cells) in enumerate(records[:_HEAD_ROWS]):
        roles = _by_heading(cells)
        if {"insee", "siren", "name"} & set(roles) and not any(_ADDRESS.fullmatch(cell) for cell in cells):
            below = records[index + 1 :]
            for role, place in _by_content(below).items():
                if role == "email" and place not in roles.values():
                    roles.setdefault(role, place)
            return roles, {role: _cell(cells, place) for role, place in roles.items()}, below
    roles = _by_content(records)
    return roles, dict.fromkeys(roles, ""), records


def _unread(
    records: list[tuple[int, list[str]]], body: list[tuple[int, list[str]]], roles: dict[str, int]
) -> list[str]:
    """The headings of the columns that are left aside although something stands in them."""
    if len(body) == len(records):
        return []  # no headings to name them by
    cells = records[len(records) - len(body) - 1][1]
    return [
        heading
        for place in range(len(cells))
        if place not in roles.values()
        and (heading := _cell(cells, place))
        and any(_cell(row, place) for _, row in body)
    ]


def _by_heading(cells: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    folded = [" ".join(fold(cell).split()) for cell in cells]
    for role, headings in _HEADINGS.items():
        for place, text in enumerate(folded):
            if text in headings and place not in found.values():
                found.setdefault(role, place)
    for role, words in _WORDS.items():
        for place, text in enumerate(folded):
            if role in found or place in found.values() or len(text) > 60:
                continue
            own = set(text.split())
            if own & set(words) and (role == "email" or not own & _OTHER):
                found[role] = place
    return found


def _by_content(rows: Sequence[tuple[int, list[str]]]) -> dict[str, int]:
    """The roles of columns without headings: by what most of their cells are."""
    sample = [cells for _, cells in rows[:200]]
    width = max((len(cells) for cells in sample), default=0)
    found: dict[str, int] = {}
    for place in range(width):
        cells = [text for row in sample if (text := _cell(row, place))]
        if not cells:
            continue
        for role, holds in _KINDS:
            if sum(map(holds, cells)) * 2 > len(cells):
                found.setdefault(role, place)
                break
    return found


_KINDS = (
    ("email", lambda text: "@" in text),
    ("siren", is_siren),
    ("insee", lambda text: bool(re.fullmatch(r"(?:\d|2[AB])?\d{4}|2[ABab]\d{3}", text)) and len(text) in (4, 5)),
    ("department", lambda text: bool(re.fullmatch(r"\d{2,3}|2[ABab]", text))),
    ("name", lambda text: bool(re.search(r"[A-Za-zÀ-ÿ]{2}", text))),
)


# -- who a row is


def _row(line: int, cells: dict[str, str], language: str, department: str) -> dict[str, Any]:
    insee, siren = _plain(cells.get("insee", "")), _plain(cells.get("siren", ""))
    name = cells.get("name", "")
    inside = _department(cells)
    if labelled := _LABELLED.search(name):
        name, inside = name[: labelled.start()], inside or labelled[1].upper()
    postal = _plain(cells.get("postal", ""))
    answer = asked(insee, siren, name, postal, inside or department, language)
    email, email_problem = _email(cells.get("email", ""), language)
    known = answer.body
    return {
        "line": line,
        "text": cells.get("name") or cells.get("insee", "") or cells.get("siren", ""),
        "state": "found" if known else "asked" if answer.choices else "unknown",
        "body": known.id if known else None,
        "label": known.label if known else "",
        "said": {"insee": insee, "siren": siren, "name": name, "postal": postal, "department": inside},
        "choices": [{"value": body.id, "label": _choice(body, language)} for body in answer.choices[:MOST_CHOICES]],
        "why": answer.why,
        "note": answer.note,
        "email": email,
        "email_problem": email_problem,
    }


def _plain(text: str) -> str:
    """A code as it is compared: a spreadsheet adds spaces, « .0 », or takes the first zero away."""
    return re.sub(r"[\s\u202f.-]", "", re.sub(r"\.0$", "", text)).upper()


def _department(cells: dict[str, str]) -> str:
    text = cells.get("department", "")
    code = text.split(" ")[0].upper().zfill(2) if re.match(r"\d|2[ABab]", text) else ""
    if code and territory.department(code):
        return code
    wanted = fold(text).split()
    if not wanted:
        return ""
    return next(
        (body.code for body in territory.search(text, ("departement",), 3) if fold(body.name).split() == wanted), ""
    )


def _choice(body: Body, language: str) -> str:
    kind = "" if body.kind == "commune" else f", {body.kind_text(language)}"
    return f"{body.label}, {body.code}{kind}"


def _email(text: str, language: str) -> tuple[str, str]:
    """The address of a row and what is to be said of it; several are written with a sign between them."""
    if not text:
        return "", ""
    parts = [part.strip("<>()\"' ").removeprefix("mailto:") for part in re.split(r"[\s;,/]+", text)]
    good = [part for part in parts if email_is_valid(part)]
    if not good:
        return "", sentence("email", "wrong", language, text=text)
    distinct = list(dict.fromkeys(address.lower() for address in good))
    note = sentence("email", "several", language, kept=good[0]) if len(distinct) > 1 else ""
    return good[0], note


def mark_repeated(rows: list[dict[str, Any]], key: str, language: str) -> None:
    """Say of the rows that are somebody whom an earlier row is, by their *key*, which one that is."""
    first: dict[str, dict[str, Any]] = {}
    for row in rows:
        if not row[key] or row["state"] == "twice":
            continue
        before = first.setdefault(row[key], row)
        if before is not row:
            row["state"], row["why"] = "twice", sentence("row", "twice", language, line=before["line"])
            before["email"] = before["email"] or row["email"]
