"""The catalogue of a collectivité's own datasets, as rows of the national model ``scdl/catalogue``.

Nothing is invented: what a dataset does not say is written the way the model foresees it (« Inconnue », the day of
publication as the beginning of a list that is kept up to date).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .catalogue import catalogue
from .prefilled import Facts, values
from .text import fold, meaningful_words

MODEL = "scdl/catalogue"

#: Codes of http://publications.europa.eu/resource/authority/frequency → the words of the model. A rhythm that the
#: model has no word for is « Irrégulière ».
_FREQUENCIES = {
    "": "Inconnue",
    "UNKNOWN": "Inconnue",
    "OTHER": "Inconnue",
    "NEVER": "Ponctuelle",
    "NOT_PLANNED": "Ponctuelle",
    "CONT": "Continuelle",
    "UPDATE_CONT": "Continuelle",
    "1MIN": "Continuelle",
    "5MIN": "Continuelle",
    "10MIN": "Continuelle",
    "15MIN": "Continuelle",
    "30MIN": "Continuelle",
    "HOURLY": "Toutes les heures",
    "BIHOURLY": "Quotidienne ou plusieurs fois par jour",
    "TRIHOURLY": "Quotidienne ou plusieurs fois par jour",
    "12HRS": "Quotidienne ou plusieurs fois par jour",
    "DAILY": "Quotidienne ou plusieurs fois par jour",
    "DAILY_2": "Quotidienne ou plusieurs fois par jour",
    "DAILY_3": "Quotidienne ou plusieurs fois par jour",
    "WEEKLY": "Hebdomadaire ou plusieurs fois par semaine",
    "WEEKLY_2": "Hebdomadaire ou plusieurs fois par semaine",
    "WEEKLY_3": "Hebdomadaire ou plusieurs fois par semaine",
    "WEEKLY_5": "Hebdomadaire ou plusieurs fois par semaine",
    "BIWEEKLY": "Mensuelle ou plusieurs fois par mois",
    "MONTHLY": "Mensuelle ou plusieurs fois par mois",
    "MONTHLY_2": "Mensuelle ou plusieurs fois par mois",
    "MONTHLY_3": "Mensuelle ou plusieurs fois par mois",
    "BIMONTHLY": "Bimestrielle",
    "QUARTERLY": "Trimestrielle",
    "ANNUAL_2": "Semestrielle",
    "ANNUAL": "Annuelle",
    "BIENNIAL": "Biennale",
    "TRIENNIAL": "Triennale",
    "QUINQUENNIAL": "Quinquennale",
}
_IRREGULAR = "Irrégulière"
_SCALES = {
    "commune": "Communale",
    "epci": "Intercommunale",
    "departement": "Départementale",
    "region": "Régionale",
}
_LICENCES = (
    (re.compile(r"^(?:lov2|fr-lo|etalab|lo-)"), "Licence Ouverte-LO"),
    (re.compile(r"^(?:odc-odbl|odbl)"), "Open Database License-ODBL"),
    (re.compile(r"^cc\b|^cc-|^cc0"), "Creative Commons-CC"),
)
_OTHER_LICENCE = "Spécifique ou autre"
_NO_THEME = "Non précisé"
_NO_FORMAT = "autre"
_LONGEST = 2000
_WORDS = 5


@dataclass(frozen=True)
class Dataset:
    """A public dataset as the catalogue lists it. Days are in ISO 8601.

    :ivar frequency: code of the European vocabulary, with or without its address
    :ivar level: of its territory (``commune``…), "" for that of the collectivité
    :ivar published: day on which it was first published
    :ivar changed: day on which one of its files changed last
    :ivar schema_id: of its first file, "" for none
    """

    name: str
    title: str
    url: str
    published: str
    changed: str
    formats: Sequence[str]
    files: int
    description: str = ""
    theme: str = ""
    keywords: Sequence[str] = ()
    frequency: str = ""
    licence: str = ""
    level: str = ""
    territory: str = ""
    start: str = ""
    end: str = ""
    schema_id: str = ""


def columns() -> list[str]:
    """The columns of the model, in its order."""
    return [field["name"] for field in catalogue().table(MODEL)["fields"]]


def row(dataset: Dataset, facts: Facts) -> dict[str, str]:
    """Return the line of one dataset, by column.

    :param facts: of the collectivité; without a SIRET its two columns stay empty, and the file is not valid
    """
    own = values(MODEL, catalogue().table(MODEL), facts)
    title = _line(dataset.title) or dataset.name
    start = dataset.start or dataset.published
    end = dataset.end or max(dataset.changed, start)
    scale = _SCALES.get(dataset.level or facts.kind, "Autre")
    theme = _line(dataset.theme) or _theme_of(dataset.schema_id) or _NO_THEME
    return {
        **own,
        "ID": dataset.name,
        "TITRE": title,
        "DESCRIPTION": _line(dataset.description) or title,
        "THEME": theme,
        "COUV_SPAT_MAILLE": scale,
        "COUV_SPAT_NOM": _line(dataset.territory) or own.get("COUV_SPAT_NOM") or facts.name,
        "COUV_TEMP_DEBUT": start,
        "COUV_TEMP_FIN": end,
        "DATE_PUBL": dataset.published,
        "FREQ_MAJ": _FREQUENCIES.get(dataset.frequency.rpartition("/")[2], _IRREGULAR),
        "DATE_MAJ": dataset.changed,
        "MOTS_CLES": ";".join(_keywords(dataset, title)),
        "LICENCE": _licence(dataset.licence),
        "NOMBRE_RESSOURCES": str(dataset.files),
        "FORMAT_RESSOURCES": ";".join(_formats(dataset.formats)),
        "URL": dataset.url,
    }


def _line(text: str) -> str:
    """A text on one line, no longer than a cell is read."""
    one = " ".join(text.split())
    return one if len(one) <= _LONGEST else one[: _LONGEST - 1].rstrip() + "…"


def _theme_of(schema_id: str) -> str:
    known: dict[str, Any] = {entry.id: entry for entry in catalogue()} if schema_id else {}
    return known[schema_id].theme_title("fr") if schema_id in known else ""


def _licence(id: str) -> str:
    return next((name for pattern, name in _LICENCES if pattern.search(id.lower())), _OTHER_LICENCE)


def _keywords(dataset: Dataset, title: str) -> list[str]:
    """In lower case without accents, as the model asks; the words of the title when there are none."""
    words = [fold(keyword) for keyword in dataset.keywords] or sorted(
        (word for word in meaningful_words(title) if len(word) > 3 and not word.isdigit()), key=fold(title).find
    )[:_WORDS]
    return list(dict.fromkeys(word for word in words if word)) or [fold(title) or dataset.name]


def _formats(names: Sequence[str]) -> list[str]:
    found = [re.sub(r"[^a-z0-9+-]", "", name.lower()) for name in names]
    return list(dict.fromkeys(name for name in found if name)) or [_NO_FORMAT]


def is_complete(facts: Facts) -> bool:
    """Whether a catalogue of this collectivité can be valid: the model asks for its SIRET."""
    return bool(facts.siret)


def sorted_rows(datasets: Sequence[Dataset], facts: Facts) -> list[Mapping[str, str]]:
    """The lines of several datasets by their code, so that the same datasets are the same bytes."""
    return [row(dataset, facts) for dataset in sorted(datasets, key=lambda dataset: dataset.name)]


__all__ = ["MODEL", "Dataset", "columns", "is_complete", "row", "sorted_rows"]
