"""Names of natural persons where a file should name bodies: by their civility, or by a first name beside a name."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

from ckanext.odl.scdl.text import fold

_LETTERS = "A-ZÀÂÄÇÉÈÊËÎÏÔÖÛÜŒ"
CIVILITY = r"(?:MM?\.|Mr|Mme|Mlle|MME|MLLE|MR|Monsieur|Madame|Mademoiselle|MONSIEUR|MADAME|MADEMOISELLE)"
_NAMED = re.compile(
    rf"(?<![\w’'])({CIVILITY}(?: (?:et|ou|&) {CIVILITY})?)[ \u00a0]+"
    rf"((?:[{_LETTERS}][\w’'\-.]*)(?:[ \u00a0]+[{_LETTERS}][\w’'\-.]*){{0,3}})"
)
_STARTS = re.compile(rf"(?i:m|mr|mme|mlle|monsieur|madame|mademoiselle)\.? +[{_LETTERS}][\w’'\-]+")
_OFFICE = re.compile(
    r"(?:le |la |l |les )?(?:maire|president|presidente|prefet|prefete|adjoint|conseiller|conseillere|directeur"
    r"|directrice|ministre|recteur|sous prefet|tresorier|depute|senateur)\b"
)
_BODIES = re.compile(
    r"\b(?:asso\w*|club|comite|ecole|college|lycee|sas|sasu|sarl|sa|eurl|scop|scic|sci|earl|gaec|snc|ste|societe|syndicat"
    r"|amicale|foyer|maison|theatre|compagnie|cie|fondation|saint|sainte|st|ste|place|rue|avenue|union|federation|ligue"
    r"|centre|office|commune|mairie|ville|departement|conseil|groupe|groupement|cooperative|caisse|banque|hopital|clinique"
    r"|cabinet|entreprise|ets|etablissements?|fils|freres|festival|orchestre|choeur|chorale|musee|les|la|le|des|du|pour"
    r"|sport\w*|football|tennis|judo|basket|rugby|espace|residence|atelier|editions?|institut|mutuelle|paroisse|amis"
    r"|gymnase|piscine|salle|gare|station|pavillon|boulodrome|stade|parc|jardin|square|complexe|halle|parking|tram"
    r"|anciens|parents|eleves|jeunes|universite|sou|cfa|mfr|ehpad|ime|esat|mjc|usep|ape|ccas|sivu|sivom)\b"
)
_NO_NAME = re.compile(r"[\d@/:;?!]")
_WORDS = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")


@cache
def first_names() -> frozenset[str]:
    """Common first names of France, without case and accents."""
    text = (files("ckanext.odl.deposit") / "first_names.txt").read_text("utf-8")
    return frozenset(text.split())


def civil_name(text: str) -> str | None:
    """Return the first « M. Jean DUPONT » of a text; offices (« Monsieur le Maire », « Mme la Préfète ») are none."""
    for match in _NAMED.finditer(text):
        if not _OFFICE.match(fold(match[2])):
            return match[0]
    return None


@lru_cache(maxsize=1 << 14)
def looks_like_person(text: str) -> bool:
    """Tell whether a short cell is the name of a natural person: « DUPONT Jean », « Mme Anne MARTIN »."""
    text = text.strip()
    if not 4 <= len(text) <= 60 or _NO_NAME.search(text):
        return False
    words = _WORDS.findall(text)
    if not 2 <= len(words) <= 5:
        return False
    plain = fold(text)
    if _BODIES.search(plain):
        return False
    if _STARTS.match(text):
        return not _OFFICE.match(fold(" ".join(words[1:])))
    # A compound first name counts by each of its parts: Jean-Pierre
    first = [word for word in words if fold(word).split()[:1] and set(fold(word).split()) <= first_names()]
    return bool(first) and len(first) < len(words) <= 4


def initials(text: str) -> str:
    """The same with only the first letter of each word: what a page may show of a name."""
    return " ".join(word if len(word) < 2 or word.endswith(".") else word[0] + "•" * 3 for word in text.split()[:5])
