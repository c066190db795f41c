"""Which local authority is meant by a code or a name, held against the official reference.

Nothing is guessed: namesakes, near names, and a code that contradicts the name beside it become a question with its
answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from ckanext.odl import territory
from ckanext.odl.deposit.words import in_words, texts
from ckanext.odl.territory import Body
from ckanext.odl.territory.searching import fold

MOST_CHOICES = 40
"""Answers offered to one question; forty communes share the commonest name."""

_AROUND = re.compile(
    r"^(?:(?:la |le )?(?:mairie|commune|ville|municipalite)(?: (?:nouvelle )?(?:de la|de l|de|du|des|d))? )"
)
_ABBREVIATIONS = {
    "st": "saint",
    "ste": "sainte",
    "sts": "saints",
    "stes": "saintes",
    "cc": "communaute de communes",
    "ca": "communaute d agglomeration",
    "cu": "communaute urbaine",
}


class Question(NamedTuple):
    """What a row means as far as it can be told: one body, or several to choose from, or none, and why."""

    body: Body | None
    choices: Sequence[Body] = ()
    why: str = ""
    note: str = ""


def sentence(group: str, code: str, language: str, **values: Any) -> str:
    """Return a sentence of ``members.yaml``; French unless the language is English."""
    return in_words(texts("members")[group][code], language).format(**values)


def is_siren(text: str) -> bool:
    return bool(re.fullmatch(r"\d{9}(?:\d{5})?", re.sub(r"\s", "", text)))


def asked(insee: str, siren: str, name: str, postal: str, department: str, language: str) -> Question:
    """Say who is meant by what a row says of it, each "" when it says nothing.

    :param insee: INSEE code, without signs between its digits
    :param siren: SIREN or SIRET, without signs between its digits
    :param postal: postal code
    :param department: code of the département in which the name is looked for first
    :param language: of the sentences
    """
    if insee:
        return _by_insee(insee, name, language)
    if siren:
        return _by_siren(siren, name, language)
    if name:
        return _by_name(name, postal, department, language)
    if re.fullmatch(r"\d{4,5}", postal):
        return _by_postal_code(postal.zfill(5), "", language)
    return Question(None, why=sentence("row", "nothing", language))


def _by_insee(code: str, name: str, language: str) -> Question:
    if re.fullmatch(r"\d{4}", code):
        code = f"0{code}"
    if is_siren(code):
        return _by_siren(code, name, language)
    body = territory.commune(code)
    if body is None:
        by_post = _by_postal_code(code, name, language)
        return by_post if by_post.body or by_post.choices else Question(
            None, why=sentence("row", "insee-unknown", language, text=code)
        )  # fmt: skip
    return _confirmed(body, name, language)


def _by_siren(code: str, name: str, language: str) -> Question:
    if not re.fullmatch(r"\d{9}(\d{5})?", code) or not territory.siren_is_valid(code[:9]):
        return Question(None, why=sentence("row", "siren-wrong", language, text=code))
    body = territory.reference().by_siren(code[:9])
    if body is None:
        return Question(None, why=sentence("row", "siren-unknown", language, text=code[:9]))
    return _confirmed(body, name, language)


def _confirmed(body: Body, name: str, language: str) -> Question:
    """The body of a code, unless the name beside it is that of another one."""
    note = body.remark_text(language)
    if not name or bare(name) in (bare(body.name), bare(body.remark.part if body.remark else "")):
        return Question(body, note=note)
    others = [other for other in _exact(name, "") if other.id != body.id]
    if others and not body.remark:
        others.sort(key=lambda other: other.department != body.department)
        choices = [body, *others]
        return Question(None, choices, sentence("row", "disagree", language, name=body.label, text=name))
    return Question(body, note=note)


def _by_postal_code(code: str, name: str, language: str) -> Question:
    places = territory.reference().by_postal_code(code)
    named = [place for place in places if name and bare(place.name) == bare(name)]
    chosen = named or places
    if len(chosen) == 1:
        return Question(territory.commune(chosen[0].code), note=chosen[0].remark_text(language))
    why = sentence("row", "postal", language, text=code) if chosen else ""
    return Question(None, chosen, why)


def _by_name(name: str, postal: str, department: str, language: str) -> Question:
    found = _exact(name, department)
    if not found and department:
        found = _exact(name, "")
    if len(found) > 1 and re.fullmatch(r"\d{4,5}", postal):
        inside = [body for body in found if postal.zfill(5) in body.postal_codes]
        found = inside or found
    if len(found) == 1:
        return Question(found[0], note=found[0].remark_text(language))
    if found:
        return Question(None, found, sentence("row", "namesakes", language))
    near = territory.search(f"{name} {department}".strip(), limit=6) or territory.search(name, limit=6)
    near.sort(key=lambda body: bool(department) and body.department != department)
    why = sentence("row", "near" if near else "name-unknown", language, text=name)
    return Question(None, near, why)


def _exact(name: str, department: str) -> list[Body]:
    """The bodies of exactly this name, whole municipalities before parts of them."""
    wanted = bare(name)
    if not wanted:
        return []
    found = territory.search(f"{name} {department}".strip(), limit=MOST_CHOICES + 20)
    found += territory.search(wanted, limit=MOST_CHOICES + 20) if not department else []
    same: dict[str, Body] = {}
    for body in found:
        if bare(body.name) == wanted and not body.remark and (not department or body.department == department):
            same.setdefault(body.id, body)
    if same:
        return sorted(same.values(), key=lambda body: (body.department, body.code))
    parts = [body for body in found if body.remark and bare(body.remark.part) == wanted]
    return [body for body in parts if not department or body.department == department]


def bare(name: str) -> str:
    """A name without « Mairie de », its article, its accents and its abbreviations."""
    words = " ".join(_ABBREVIATIONS.get(word, word) for word in fold(name.replace("s/", "sur ")).split())
    words = _AROUND.sub("", words)
    return re.sub(r"^(?:l|la|le|les) ", "", words).strip()
