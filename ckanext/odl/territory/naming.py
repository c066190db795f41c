"""Names of collectivités inside French sentences: « du Mans », « d’Aix », « par la Communauté de communes… »."""

from __future__ import annotations

import re

_FEMININE = re.compile(
    r"(?:Communauté|Métropole|Ville|Commune|Mairie|Région|Collectivité|Régie|Caisse|Société|Mission|Maison)\b"
)
_MASCULINE = re.compile(
    r"(?:Département|Conseil|Syndicat|Centre|Parc|Pays|Pôle|Service|Groupement|Comité|Territoire|SIVOM|SIVU|CCAS|PETR)\b"
)
_ELIDED = re.compile(
    r"(?:Agglomération|Eurométropole|Établissement|Agence|Association|Office|Institut|Union|Entente)\b"
)
_PLURAL = re.compile(r"(?:Services|Archives|Communes)\b")
_VOWEL = re.compile(r"[AEIOUYÀÂÄÉÈÊËÎÏÔÖÛÜŒÆ]|H[yéè]", re.IGNORECASE)
_BEFORE_CONSONANT = re.compile(r"Y(?:utz|onne)\b|Oui|Onz", re.IGNORECASE)


def with_article(name: str) -> str:
    """Return a name as the subject of a sentence: « la Communauté de communes… », « Mende », « Le Mans »."""
    if _FEMININE.match(name):
        return f"la {name}"
    if _MASCULINE.match(name):
        return f"le {name}"
    if _PLURAL.match(name):
        return f"les {name}"
    return f"l’{name}" if _ELIDED.match(name) else name


def of(name: str) -> str:
    """Return « de » and a name as French joins them: d’Arles, du Havre, de la Communauté de communes…"""
    if _FEMININE.match(name):
        return f"de la {name}"
    if _MASCULINE.match(name):
        return f"du {name}"
    if _PLURAL.match(name):
        return f"des {name}"
    if _ELIDED.match(name):
        return f"de l’{name}"
    if name.startswith("Le "):
        return f"du {name[3:]}"
    if name.startswith("Les "):
        return f"des {name[4:]}"
    return f"d’{name}" if _VOWEL.match(name) and not _BEFORE_CONSONANT.match(name) else f"de {name}"


def to(name: str) -> str:
    """Return « à » and a name as French joins them: à Mende, au Havre, à la Communauté de communes…"""
    joined = of(name)
    if joined.startswith("du "):
        return f"au {joined[3:]}"
    if joined.startswith("des "):
        return f"aux {joined[4:]}"
    return f"à {joined[3:] if joined.startswith('de ') else name}"


class Name(str):
    """A name that sentences join as French does, by what stands after the colon in their text.

    >>> "le fichier {name:of}, envoyé {name:to} par {name}".format(name=Name("Les Trois-Sources"))
    'le fichier des Trois-Sources, envoyé aux Trois-Sources par Les Trois-Sources'
    """

    __slots__ = ()

    def __format__(self, format_spec: str) -> str:
        if format_spec in ("of", "to"):
            return of(str(self)) if format_spec == "of" else to(str(self))
        return super().__format__(format_spec)
