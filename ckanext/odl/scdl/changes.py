"""What changed between two versions of a schema, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .patterns import choices_of, explain
from .rules import rules
from .text import key
from .words import FieldWords, describe_table, listed

Descriptor = Mapping[str, Any]
Field = Mapping[str, Any]

_OBLIGATION = {
    True: (("Colonne devenue obligatoire", "Colonnes devenues obligatoires"), ("Column", "now compulsory")),
    False: (("Colonne devenue facultative", "Colonnes devenues facultatives"), ("Column", "now optional")),
}


def changes(old: Descriptor, new: Descriptor, language: str = "fr") -> list[str]:
    """Return one sentence per change that a person who fills the file would notice; empty when there is none.

    :param old: the descriptor of the former version.
    :param new: the descriptor of the later one.
    """
    french = language.startswith("fr")
    before = {words.name: words for words in describe_table(old, language)}
    after = {words.name: words for words in describe_table(new, language)}
    renamed = renamed_columns(old["fields"], new["fields"])
    added = [name for name in after if name not in before and name not in renamed.values()]
    removed = [name for name in before if name not in after and name not in renamed]

    sentences = _added(added, after, french)
    if removed:
        sentences.append(_columns(removed, french, ("Colonne retirée", "Colonnes retirées"), ("Column", "removed")))
    for former, current in renamed.items():
        sentences.append(
            f"Colonne renommée\u00a0: «\u00a0{former}\u00a0» devient «\u00a0{current}\u00a0»."
            if french
            else f"Column renamed: “{former}” becomes “{current}”."
        )
    former_of = {current: former for former, current in renamed.items()}
    pairs = [(before[former_of.get(name, name)], words) for name, words in after.items() if name not in added]
    sentences += _obligation(pairs, french)
    fields_before, fields_after = ({field["name"]: field for field in d["fields"]} for d in (old, new))
    for one, other in pairs:
        sentences += _values(one, other, french)
        sentences += _left_unsaid(fields_before[one.name], fields_after[other.name], one, other, french)
    return sentences + _rules(old, new, language)


def renamed_columns(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the columns that left, each with the one that came in its place, by name.

    They have the same letters (case and accents do not count), or the same title and type.
    """
    old_names, new_names = {f["name"] for f in old}, {f["name"] for f in new}
    left = [field for field in old if field["name"] not in new_names]
    came = [field for field in new if field["name"] not in old_names]
    pairs: dict[str, str] = {}
    for alike in (
        lambda a, b: key(a["name"]) == key(b["name"]),
        lambda a, b: a.get("title") and a.get("title") == b.get("title") and a.get("type") == b.get("type"),
    ):
        for one in left:
            if one["name"] in pairs:
                continue
            other = next((b for b in came if b["name"] not in pairs.values() and alike(one, b)), None)
            if other:
                pairs[one["name"]] = other["name"]
    return pairs


def _columns(names: Sequence[str], french: bool, fr: tuple[str, str], en: tuple[str, str], note: str = "") -> str:
    shown = listed(names, french, most=20, first=18)
    many = len(names) > 1
    if french:
        return f"{fr[many]}{note}\u00a0: {shown}."
    return f"{en[0]}{'s' if many else ''} {en[1]}{note}: {shown}."


def _added(names: Sequence[str], after: Mapping[str, FieldWords], french: bool) -> list[str]:
    sentences = []
    for required in (True, False):
        some = [name for name in names if after[name].required is required]
        if some:
            fr = ("obligatoire" if required else "facultative") + ("s" if len(some) > 1 else "")
            note = f" ({fr})" if french else f" ({'compulsory' if required else 'optional'})"
            sentences.append(
                _columns(some, french, ("Colonne ajoutée", "Colonnes ajoutées"), ("Column", "added"), note)
            )
    return sentences


def _obligation(pairs: Sequence[tuple[FieldWords, FieldWords]], french: bool) -> list[str]:
    sentences = []
    for required in (True, False):
        some = [b.name for a, b in pairs if b.required is required and a.required is not required]
        if some:
            fr, en = _OBLIGATION[required]
            sentences.append(_columns(some, french, fr, en))
    return sentences


def _values(one: FieldWords, other: FieldWords, french: bool) -> list[str]:
    former, current = one.choices, other.choices
    name = f"«\u00a0{other.name}\u00a0»" if french else f"“{other.name}”"
    if former and current:
        parts = []
        more = [value for value in current if value not in former]
        less = [value for value in former if value not in current]
        if more:
            parts.append(
                (f"accepte aussi {listed(more, french)}") if french else f"also accepts {listed(more, french)}"
            )
        if less:
            parts.append(("n’accepte plus " if french else "no longer accepts ") + listed(less, french))
        joined = (" et " if french else " and ").join(parts)
        return [f"{name} {joined}."] if parts else []  # another order says nothing
    if one.accepted != other.accepted:
        if french:
            return [f"{name} attend maintenant {other.accepted} (avant\u00a0: {one.accepted})."]
        return [f"{name} now expects {other.accepted} (before: {one.accepted})."]
    return []


_TYPES = {
    "string": ("texte", "text"),
    "integer": ("nombre entier", "whole number"),
    "number": ("nombre", "number"),
    "boolean": ("oui ou non", "yes or no"),
    "date": ("date", "date"),
    "datetime": ("date et heure", "date and time"),
    "time": ("heure", "time"),
    "year": ("année", "year"),
    "yearmonth": ("mois", "month"),
    "duration": ("durée", "duration"),
    "geopoint": ("position", "position"),
    "geojson": ("forme géographique", "shape"),
    "array": ("liste", "list"),
    "object": ("objet", "object"),
    "any": ("sans type", "any type"),
}
_LIMITS = ("minimum", "maximum", "minLength", "maxLength")
_READING = (
    "format",
    "trueValues",
    "falseValues",
    "decimalChar",
    "groupChar",
    "bareNumber",
    "missingValues",
    "arrayItem",
    "customCheck",
)


def _left_unsaid(one: Field, other: Field, former: FieldWords, current: FieldWords, french: bool) -> list[str]:
    """What :func:`_values` did not tell: another type, another rule of writing, other bounds."""
    by_choices = bool(former.choices and current.choices and set(former.choices) != set(current.choices))
    same_choices = bool(former.choices) and set(former.choices) == set(current.choices)  # their order says nothing
    in_words = not (by_choices or same_choices) and former.accepted != current.accepted
    before, after = ((field.get("constraints") or {}) for field in (one, other))
    name = f"«\u00a0{other['name']}\u00a0»" if french else f"“{other['name']}”"
    sentences = []
    types = [field.get("type") or "string" for field in (one, other)]
    if types[0] != types[1] and not in_words:
        words = [_TYPES.get(type_, (type_, type_))[0 if french else 1] for type_ in types]
        sentences.append(
            f"{name} change de type\u00a0: {words[1]} (avant\u00a0: {words[0]})."
            if french
            else f"{name} has another type: {words[1]} (before: {words[0]})."
        )
    patterns = [constraints.get("pattern") for constraints in (before, after)]
    lists = by_choices and any(pattern and choices_of(pattern) for pattern in patterns)
    told = in_words and any(pattern and explain(pattern, french) for pattern in patterns)
    if patterns[0] != patterns[1] and not (lists or told):
        shown = other.get("example")
        example = (f", par exemple {shown}" if french else f", for example {shown}") if shown not in (None, "") else ""
        if patterns[1] is None:
            nothing = "n’a plus de règle d’écriture" if french else "has no rule of writing any more"
            sentences.append(f"{name} {nothing}.")
        elif french:
            sentences.append(f"{name} suit une autre règle d’écriture{example}.")
        else:
            sentences.append(f"{name} follows another rule of writing{example}.")
    if bool(before.get("unique")) != bool(after.get("unique")) and not in_words:
        if french:
            now = "doit être différente à chaque ligne" if after.get("unique") else "peut se répéter"
            sentences.append(f"La valeur de {name} {now}.")
        else:
            now = "must be different in each row" if after.get("unique") else "may be repeated"
            sentences.append(f"The value of {name} {now}.")
    if not (by_choices or in_words or sentences):
        differs = any(before.get(key) != after.get(key) for key in (("enum",) if not same_choices else ()) + _LIMITS)
        if differs or any(one.get(key) != other.get(key) for key in _READING):
            sentences.append(
                f"{name} n’accepte plus exactement les mêmes valeurs."
                if french
                else f"{name} no longer accepts exactly the same values."
            )
    return sentences


def _rules(old: Descriptor, new: Descriptor, language: str) -> list[str]:
    french = language.startswith("fr")
    former, current = rules(old, language), rules(new, language)
    more = [("Nouvelle règle\u00a0: " if french else "New rule: ") + rule for rule in current if rule not in former]
    less = [("Règle retirée\u00a0: " if french else "Rule removed: ") + rule for rule in former if rule not in current]
    return more + less
