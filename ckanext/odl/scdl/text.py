"""Comparison of words the way people write them: case, accents, spaces and punctuation do not count."""

from __future__ import annotations

import re
import unicodedata

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Words that carry no meaning in a heading, French and English.
_EMPTY_WORDS = frozenset(
    {"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "of", "ou", "par", "pour", "s"}
    | {"sur", "the", "un", "une"}
)


def fold(text: str) -> str:
    """Return *text* in lower case without accents, its words separated by one space.

    >>> fold("Équipements  collectifs n°2")
    'equipements collectifs n 2'
    """
    expanded = text.casefold().replace("œ", "oe").replace("æ", "ae")
    bare = "".join(c for c in unicodedata.normalize("NFKD", expanded) if not unicodedata.combining(c))
    return _NOT_A_WORD.sub(" ", bare).strip()


def key(name: str) -> str:
    """Return what is left of a column name when only its letters and digits count.

    >>> key(" Nom_Bénéficiaire ") == key("nomBeneficiaire")
    True
    """
    return fold(name).replace(" ", "")


def meaningful_words(heading: str) -> frozenset[str]:
    """Return the words of a column name or title that mean something, without case, accents or plural.

    >>> sorted(meaningful_words("Nom du bénéficiaire *")) == sorted(meaningful_words("nomBeneficiaire"))
    True
    """
    words = fold(_HUMP.sub(" ", heading)).split()
    return frozenset(word.removesuffix("s") if len(word) > 3 else word for word in words if word not in _EMPTY_WORDS)
