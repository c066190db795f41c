"""Numbers and addresses that belong to one person: their shapes, their keys, and how they are hidden on a page."""

from __future__ import annotations

import re

from ckanext.odl.scdl.text import fold

_GAP = r"[ \u00a0\u202f.\-]?"
EMAIL = re.compile(r"[A-Za-z0-9._%+'\-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,62})\.){1,6}[A-Za-z]{2,24}")
PHONE = re.compile(
    rf"(?<![\w.,+\-/])(?<!\d[ \u00a0])(?:(?:\+|00){_GAP}(?:33|262|590|594|596|508|687|689)"
    rf"{_GAP}(?:\(0\){_GAP})?|0)[1-9](?:[ \u00a0\u202f.\-/]?\d\d){{4}}(?![\w])(?![ \u00a0.,\-]\d)"
)
NIR = re.compile(
    rf"(?<![\w])[123478]{_GAP}\d\d{_GAP}\d\d{_GAP}(?:\d\d|2[ABab]){_GAP}\d\d\d{_GAP}\d\d\d"
    rf"[ \u00a0\u202f.\-/]{{0,3}}\d\d(?![\w])"
)
IBAN = re.compile(rf"(?<![\w])[A-Za-z]{{2}}\d\d(?:{_GAP}[A-Za-z0-9]){{11,30}}(?![\w])")
_NOT_KEY = re.compile(r"[^0-9A-Za-z]")

# ISO 13616 registry: length of the IBAN by country, for the countries of the SEPA.
_IBAN_LENGTHS = {
    "AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21,
    "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24,
    "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip

_SERVICES = re.compile(
    r"mairie|contact|accueil|info|secretariat|secretaire|commun|ville|service|direction|culture|sport|urba|etat ?civil"
    r"|police|technique|dpo|rgpd|donnee|data|sig\b|support|admin|webmaster|reply|ecole|college|lycee|mediatheque|biblio"
    r"|office|tourisme|asso|club|comite|syndicat|agglo|departement|region|formation|finance|compta|marche|achat|presse"
    r"|client|sav\b|hotline|exploitation|supervision|irve|mobilite|eau\b|dechet|environnement|enfance|jeunesse|creche"
    r"|centre|social|ccas|maison|musee|theatre|piscine|gymnase|standard|courrier|cabinet|bureau|reservation|demande"
    r"|help|hello|bonjour|conseil|parc|voirie|energie|sdis|pompier|sante|hopital|clinique|pharmacie|amicale|union"
)
_PRIVATE_HOSTS = re.compile(
    r"(?:gmail|googlemail|orange|wanadoo|free|laposte|hotmail|yahoo|ymail|sfr|outlook|live|icloud|bbox|neuf|aol|msn"
    r"|protonmail|proton|gmx|club-internet|numericable|aliceadsl|nordnet|voila|cegetel|noos|tele2)\.[a-z.]+$"
)
_NAME_AND_NAME = re.compile(r"[a-z]{1,}(?:-[a-z]+)*[._][a-z]{2,}(?:[-_.][a-z]+)*\d{0,4}")


def nir_is_valid(text: str) -> bool:
    """Tell whether *text* is a social security number: 13 characters and their key, 97 less the rest by 97.

    In Corsica the département is 2A or 2B, counted as 19 and 18 (article R115-1 of the Code de la sécurité sociale;
    INSEE, « Répertoire national d’identification des personnes physiques »). A month that is not known is 20 or more.
    """
    bare = _NOT_KEY.sub("", text).upper()
    if not re.fullmatch(r"[123478]\d{4}(?:\d\d|2[AB])\d{8}", bare):
        return False
    month, place = int(bare[3:5]), bare[5:7]
    if month == 0 or 12 < month < 20 or 43 <= month < 50 or place == "00" or bare[10:13] == "000":
        return False
    number = bare[:5] + {"2A": "19", "2B": "18"}.get(place, place) + bare[7:13]
    return int(bare[13:]) == 97 - int(number) % 97


def iban_is_valid(text: str) -> bool:
    """Tell whether *text* is an IBAN: the length of its country and the key (ISO 13616-1, ISO/IEC 7064 MOD 97-10)."""
    bare = _NOT_KEY.sub("", text).upper()
    if not bare.isascii() or _IBAN_LENGTHS.get(bare[:2]) != len(bare) or not bare[2:4].isdigit():
        return False
    return int("".join(str(int(character, 36)) for character in bare[4:] + bare[:4])) % 97 == 1


def is_mobile(phone: str) -> bool:
    """Tell whether a French telephone number is a mobile one: 06 or 07."""
    digits = re.sub(r"\D", "", phone)
    return digits[-9:-8] in ("6", "7")


def is_personal(address: str) -> bool:
    """Tell whether an e-mail address is a person's: first name and name, or a private mailbox.

    Those of services are not, even in a private mailbox: mairie.exemple@wanadoo.fr.
    """
    name, _, host = address.lower().partition("@")
    if _SERVICES.search(fold(name)):
        return False
    return bool(_PRIVATE_HOSTS.match(host) or _NAME_AND_NAME.fullmatch(name))


def hidden(kind: str, value: str) -> str:
    """What a page may show of a value: enough to find it in the file, not enough to use it."""
    if kind == "email":
        name, _, host = value.partition("@")
        return f"{name[0]}•••@{host}" if is_personal(value) else value
    bare = _NOT_KEY.sub("", value)
    if kind == "phone":
        return f"{value[:2]}{'•' * 6}{bare[-2:]}"
    if kind == "nir":
        return bare[0] + "•" * 14
    return f"{bare[:2].upper()}{'•' * 12}"
