"""Codes and names of the official geography: communes by the official reference, the rest by lists short enough to be
here and by their form.

Departments, regions: INSEE, Code officiel géographique. A canton is judged by the form of its name only.
"""

from __future__ import annotations

import re
from functools import cache

from ckanext.odl.territory import reference as official_reference

from ..hints import plain
from ..problems import Problem
from . import countries
from .base import CellJudge
from .identifiers import siren, siret


def words(name: str) -> str:
    """A name of a place as it is compared: no accents, case, hyphens or apostrophes."""
    return " ".join(re.sub(r"[-'’.(),]", " ", plain(name)).split())


DEPARTMENTS = {
    "01": "Ain", "02": "Aisne", "03": "Allier", "04": "Alpes-de-Haute-Provence", "05": "Hautes-Alpes",
    "06": "Alpes-Maritimes", "07": "Ardèche", "08": "Ardennes", "09": "Ariège", "10": "Aube", "11": "Aude",
    "12": "Aveyron", "13": "Bouches-du-Rhône", "14": "Calvados", "15": "Cantal", "16": "Charente",
    "17": "Charente-Maritime", "18": "Cher", "19": "Corrèze", "21": "Côte-d'Or", "22": "Côtes-d'Armor", "23": "Creuse",
    "24": "Dordogne", "25": "Doubs", "26": "Drôme", "27": "Eure", "28": "Eure-et-Loir", "29": "Finistère",
    "2A": "Corse-du-Sud", "2B": "Haute-Corse", "30": "Gard", "31": "Haute-Garonne", "32": "Gers", "33": "Gironde",
    "34": "Hérault", "35": "Ille-et-Vilaine", "36": "Indre", "37": "Indre-et-Loire", "38": "Isère", "39": "Jura",
    "40": "Landes", "41": "Loir-et-Cher", "42": "Loire", "43": "Haute-Loire", "44": "Loire-Atlantique", "45": "Loiret",
    "46": "Lot", "47": "Lot-et-Garonne", "48": "Lozère", "49": "Maine-et-Loire", "50": "Manche", "51": "Marne",
    "52": "Haute-Marne", "53": "Mayenne", "54": "Meurthe-et-Moselle", "55": "Meuse", "56": "Morbihan", "57": "Moselle",
    "58": "Nièvre", "59": "Nord", "60": "Oise", "61": "Orne", "62": "Pas-de-Calais", "63": "Puy-de-Dôme",
    "64": "Pyrénées-Atlantiques", "65": "Hautes-Pyrénées", "66": "Pyrénées-Orientales", "67": "Bas-Rhin",
    "68": "Haut-Rhin", "69": "Rhône", "70": "Haute-Saône", "71": "Saône-et-Loire", "72": "Sarthe", "73": "Savoie",
    "74": "Haute-Savoie", "75": "Paris", "76": "Seine-Maritime", "77": "Seine-et-Marne", "78": "Yvelines",
    "79": "Deux-Sèvres", "80": "Somme", "81": "Tarn", "82": "Tarn-et-Garonne", "83": "Var", "84": "Vaucluse",
    "85": "Vendée", "86": "Vienne", "87": "Haute-Vienne", "88": "Vosges", "89": "Yonne",
    "90": "Territoire de Belfort", "91": "Essonne", "92": "Hauts-de-Seine", "93": "Seine-Saint-Denis",
    "94": "Val-de-Marne", "95": "Val-d'Oise", "971": "Guadeloupe", "972": "Martinique", "973": "Guyane",
    "974": "La Réunion", "976": "Mayotte",
}  # fmt: skip
OVERSEAS = {"975", "977", "978", "984", "986", "987", "988", "989"}
REGIONS = {
    "01": "Guadeloupe", "02": "Martinique", "03": "Guyane", "04": "La Réunion", "06": "Mayotte",
    "11": "Île-de-France", "24": "Centre-Val de Loire", "27": "Bourgogne-Franche-Comté", "28": "Normandie",
    "32": "Hauts-de-France", "44": "Grand Est", "52": "Pays de la Loire", "53": "Bretagne",
    "75": "Nouvelle-Aquitaine", "76": "Occitanie", "84": "Auvergne-Rhône-Alpes", "93": "Provence-Alpes-Côte d'Azur",
    "94": "Corse",
}  # fmt: skip
_DEPARTMENT_NAMES = {words(name) for name in DEPARTMENTS.values()}
_REGION_NAMES = {words(name) for name in REGIONS.values()}
_POSTAL_DEPARTMENTS = {code for code in DEPARTMENTS if code.isdigit()} | {"20"} | OVERSEAS
_COUNTRY_NAMES = {words(name) for name in countries.NAMES}


def department_of(code: str) -> str | None:
    """The department of an INSEE commune code (2A, 2B in Corsica; three figures overseas), None for no such code."""
    if not re.fullmatch("(?:[0-9]{2}|2[AB])[0-9]{3}", code):
        return None
    department = code[:3] if code[:2] in ("97", "98") else code[:2]
    return department if department in DEPARTMENTS or department in OVERSEAS else None


def _zero_lost(text: str, accepts: CellJudge) -> dict[str, str]:
    if text.isascii() and text.isdigit() and accepts("0" + text) is None:
        return {"hint": "zero-lost", "suggestion": "0" + text}
    return {}


def code_commune_insee(text: str) -> Problem | None:
    """A commune's code, of today or former, or that of a part of a commune (delegated, associated, district).

    Where the official reference names no commune of a department (some overseas lands), the form is enough.
    """
    if department_of(text) is not None and (text[:3] in OVERSEAS or official_reference().commune(text)):
        return None
    return Problem("code-commune-insee", params=_zero_lost(text, code_commune_insee) if len(text) == 4 else {})


def code_postal(text: str) -> Problem | None:
    """Five digits that begin with a department as La Poste numbers them (20 for Corsica)."""
    if re.fullmatch("[0-9]{5}", text):
        start = text[:3] if text[:2] in ("97", "98") else text[:2]
        if start in _POSTAL_DEPARTMENTS or text.startswith("980"):
            return None
    return Problem("code-postal", params=_zero_lost(text, code_postal) if len(text) == 4 else {})


def code_region(text: str) -> Problem | None:
    """One of the 18 regions' INSEE codes."""
    if text in REGIONS:
        return None
    return Problem("code-region", params=_zero_lost(text, code_region) if len(text) == 1 else {})


def numero_departement(text: str) -> Problem | None:
    """A department's number: 01 to 95 without 20, 2A, 2B, 971 to 976."""
    if text in DEPARTMENTS or text in OVERSEAS:
        return None
    return Problem("numero-departement", params=_zero_lost(text, numero_departement) if len(text) == 1 else {})


def departement(text: str) -> Problem | None:
    """A department's name, accents, case and hyphens aside."""
    return None if words(text) in _DEPARTMENT_NAMES else Problem("departement")


def region(text: str) -> Problem | None:
    """A region's name, accents, case and hyphens aside."""
    return None if words(text) in _REGION_NAMES else Problem("region")


def country(text: str) -> Problem | None:
    """A country's name in French, accents, case and hyphens aside."""
    return None if words(text) in _COUNTRY_NAMES else Problem("pays")


_NAME_OF_PLACE = re.compile(r"(?=.*[^\W\d_])[^\W_](?:[^\W_]|[ '’.\-()])*")


def commune(text: str) -> Problem | None:
    """The name of a commune or of a part of one, accents, case and hyphens aside."""
    names = _commune_names()
    if words(text) in names:
        return None
    bare = re.sub(r"\b(?:[0-9]{5}|2[AB][0-9]{3})\b", " ", text)
    if bare != text and words(bare) in names:
        return Problem("commune", params={"hint": "with-code", "suggestion": " ".join(bare.split()).strip(" -(),")})
    return Problem("commune")


@cache
def _commune_names() -> frozenset[str]:
    known = official_reference()
    return frozenset(words(line.split("\t", 3)[2]) for part in (known.communes, known.parts) for line in part.values())


def canton(text: str) -> Problem | None:
    """A canton's name, by its form only: there are two thousand, renamed by decree, and no list of them here."""
    return None if _NAME_OF_PLACE.fullmatch(text.strip()) else Problem("canton")


def _by_pattern(code: str, pattern: str) -> CellJudge:
    compiled = re.compile(pattern)
    return lambda text: None if compiled.fullmatch(text) else Problem(code)


JUDGES: dict[str, CellJudge] = {
    "code-commune-insee": code_commune_insee,
    "code-postal": code_postal,
    "code-region": code_region,
    "numero-departement": numero_departement,
    "departement": departement,
    "region": region,
    "pays": country,
    "commune": commune,
    "canton": canton,
    "code-pays-iso2": lambda text: None if text in countries.ISO2 else Problem("code-pays-iso2"),
    "code-pays-iso3": lambda text: None if text in countries.ISO3 else Problem("code-pays-iso3"),
    "code-fantoir": _by_pattern("code-fantoir", "(?:(?:[0-9]{2}|2[AB])[0-9]{4})?[0-9A-Z][0-9]{3}[A-Z]?"),
    "siren": siren,
    "siret": siret,
}
