"""Find a collectivité as people type it: a name, its beginning, a code, a number copied from a letter.

All names stand in one folded text (small letters, no accents, words between spaces), which is searched as a whole:
each word that is typed must begin a word of the name. Names that are equal are told apart by their population here
and by their département on the screen.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import lru_cache

from .bodies import KINDS, Body, Remark
from .identity import siren_is_valid
from .reference import Reference, reference

LONGEST = 200
"""Characters of a search that are read; a longer text is no name."""

_ABBREVIATIONS = {
    "st": "saint",
    "ste": "sainte",
    "sts": "saints",
    "stes": "saintes",
    "cc": "communaute communes",
    "ca": "communaute agglomeration",
    "cu": "communaute urbaine",
    "comcom": "communaute communes",
    "agglo": "agglomeration",
    "ept": "etablissement public territorial",
    "dpt": "departement",
}
#: Said around a name, and not always part of it: left out when nothing is found with them.
_AROUND = {
    *("mairie", "ville", "commune", "communes", "communaute", "agglomeration", "urbaine", "metropole", "departement"),
    *("region", "conseil", "departemental", "regional", "municipal", "cedex"),
    *("de", "du", "des", "d", "l", "la", "le", "les", "et", "en", "sur", "sous", "au", "aux", "a"),
}
_MARKS = re.compile("[\u0300-\u036f]+")
_OTHERS = re.compile(r"[^a-z0-9\n]+")
_DEPARTMENT = re.compile(r"\d{2,3}|2[ab]")
_LABEL = re.compile(r"\s\((\d{2,3}|2[AB]) [^()]*\)\s*$")
_CODE = re.compile(r"(?:\d{2}|2[ab])\d{3}")


def fold(text: str) -> str:
    """Return *text* in small letters without accents, each run of other signs a space; line ends stay."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae"))
    return _OTHERS.sub(" ", _MARKS.sub("", plain))


class _Names:
    """Every name of the reference in one text, with where each begins and whose it is."""

    def __init__(self, source: Reference) -> None:
        names: list[str] = []
        self.owners: list[tuple[str, str]] = []
        self.populations = array("q")
        for table, lines in (
            ("commune", source.communes),
            ("part", source.parts),
            ("establishment", source.establishments),
            ("department", source.departments),
            ("region", source.regions),
        ):
            for code, line in lines.items():
                row = line.split("\t")
                if table in ("department", "region") and not row[4 if table == "department" else 3]:
                    continue  # not a body: its commune is
                names.append(row[2])
                self.owners.append((table, code))
                self.populations.append(_population(table, row))
        folded = fold("\n".join(names)).split("\n")
        self.starts = array("L")
        place = 0
        for name in folded:
            self.starts.append(place)
            place += len(name.strip()) + 3
        self.text = "".join(f" {name.strip()} \n" for name in folded)

    def containing(self, word: str) -> Iterator[int]:
        """Yield the numbers of the names with a word that begins with *word*, each once."""
        wanted, place, last = f" {word}", -1, -1
        while (place := self.text.find(wanted, place + 1)) >= 0:
            number = bisect_right(self.starts, place) - 1
            if number != last:
                yield number
            last = number
            place = self.text.index("\n", place)

    def name(self, number: int) -> str:
        start = self.starts[number]
        return self.text[start : self.text.index("\n", start)]


def _population(table: str, row: list[str]) -> int:
    cells = {"commune": row[5:7], "establishment": row[6:8], "department": row[5:7], "region": row[4:6]}
    return max((int(cell) for cell in cells.get(table, ()) if cell), default=0)


@lru_cache(maxsize=1)
def _names() -> _Names:
    return _Names(reference())


def search(text: str, kinds: Collection[str] = KINDS, limit: int = 10) -> list[Body]:
    """Return the bodies that *text* means, the likeliest first.

    :param text: a name or its beginning (accents, hyphens, case and « St » do not count; a number of département or a
        postal code may stand beside it), an INSEE code, a SIREN, a SIRET or a postal code; any other text finds nothing
    :param kinds: those of :data:`KINDS` that are wanted
    :param limit: how many at most
    :returns: a body found by a former code, a part's name or a postal code carries a remark
    """
    asked = _LABEL.sub(r" \1", text[:LONGEST]).strip()
    if not asked or limit < 1:
        return []
    found = _by_code(re.sub(r"[\s.\u202f-]", "", asked).upper())
    if found is None:
        found = _by_name(asked, kinds, limit)
    once: dict[str, Body] = {}
    for body in found:
        if body.kind in kinds:
            once.setdefault(body.id, body)
    return list(once.values())[:limit]


def _by_code(code: str) -> list[Body] | None:
    """Return what has this code; None when *code* is not one."""
    source = reference()
    if re.fullmatch(r"[0-9]{14}", code):
        code = code[:9]
    if re.fullmatch(r"[0-9]{9}", code):
        body = source.by_siren(code) if siren_is_valid(code) else None
        return [body] if body else []
    if re.fullmatch(r"(?:[0-9]{2}|2[AB])[0-9]{3}", code):
        commune = source.commune(code)
        return [*([commune] if commune else []), *source.by_postal_code(code)]
    if re.fullmatch(r"[0-9]{4}", code):  # a spreadsheet lost the zero
        commune = source.commune(f"0{code}")
        return [*([commune] if commune else []), *source.by_postal_code(f"0{code}")]
    if re.fullmatch(r"[0-9]{2,3}|2[AB]", code):
        body = source.department(code)
        return [body] if body and source.departments[code].split("\t")[4] else []
    return None


def _words(text: str) -> list[str]:
    words = fold(text.replace("s/", "sur ").replace("S/", "sur ")).split()
    return [part for word in words for part in _ABBREVIATIONS.get(word, word).split()]


def _by_name(asked: str, kinds: Collection[str], limit: int) -> list[Body]:
    words = _words(asked)
    if not words:
        return []
    places = [word for word in words if _DEPARTMENT.fullmatch(word) or _CODE.fullmatch(word)]
    names = [word for word in words if word not in places]
    core = [word for word in names if word not in _AROUND]
    found = _matching(words, [], kinds, limit)
    if found and _bare(fold(found[0].name)) == _bare(" ".join(words)):
        return found
    if not places:
        found = [*_of_department(names, kinds, limit), *found]
    # with the numbers taken for places; then without the words around a name
    for wanted in (names, core):
        if not found and wanted:
            found = _matching(wanted, places, kinds, limit)
    return found


def _of_department(words: list[str], kinds: Collection[str], limit: int) -> list[Body]:
    """Read « Saint-Denis Seine-Saint-Denis », a name and the name of its département after it."""
    for cut in range(len(words) - 1, 0, -1):
        tail = f" {' '.join(words[cut:])} "
        for code, line in reference().departments.items():
            if f" {fold(line.split(chr(9))[2]).strip()} " == tail:
                return _matching(words[:cut], [code.lower()], kinds, limit)
    return []


def _bare(name: str) -> str:
    """A folded name without its article."""
    return re.sub("^(?:l|la|le|les) ", "", name.strip())


def _matching(words: list[str], places: list[str], kinds: Collection[str], limit: int) -> list[Body]:
    names = _names()
    whole, rarest = " ".join(words), max(words, key=len)
    others = [f" {word}" for word in dict.fromkeys(words) if word != rarest]
    inside = _inside(places)

    bare, ordered = _bare(whole), sorted(words)

    def rank(number: int) -> tuple[bool, bool, bool, int, int]:
        name = names.name(number).strip()
        same = _bare(name) == bare or (len(name) == len(whole) and sorted(name.split()) == ordered)
        part = names.owners[number][0] == "part"
        return not same, part, not name.startswith(whole), -names.populations[number], number

    numbers = [
        number
        for number in names.containing(rarest)
        if (not others or all(word in names.name(number) for word in others))
        and (not places or inside(names.owners[number]))
    ]
    found: dict[str, Body] = {}
    for number in sorted(numbers, key=rank):
        body = _body(*names.owners[number])
        if body and body.kind in kinds:
            found.setdefault(body.id, body)
            if len(found) == limit:
                break
    return list(found.values())


def _inside(places: list[str]) -> Callable[[tuple[str, str]], bool]:
    """Return what tells whether an owner lies in every one of *places*: départements, INSEE codes, postal codes."""
    source = reference()

    def inside(owner: tuple[str, str]) -> bool:
        table, code = owner
        if table == "commune":
            return all(code.startswith(place.upper()) or code in source.postal_codes.get(place, ()) for place in places)
        body = _body(table, code)
        return body is not None and all(place.upper() == body.department for place in places)

    return inside


def _body(table: str, code: str) -> Body | None:
    source = reference()
    if table == "establishment":
        return source.by_siren(code)
    if table == "department":
        return source.department(code)
    if table == "region":
        return source.region(code)
    return source.part(code) if table == "part" else source.commune(code)


def by_insee(text: str) -> Body | None:
    """Return the commune of an INSEE code, former codes and those of parts included; spaces and case do not count.

    A postal code that is not an INSEE code finds the most populated of its communes, with a remark that says so.
    """
    code = re.sub(r"\s", "", text).upper()
    body = reference().commune(code)
    if body is None:
        body = next(iter(reference().by_postal_code(code)), None)
    return body


def by_siren(text: str) -> Body | None:
    """Return the body of a SIREN, or of the SIREN in a SIRET; spaces do not count."""
    return reference().by_siren(re.sub(r"\s", "", text)[:9])


def without_remark(body: Body) -> Body:
    """Return the same body, however it was found."""
    return replace(body, remark=None)


__all__ = ["LONGEST", "Remark", "by_insee", "by_siren", "fold", "search", "without_remark"]
