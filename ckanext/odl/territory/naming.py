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
