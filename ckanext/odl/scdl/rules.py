"""The rules of a schema that look at several columns or rows, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Params = Mapping[str, Any]

_COMPARISONS = {
    ">": ("doit être supérieure à", "must be greater than"),
    ">=": ("doit être supérieure ou égale à", "must be greater than or equal to"),
    "==": ("doit être égale à", "must be equal to"),
    "<=": ("doit être inférieure ou égale à", "must be less than or equal to"),
    "<": ("doit être inférieure à", "must be less than"),
}


def rules(descriptor: Mapping[str, Any], language: str = "fr") -> list[str]:
    """Return one sentence per rule between columns or rows: primary key, then the national checks.

    Checks on a single column are part of its own words (:func:`.words.describe_table`).
    """
    french = language.startswith("fr")
    sentences = []
    keys = descriptor.get("primaryKey")
    keys = [keys] if isinstance(keys, str) else list(keys or ())
    if keys:
        names = _names(keys, french)
        if len(keys) == 1:
            sentences.append(
                f"La valeur de {names} est différente à chaque ligne."
                if french
                else f"The value of {names} is different in each row."
            )
        else:
            sentences.append(
                f"Deux lignes n’ont jamais les mêmes valeurs dans {names} à la fois."
                if french
                else f"No two rows have the same values in all of {names}."
            )
    for check in descriptor.get("custom_checks") or ():
        say = _SENTENCES.get(check["name"])
        if say:
            sentences.append(say(check.get("params") or {}, french))
    return sentences


def _compare(params: Params, french: bool) -> str:
    words = _COMPARISONS[params["op"]][0 if french else 1]
    one, other = (_name(params[column], french) for column in ("column", "column2"))
    return f"La valeur de {one} {words} celle de {other}." if french else f"The value of {one} {words} that of {other}."


def _sum(params: Params, french: bool) -> str:
    total, parts = _name(params["column"], french), _names(params["columns"], french)
    return f"{total} est la somme de {parts}." if french else f"{total} is the sum of {parts}."


def _cohesive(params: Params, french: bool) -> str:
    others = params.get("othercolumns") or params.get("columns") or ()
    names = _names([params["column"], *others], french)
    if french:
        return f"{names} sont remplies ensemble, ou vides ensemble."
    return f"{names} are filled together or empty together."


def _one_of(params: Params, french: bool) -> str:
    names = [_name(params[column], french) for column in ("column1", "column2")]
    if french:
        return f"Au moins une des deux colonnes {names[0]} et {names[1]} est remplie."
    return f"At least one of the two columns {names[0]} and {names[1]} is filled."


_SENTENCES: dict[str, Callable[[Params, bool], str]] = {
    "compare-columns-value": _compare,
    "sum-columns-value": _sum,
    "cohesive-columns-value": _cohesive,
    "one-of-required": _one_of,
}


def _name(column: str, french: bool) -> str:
    return f"«\u00a0{column}\u00a0»" if french else f"“{column}”"


def _names(columns: Sequence[str], french: bool) -> str:
    names = [_name(column, french) for column in columns]
    if len(names) == 1:
        return names[0]
    return ", ".join(names[:-1]) + (" et " if french else " and ") + names[-1]
