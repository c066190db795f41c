"""The rule of a field: one scalar function, text to ``(value, problem)``.

frictionless' own reader of the field says what a value is; it is made stricter where the Table Schema specification is:
numbers are finite and written with ASCII digits, dates are exactly in their format, patterns match the whole value,
spaces do not fill a required cell.
"""

from __future__ import annotations

import math
import operator
import re
import unicodedata
from collections.abc import Callable
from datetime import timezone
from decimal import Decimal
from functools import cached_property
from typing import Any

from frictionless import Field, Schema

from . import hints, limits
from .patterns import compile_pattern
from .problems import Problem, SchemaRefused
from .written_forms import NUMBER, written_form

_NOT_FINITE = re.compile(r"[+-]?(?:s?nan\d*|inf|infinity)", re.IGNORECASE)
_IN_ERROR = re.compile(
    r"#(?:(?P<na>N/[AD])|(?P<ref>REF ?!)|(?P<div>DIV/0 ?!)|(?P<name>NAME\?|NOM ?\?)|VALUE!|VALEUR ?!|NUM!|NOMBRE ?!"
    r"|NULL!|NUL ?!|SPILL!|PROPAGATION!|CALC!)|Err ?:[0-9?]{1,3}"
)
"""What Excel and LibreOffice show, in both languages, in a cell whose formula failed."""
_FORMULA = re.compile(r"=(?:…|[+-]?(?:\$?[A-Z]{1,3}\$?[0-9]{1,7}|[A-Z][A-Z.]{1,20}\(|[0-9(]).*)", re.DOTALL)
"""A formula instead of its result; not ``="0123"``, Excel's own way to keep zeros."""
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_ORDER = ("enum", "pattern", "minLength", "maxLength", *_BOUNDS)

Verdict = tuple[Any, Problem | None]


def build_fields(descriptor: dict[str, Any]) -> list[FieldRule]:
    """The rules of all fields of a Table Schema, in its order.

    Raises :class:`SchemaRefused` when the descriptor is no usable Table Schema.
    """
    declared = descriptor.get("fields")
    if not isinstance(declared, list) or not declared:
        raise SchemaRefused("schema-invalid", reason="fields")
    if len(declared) > limits.SCHEMA_FIELDS:
        raise SchemaRefused("schema-too-large", limit=limits.SCHEMA_FIELDS)
    missing = descriptor.get("missingValues", [""])
    return [FieldRule(field, missing) for field in declared]


class FieldRule:
    """What one column accepts. ``judge`` is pure: the same text always gets the same verdict."""

    def __init__(self, descriptor: dict[str, Any], missing_values: list[Any]) -> None:
        if not isinstance(descriptor, dict) or not isinstance(descriptor.get("name"), str):
            raise SchemaRefused("schema-invalid", reason="name")
        self.name: str = descriptor["name"]
        self.title: str | None = _text(descriptor.get("title"))
        self.description: str | None = _text(descriptor.get("description"))
        self.type: str = descriptor.get("type") or "string"
        self.format: str = descriptor.get("format") or "default"
        self.example: str | None = _example(descriptor)
        # "contraints" is a misspelling seen in published schemas; what it asks is plain.
        constraints = descriptor.get("constraints") or descriptor.get("contraints") or {}
        self.constraints: dict[str, Any] = constraints if isinstance(constraints, dict) else {}
        self.required = self.constraints.get("required") is True
        self.unique = self.constraints.get("unique") is True
        declared = descriptor.get("missingValues", missing_values)
        self.missing = frozenset(
            str(value.get("value")) if isinstance(value, dict) else str(value) for value in declared
        )
        self.broken: list[str] = []
        self._field = self._frictionless(descriptor)
        self.true_values: list[str] = getattr(self._field, "true_values", [])
        self.false_values: list[str] = getattr(self._field, "false_values", [])
        self._read = self._field.create_value_reader()
        self.any_text = self.type == "string" and self._field.format == "default"
        self._read_item = self._item_reader(descriptor)
        self._lexical = written_form(self.type, self.format, self._field)
        self._checks = self._constraint_checks()
        self.enforced: list[tuple[str, Any]] = [(name, wanted) for name, wanted, _ in self._checks]
        """The constraints that are judged, but for ``required``, with what the schema wants."""

    @property
    def bare_number(self) -> bool:
        """Whether a number stands alone, without a currency or a unit."""
        return getattr(self._field, "bare_number", True) is not False

    @property
    def plain_decimals(self) -> bool:
        """Whether numbers are written with a point and no separator of thousands."""
        return (getattr(self._field, "decimal_char", "."), getattr(self._field, "group_char", "")) == (".", "")

    def _frictionless(self, descriptor: dict[str, Any]) -> Field:
        bare = {
            key: value
            for key, value in descriptor.items()
            if key in ("name", "type", "format", "bareNumber", "floatNumber", "decimalChar", "groupChar")
            or key in ("trueValues", "falseValues", "delimiter", "itemType")
        }
        if self.type == "string" and self.format not in ("default", "email", "uri", "binary", "uuid", "wkt"):
            bare.pop("format", None)
        # Published schemas say floatNumber without meaning binary floats; decimals are exact.
        bare.pop("floatNumber", None)
        try:
            return Schema.from_descriptor({"fields": [bare]}).fields[0]
        except Exception as error:
            raise SchemaRefused("schema-invalid", field=self.name, reason=str(error)[:200]) from None

    def _item_reader(self, descriptor: dict[str, Any]) -> Callable[[Any], Any] | None:
        item = descriptor.get("arrayItem")
        if self.type != "array" or not isinstance(item, dict):
            return None
        try:
            field = Field.from_descriptor({"name": self.name, "type": "any", **item})
            return field.create_cell_reader()
        except Exception:
            self.broken.append("arrayItem")
            return None

    # Types

    def read(self, text: str) -> Any:
        """The value of a text that is not missing, or None when it is not of the type."""
        if self.any_text:
            return text
        if self._lexical is not None and not self._lexical(text):
            return None
        try:
            value = self._read(text)
        except Exception:
            return None
        if type(value) in (int, Decimal):
            short = len(text) < 40 and "e" not in text and "E" not in text
            return value if short or _reasonable(value) else None
        if isinstance(value, float) and not math.isfinite(value):
            return None
        if isinstance(value, tuple) and not all(_finite(part) for part in value):
            return None
        if self._read_item is not None and isinstance(value, list):
            items = [self._read_item(item) for item in value]
            if any(notes for _, notes in items):
                return None
        return value

    # Constraints

    def _constraint_checks(self) -> list[tuple[str, Any, Callable[[str, Any], bool]]]:
        checks: list[tuple[str, Any, Callable[[str, Any], bool]]] = []
        for name in _ORDER:
            wanted = self.constraints.get(name)
            if wanted is None:
                continue
            try:
                check = self._constraint(name, wanted)
            except (SchemaRefused, TypeError, ValueError, ArithmeticError):
                check = None
            if check is None:
                self.broken.append(name)
            else:
                checks.append((name, wanted, check))
        return checks

    def _constraint(self, name: str, wanted: Any) -> Callable[[str, Any], bool] | None:
        if name == "enum":
            if not isinstance(wanted, list):
                return None
            if self.type == "string":
                accepted = frozenset(str(value) for value in wanted)
                return lambda text, value: value in accepted
            typed = [self.cast(value) for value in wanted]
            return lambda text, value: value in typed
        if name == "pattern":
            matches = compile_pattern(str(wanted))
            return lambda text, value: matches(text)
        if name in ("minLength", "maxLength"):
            length = int(wanted)
            if name == "minLength":
                return lambda text, value: len(value) >= length
            return lambda text, value: len(value) <= length
        bound = self.cast(wanted)
        if bound is None:
            return None
        if self.type in ("datetime", "time"):
            return _compare_in_utc(name, bound)
        compare = _COMPARE[name]
        return lambda text, value: compare(value, bound)

    def cast(self, value: Any) -> Any:
        """A value of the schema (a JSON number, a text) as the type reads it; a JSON float keeps its decimal form."""
        if isinstance(value, float):
            value = str(value)
        if isinstance(value, str):
            return self.read(value)
        return self._read(value)

    # Verdict

    def is_missing(self, text: str) -> bool:
        """Whether the text counts as an empty cell."""
        return text in self.missing

    def judge(self, text: str) -> Verdict:
        """The value of a cell and the first thing wrong with it, in the order required, type, enum, pattern, lengths,
        bounds. A missing value is ``None``."""
        if text in self.missing:
            return None, self._problem("constraint-error", constraint="required") if self.required else None
        if self.required and not text.strip():
            return None, self._problem("constraint-error", constraint="required", hint="spaces-only")
        if text.startswith(("#", "=", "E")) and (problem := self._not_computed(text)):
            return None, problem
        value = self.read(text)
        if value is None:
            return None, self._type_problem(text)
        broken = self._first_broken(text, value)
        return value, self._constraint_problem(text, *broken) if broken else None

    def _not_computed(self, text: str) -> Problem | None:
        """A cell in error, or a formula whose result was not stored: what it should hold is not known."""
        match = _IN_ERROR.fullmatch(text)
        if match:
            return self._problem("cell-error", **({"variant": match.lastgroup} if match.lastgroup else {}))
        return self._problem("formula-without-value") if _FORMULA.fullmatch(text) else None

    def _first_broken(self, text: str, value: Any) -> tuple[str, Any] | None:
        for name, wanted, check in self._checks:
            try:
                respected = check(text, value)
            except Exception:
                respected = False
            if not respected:
                return name, wanted
        return None

    def accepts(self, text: str) -> bool:
        """Whether a proposal would be clean: no correction is proposed that would be refused in turn."""
        if text in self.missing or not text.strip():
            return False
        value = self.read(text)
        return value is not None and self._first_broken(text, value) is None

    @cached_property
    def _form(self) -> dict[str, str]:
        """What the pattern asks for in words, by language; empty when nobody has put it into words."""
        from ckanext.odl.scdl.patterns import choices_of, explain  # noqa: PLC0415 (only where a value is refused)

        pattern = str(self.constraints.get("pattern") or "")
        choices = choices_of(pattern)
        if choices:
            values, separator = ", ".join(choices[0]), choices[1]
            return {
                "fr": f"une ou plusieurs valeurs, séparées par «\u00a0{separator}\u00a0», parmi\u00a0: {values}",
                "en": f"one or several values, separated by “{separator}”, among: {values}",
            }
        told = {language: explain(pattern, language == "fr") for language in ("fr", "en")}
        return {language: words for language, words in told.items() if words}

    @cached_property
    def _facts(self) -> dict[str, Any]:
        """What every problem of the field says of it."""
        facts = {
            "type": self.type,
            "format": self.format,
            "title": self.title if self.title != self.name else None,
            "description": _first_sentence(self.description),
            "example": self.example,
        }
        return {name: fact for name, fact in facts.items() if fact is not None}

    def _problem(self, code: str, **params: Any) -> Problem:
        return Problem(code, params=self._facts | {k: v for k, v in params.items() if v is not None})

    def _type_problem(self, text: str) -> Problem:
        if self.type in ("number", "integer"):
            if _NOT_FINITE.fullmatch(text.strip()):
                return self._problem("number-not-finite")
            if NUMBER.fullmatch(text):
                value = Decimal(text)
                if not _reasonable(value):
                    return self._problem("number-out-of-range", limit=limits.NUMBER_DIGITS)
        params: dict[str, Any] = {}
        if self.type == "boolean":
            params["accepted"] = [*self.true_values, *self.false_values][:10]
        return self._problem("type-error", **params, **hints.for_type(self, text))

    def _constraint_problem(self, text: str, name: str, wanted: Any) -> Problem:
        params: dict[str, Any] = {"constraint": name}
        if name == "enum":
            params["accepted"] = [str(value) for value in wanted[:12]]
            params["total"] = len(wanted)
            repeated = {"hint": "header-repeated"} if hints.repeats_header(self, text) else None
            params.update(repeated or hints.for_enum(text, [str(value) for value in wanted]))
        elif name == "pattern":
            if self._form:
                params["form"] = self._form
            params.update(hints.for_pattern(self, text))
        else:
            params["limit"] = str(wanted)
            if name == "maximum" and hints.is_percentage(self.name, wanted, text):
                params.update(hint="percent", suggestion=hints.as_share(text))
            if name in ("minLength", "maxLength"):
                value = self.read(text)
                params["length"] = len(value)
                params.update(hints.for_pattern(self, text) if isinstance(value, str) else {"hint": "items"})
        return self._problem("constraint-error", **params)


_COMPARE = {
    "minimum": operator.ge,
    "maximum": operator.le,
    "exclusiveMinimum": operator.gt,
    "exclusiveMaximum": operator.lt,
}


def _compare_in_utc(name: str, bound: Any) -> Callable[[str, Any], bool]:
    """Table Schema says that times are UTC: one written without a zone can be compared with one that has it."""
    compare = _COMPARE[name]

    def utc(value: Any) -> Any:
        return value if value.tzinfo else value.replace(tzinfo=timezone.utc)

    limit = utc(bound)
    return lambda text, value: compare(utc(value), limit)


def _reasonable(value: Decimal | int) -> bool:
    if isinstance(value, int):
        return abs(value) < 10**limits.NUMBER_DIGITS
    return value.is_finite() and len(value.as_tuple().digits) <= limits.NUMBER_DIGITS and abs(value.adjusted()) <= 400


def _finite(part: Any) -> bool:
    return not isinstance(part, Decimal) or part.is_finite()


def _text(value: Any) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None


def _example(descriptor: dict[str, Any]) -> str | None:
    example = descriptor.get("example")
    if example is None and isinstance(descriptor.get("examples"), list) and descriptor["examples"]:
        example = descriptor["examples"][0]
    if example is None or isinstance(example, dict | list):
        return None
    if isinstance(example, bool):
        return "true" if example else "false"
    return str(example)[:120] or None


def _first_sentence(text: str | None) -> str | None:
    """A description short enough to stand in an error message."""
    if not text:
        return None
    text = " ".join(unicodedata.normalize("NFC", re.sub(r"\[([^\]]*)\]\([^)]*\)|[*`]", r"\1", text)).split())
    match = re.match(r"(.{20,200}?[.!?])(?:\s|$)", text)
    if match:
        return match.group(1)
    if len(text) > 200:
        return text[:199] + "…"
    return text if text.endswith((".", "!", "?", "…")) else text + "."
