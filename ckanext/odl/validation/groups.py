"""A report told to a person: one headline, then causes, the ones that repeat first."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from dataclasses import field as attribute
from typing import Any, NamedTuple

from .report import SEVERITIES, column_letter, kind_of
from .sentences import entry_of, for_one_of_several, gesture, number, render, render_all

_LISTS = {"error": "errors", "warning": "warnings", "notice": "notices"}


@dataclass
class Group:
    """One cause: the same code and constraint in the same column, and the same gesture to mend it.

    ``count`` is exact and counts ``unit``: ``cell``, ``column``, ``row`` or ``record`` (of JSON); ``rows`` are the row
    numbers of the places kept (at most 100), ``places`` those findings. ``column`` is the spreadsheet letter. ``title``
    says the cause, ``explanation`` the first case with what is wrong, ``remedy`` what to do, ``excel`` and
    ``libreoffice`` the gesture there (empty when there is none), ``expected`` an example of a right value.
    """

    severity: str
    code: str
    constraint: str | None
    title: str
    field: str | None
    column: str | None
    count: int
    rows: list[int]
    explanation: str
    remedy: str
    excel: str
    libreoffice: str
    expected: str | None
    unit: str = "cell"
    places: list[dict[str, Any]] = attribute(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def localise(report: dict[str, Any], language: str) -> dict[str, Any]:
    """A copy of a report with messages and remedies in another language, from what each finding keeps in ``params``."""
    report = copy.deepcopy(report)
    for severity, name in _LISTS.items():
        for found in report[name]:
            found.update(render(found, severity, language))
    report["language"] = language
    return report


_TOGETHER = (
    "header-normalised", "header-invisible-char", "header-case", "header-missing-column", "header-unknown",
    "header-blank",
)  # fmt: skip
"""Said once for all columns: thirty titles with a space are one cause."""


def _key(found: dict[str, Any]) -> tuple[Any, ...]:
    params = found.get("params") or {}
    if found["code"] in _TOGETHER and _of_a_title(found):
        return found["code"], "close" if "close" in str(params.get("variant")) else None, None, None, None
    entry = entry_of(found["code"], params, "fr")
    return found["code"], params.get("constraint"), found["field"], found["column"], (entry["title"], entry["excel"])


def _of_a_title(found: dict[str, Any]) -> bool:
    """It is about one column, not about the whole file; the names in a JSON file have no row."""
    return found["row"] is not None or found["column"] is not None or found["field"] is not None


def _told_twice(found: dict[str, Any]) -> bool:
    """A column too many that is most likely a missing one: said where the missing one is."""
    return found["code"] == "header-unknown" and found["params"].get("variant") == "close"


def groups(report: dict[str, Any], language: str) -> list[Group]:
    """The findings of a report by cause: errors first, then warnings and notices; most cells first."""
    counts: dict[tuple[Any, ...], dict[str, Any]] = {}
    for entry in report["counts"]["by_code"]:
        key = (entry["severity"], entry["code"], entry.get("constraint"), entry["field"], entry.get("column"))
        counts[key] = entry
    told: list[Group] = []
    for severity in SEVERITIES:
        by_cause: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        for found in report[_LISTS[severity]]:
            if not _told_twice(found):
                by_cause.setdefault(_key(found), []).append(found)
        causes = [_group(severity, key, places, counts, language) for key, places in by_cause.items()]
        # What concerns the whole file or its columns is said before any cell, then the causes that repeat most.
        told += sorted(causes, key=lambda group: (not _structural(group), -group.count))
    _say_how_to_open(told, report, language)
    if report["file"].get("format") in ("json", "geojson"):
        for group in told:  # nobody opens such a file in a spreadsheet
            group.excel = group.libreoffice = ""
            group.column = None
    return told


_CODES = re.compile(r"siret|siren|insee|rna|postal|^id[A-Z_]|^(?:cp|tel|fax)(?:$|_)|telephone", re.IGNORECASE)


def _say_how_to_open(told: list[Group], report: dict[str, Any], language: str) -> None:
    """Once, before the first gesture in Excel: how a CSV file is opened there without harm."""
    first = next((group for group in told if group.excel), None)
    if first is None or report["file"].get("format") != "csv" or report["status"] == "unreadable":
        return
    names = [str(name) for name in report["extract"]["header"]]
    if report["file"].get("delimiter") == "," and len(names) > 1:
        first.excel = f"{gesture('open-csv-commas', language)} {first.excel}"
    elif any(_CODES.search(name) for name in names) or any(
        place["params"].get("hint") in ("excel-rounded", "zero-lost") for group in told for place in group.places
    ):
        first.excel = f"{gesture('open-csv-codes', language)} {first.excel}"


_OF_ROWS = ("blank-row", "row-almost-empty", "missing-cell", "extra-cell", "delimiter-mixed", "row-repeated")
_OF_OBJECTS = (
    "geojson-invalid", "geojson-ring", "geojson-range", "geojson-crs", "json-duplicate-key", "json-schema-error",
)  # fmt: skip


def _unit(code: str) -> str:
    if code in _OF_OBJECTS:
        return "record"
    if code in _OF_ROWS:
        return "row"
    return "column" if code.startswith("header-") and code != "header-not-first" else "cell"


def _structural(group: Group) -> bool:
    return group.code.startswith("header-") or not group.rows


def _group(
    severity: str,
    key: tuple[Any, ...],
    places: list[dict[str, Any]],
    counts: dict[tuple[Any, ...], dict[str, Any]],
    language: str,
) -> Group:
    code, constraint, name, column, _cause = key
    shown = [{**found, **render(found, severity, language)} for found in places]
    by_kind = _by_kind(places, counts.get((severity, code, constraint, name, column)))
    typical = by_kind[0][0]
    count = sum(number_of for _, number_of in by_kind)
    if code in _TOGETHER and _of_a_title(places[0]):
        count, constraint = len(places), None
        name, column = (places[0]["field"], places[0]["column"]) if count == 1 else (None, None)
        if count > 1:
            # A sentence about several columns names none of them as the place to click.
            typical = {**typical, "params": _together(key[1], severity, places), "column": None, "cell": None}
        by_kind = [(typical, count)]
    words = render_all(typical, language)
    alike = [found for found in places if kind_of(found["params"]) == kind_of(typical["params"])]
    if typical["cell"] and typical["params"].get("suggestion") and len({found["value"] for found in alike}) > 1:
        # "Write 9000" is the remedy of one cell: beside fourteen of them it is an example.
        words["remedy"] = for_one_of_several(typical["cell"], words["remedy"], language)
    for other, number_of in by_kind[1:4]:
        _tell_also(words, render_all(other, language), number_of, language)
    expected = next((f["params"][n] for f in places for n in ("suggestion", "example") if f["params"].get(n)), None)
    return Group(
        severity=severity,
        code=code,
        constraint=constraint,
        title=words["title"],
        field=name,
        column=column_letter(column) if column else None,
        count=count,
        rows=[found["row"] for found in places if found["row"] is not None],
        explanation=words["message"],
        remedy=words["remedy"],
        excel=words["excel"],
        libreoffice=words["libreoffice"],
        expected=str(expected) if expected is not None else None,
        unit=_unit(code),
        places=shown,
    )


def _together(kind: str | None, severity: str, places: list[dict[str, Any]]) -> dict[str, Any]:
    """The parameters of a sentence about several columns."""
    params = [found["params"] for found in places]
    names = [str(found["params"].get("name") or column_letter(found["column"] or 1)) for found in places]
    if kind == "close":
        names = [f"{facts.get('suggestion')} → {facts.get('name')}" for facts in params]
        return {"variant": "many-close", "names": names, "count": len(names)}
    maybe = {name: params[0][name] for name in ("missing", "unknown") if params[0].get(name)}
    return {"variant": f"many-{severity}{'-maybe' if maybe else ''}", "names": names, "count": len(names), **maybe}


def _by_kind(places: list[dict[str, Any]], entry: dict[str, Any] | None) -> list[tuple[dict[str, Any], int]]:
    """The first place of each kind of fault in a group and how many cells are of that kind, most frequent first."""
    first: dict[str, dict[str, Any]] = {}
    kept: Counter[str] = Counter()
    for found in places:
        kind = kind_of(found["params"])
        first.setdefault(kind, found)
        kept[kind] += 1
    exact: dict[str, int] = entry.get("kinds") or {} if entry else {}
    if entry and not exact and len(first) == 1:
        exact = dict.fromkeys(first, int(entry["count"]))
    counts = {kind: int(exact.get(kind, kept[kind])) for kind in first}
    return [(first[kind], counts[kind]) for kind in sorted(first, key=lambda kind: -counts[kind])]


def _tell_also(words: dict[str, str], others: dict[str, str], count: int, language: str) -> None:
    """Add to a group's sentences those of another kind of fault that the same gesture mends."""
    if others["message"] != words["message"]:
        cells = _count(count, "autre cellule", "autres cellules", "fr") if language == "fr" else None
        cells = cells or _count(count, "other cell", "other cells", "en")
        colon = "\u00a0:" if language == "fr" else ":"
        words["message"] = f"{words['message']} {cells}{colon} {others['message']}"
    if others["remedy"] not in words["remedy"]:
        words["remedy"] = f"{words['remedy']} {others['remedy']}"


def _count(count: int, one: str, several: str, language: str) -> str:
    singular = count < 2 if language == "fr" else count == 1
    return f"{number(count, language)} {one if singular else several}"


class _Lines(NamedTuple):
    """How the lines of a file are spoken of: one and several of each."""

    line: tuple[str, str]
    read: tuple[str, str]
    good: tuple[str, str]
    all_good: tuple[str, str]
    none_good: str
    none: str


_OF = {
    ("fr", False): _Lines(
        ("ligne", "lignes"),
        ("ligne lue", "lignes lues"),
        ("ligne est bonne", "lignes sont bonnes"),
        ("la ligne est bonne", "les {n} lignes sont bonnes"),
        "aucune ligne n’est encore bonne",
        "Le fichier ne contient aucune ligne de données.",
    ),
    ("fr", True): _Lines(
        ("objet", "objets"),
        ("objet lu", "objets lus"),
        ("objet est bon", "objets sont bons"),
        ("l’objet est bon", "les {n} objets sont bons"),
        "aucun objet n’est encore bon",
        "Le fichier ne contient aucun objet.",
    ),
    ("en", False): _Lines(
        ("row", "rows"),
        ("row read", "rows read"),
        ("row is good", "rows are good"),
        ("the row is good", "all {n} rows are good"),
        "no row is good yet",
        "The file contains no row of data.",
    ),
    ("en", True): _Lines(
        ("object", "objects"),
        ("object read", "objects read"),
        ("object is good", "objects are good"),
        ("the object is good", "all {n} objects are good"),
        "no object is good yet",
        "The file contains no object.",
    ),
}


def headline(report: dict[str, Any], language: str) -> str:
    """How things stand, in one sentence with figures."""
    french = language != "en"
    counts, rows = report["counts"], report["file"].get("rows") or 0
    of = _OF["fr" if french else "en", report["file"].get("format") in ("json", "geojson")]
    if report["status"] == "unreadable":
        return report_first(report, language)
    if report["status"] == "incomplete":
        return (
            "La vérification n’a pas pu aller au bout ; le fichier n’est pas en cause."
            if french
            else "The check could not be finished; the file is not at fault."
        )
    if {count["code"] for count in counts["by_code"] if count["severity"] == "error"} == {"no-rows"}:
        return of.none
    if report["status"] == "valid":
        looks = len([group for group in groups(report, language) if group.severity == "warning"])
        worth = (
            f"\u00a0; {_count(looks, 'point', 'points', 'fr')} à regarder"
            if french
            else f"; {_count(looks, 'point', 'points', 'en')} worth a look"
        )
        if report["schema"] is None:
            read = _count(rows, *of.read, language)
            if looks:
                return f"{read}{worth}."
            return f"{read}, aucun problème de forme." if french else f"{read}, no problem of form."
        if looks:
            return f"Fichier conforme{worth}." if french else f"The file follows its model{worth}."
        all_good = of.all_good[rows != 1].format(n=number(rows, language))
        return f"Aucun problème\u00a0: {all_good}." if french else f"No problem: {all_good}."
    wrong = counts["rows_with_errors"]
    missing = sum(
        entry["count"]
        for entry in counts["by_code"]
        if entry["code"] == "header-missing-column" and entry["severity"] == "error"
    )
    misnamed = [
        (found["params"]["suggestion"], found["params"]["name"])
        for found in report["errors"]
        if found["code"] == "header-missing-column" and found["params"].get("suggestion")
    ]
    tell = _french if french else _english
    return tell(of, missing - len(misnamed), misnamed, counts["errors"] - missing, wrong, max(rows - wrong, 0))


Pairs = Sequence[tuple[str, str]]
"""Headings of the file and the columns of the model that they seem to be."""
_PAIRS = 3
"""Of them, how many a headline names."""


def _french(of: _Lines, missing: int, misnamed: Pairs, others: int, wrong: int, good: int) -> str:
    problems = _count(others, "problème", "problèmes", "fr")
    place = f"sur {_count(wrong, *of.line, 'fr')}" if wrong else "dans la structure du tableau"
    lacking = f"Il manque {_count(missing, 'colonne obligatoire', 'colonnes obligatoires', 'fr')}"
    if misnamed:
        lines = [f"{lacking}."] if missing else []
        return " ".join([*lines, _misnamed_fr(misnamed), *([f"Il y a aussi {problems} {place}."] if others else [])])
    if missing:
        return f"{lacking}, et il y a {problems} {place}." if others else f"{lacking}."
    return f"{problems} {place}\u00a0; {_count(good, *of.good, 'fr') if good else of.none_good}."


def _misnamed_fr(misnamed: Pairs) -> str:
    if len(misnamed) == 1:
        ((heading, name),) = misnamed
        return f"«\u00a0{name}\u00a0» est attendu\u00a0; votre colonne «\u00a0{heading}\u00a0» semble être la même."
    pairs = ", ".join(f"«\u00a0{heading}\u00a0» pour «\u00a0{name}\u00a0»" for heading, name in misnamed[:_PAIRS])
    some = ", dont" if len(misnamed) > _PAIRS else "\u00a0:"
    return f"{number(len(misnamed), 'fr')} colonnes obligatoires semblent là sous un autre nom{some} {pairs}."


def _english(of: _Lines, missing: int, misnamed: Pairs, others: int, wrong: int, good: int) -> str:
    problems = _count(others, "problem", "problems", "en")
    there = "there is" if others == 1 else "there are"
    place = f"on {_count(wrong, *of.line, 'en')}" if wrong else "in the structure of the table"
    lacking = _count(missing, "required column is missing", "required columns are missing", "en")
    if misnamed:
        also = [f"{there.capitalize()} also {problems} {place}."] if others else []
        return " ".join([*([f"{lacking}."] if missing else []), _misnamed_en(misnamed), *also])
    if missing:
        return f"{lacking}, and {there} {problems} {place}." if others else f"{lacking}."
    return f"{problems} {place}; {_count(good, *of.good, 'en') if good else of.none_good}."


def _misnamed_en(misnamed: Pairs) -> str:
    if len(misnamed) == 1:
        ((heading, name),) = misnamed
        return f"“{name}” is expected; your column “{heading}” seems to be it."
    pairs = ", ".join(f"“{heading}” for “{name}”" for heading, name in misnamed[:_PAIRS])
    some = ", such as" if len(misnamed) > _PAIRS else ":"
    return f"{number(len(misnamed), 'en')} required columns seem to be there under another name{some} {pairs}."


def report_first(report: dict[str, Any], language: str) -> str:
    """The one error of a file that cannot be read."""
    return render(report["errors"][0], "error", language)["message"]
