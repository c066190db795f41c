"""The small language of ``applies_if``: conditions on what a collectivité is, never run as code.

::

    (kind in [commune, epci] and population >= 10000) or kind in [departement, region]
    irve in has and not done(p5.aggregate)
    always

Facts: ``kind``, ``profile``, ``etp_band`` (words), ``population``, ``population_year`` (numbers), ``competences``,
``has`` (sets of words). Comparisons: ``==``, ``!=`` for words and numbers; ``>=``, ``>``, ``<=``, ``<`` for numbers;
``fact in [word, word]``; ``word in set``. ``and``, ``or``, ``not``, parentheses, ``always``, ``done(step)``.

The logic has three values (Kleene): a fact that is not known makes a condition unknown, unless the other side of
``and`` or ``or`` decides by itself.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .snapshot import ETP_BANDS, KINDS, PROFILES

WORDS: dict[str, tuple[str, ...]] = {"kind": KINDS, "profile": PROFILES, "etp_band": ETP_BANDS}
NUMBERS = ("population", "population_year")
SETS = ("competences", "has")
FACTS = (*WORDS, *NUMBERS, *SETS)

#: Longest text and deepest nesting accepted.
LONGEST, DEEPEST = 2000, 40

_TOKEN = re.compile(r"\s*(?:(?P<op>>=|<=|==|!=|[<>()\[\],])|(?P<word>[A-Za-z0-9_][\w.-]*))")
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}


class ExpressionError(ValueError):
    """What is wrong in a condition: *key* (of ``words.yaml``), *params* that fill it, *position* from 0."""

    def __init__(self, key: str, position: int, **params: Any) -> None:
        super().__init__(f"{key} at {position}: {params}")
        self.key, self.position, self.params = key, position, params


@dataclass(frozen=True)
class Always:
    """Holds for everybody."""


@dataclass(frozen=True)
class Done:
    """A step is done (or waived)."""

    step: str


@dataclass(frozen=True)
class Compare:
    """A fact against a word or a number."""

    fact: str
    sign: str
    value: str | int


@dataclass(frozen=True)
class OneOf:
    """A fact among words."""

    fact: str
    values: tuple[str | int, ...]


@dataclass(frozen=True)
class Holds:
    """A word in a set."""

    fact: str
    word: str


@dataclass(frozen=True)
class Not:
    term: Any


@dataclass(frozen=True)
class Both:
    left: Any
    right: Any


@dataclass(frozen=True)
class Either:
    left: Any
    right: Any


@dataclass(frozen=True)
class Expression:
    """A condition that was read and found right."""

    text: str
    tree: Any

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the facts it looks at, in the order of :data:`FACTS`."""
        used = {node.fact for node in _walk(self.tree) if isinstance(node, (Compare, OneOf, Holds))}
        return tuple(name for name in FACTS if name in used)

    @property
    def asked(self) -> tuple[tuple[str, str], ...]:
        """The (set, word) pairs it asks for, such as ``("has", "irve")``."""
        return tuple(dict.fromkeys((n.fact, n.word) for n in _walk(self.tree) if isinstance(n, Holds)))

    @property
    def steps(self) -> tuple[str, ...]:
        """Steps named in ``done(…)``."""
        return tuple(dict.fromkeys(node.step for node in _walk(self.tree) if isinstance(node, Done)))

    def evaluate(self, facts: Mapping[str, Any], done: Mapping[str, bool | None] | None = None) -> bool | None:
        """True, False, or None when what is known does not decide.

        :param facts: name → value; an absent name or None is not known
        :param done: step id → whether it is done (None: not known)
        """
        return _value(self.tree, facts, done or {})

    def missing(self, facts: Mapping[str, Any]) -> tuple[str, ...]:
        """Facts that it looks at and that are not known."""
        return tuple(name for name in self.facts if facts.get(name) is None)


def _walk(node: Any):
    yield node
    if isinstance(node, Not):
        yield from _walk(node.term)
    elif isinstance(node, (Both, Either)):
        yield from _walk(node.left)
        yield from _walk(node.right)


def _value(node: Any, facts: Mapping[str, Any], done: Mapping[str, bool | None]) -> bool | None:
    if isinstance(node, Always):
        return True
    if isinstance(node, Done):
        return done.get(node.step)
    if isinstance(node, Not):
        value = _value(node.term, facts, done)
        return None if value is None else not value
    if isinstance(node, (Both, Either)):
        decides = isinstance(node, Either)
        left, right = _value(node.left, facts, done), _value(node.right, facts, done)
        if left is decides or right is decides:
            return decides
        return None if left is None or right is None else not decides
    known = facts.get(node.fact)
    if known is None:
        return None
    if isinstance(node, Holds):
        return node.word in known
    if isinstance(node, OneOf):
        return known in node.values
    return _ORDER[node.sign](known, node.value)


def parse(text: str) -> Expression:
    """Read a condition.

    :raises ExpressionError: with the place and what was expected there
    """
    if len(text) > LONGEST:
        raise ExpressionError("expression.long", LONGEST, most=LONGEST)
    return Expression(" ".join(text.split()), _Reader(text).read())


class _Reader:
    """A descent over the words of the text; each method reads one level of the grammar."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, int]] = []
        self.place = 0
        self.depth = 0
        position = 0
        text = text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if not match:
                start = position + len(text[position:]) - len(text[position:].lstrip())
                raise ExpressionError("expression.sign", start, found=text[start])
            self.tokens.append((match["op"] or match["word"], match.end() - len(match["op"] or match["word"])))
            position = match.end()
        self.end = len(text)

    def read(self) -> Any:
        tree = self.either()
        if self.place < len(self.tokens):
            raise self.error("expression.end")
        return tree

    def peek(self) -> str:
        return self.tokens[self.place][0] if self.place < len(self.tokens) else ""

    def next(self) -> str:
        token = self.peek()
        self.place += 1
        return token

    def error(self, key: str, back: int = 0, **params: Any) -> ExpressionError:
        place = self.place - back
        found, position = self.tokens[place] if 0 <= place < len(self.tokens) else ("", self.end)
        return ExpressionError(key, position, found=found, **params)

    def expect(self, token: str) -> None:
        if self.peek() != token:
            raise self.error("expression.expected", expected=token)
        self.next()

    def either(self) -> Any:
        tree = self.both()
        while self.peek() == "or":
            self.next()
            tree = Either(tree, self.both())
        return tree

    def both(self) -> Any:
        tree = self.negation()
        while self.peek() == "and":
            self.next()
            tree = Both(tree, self.negation())
        return tree

    def negation(self) -> Any:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error("expression.deep")
        try:
            if self.peek() == "not":
                self.next()
                return Not(self.negation())
            if self.peek() == "(":
                self.next()
                tree = self.either()
                self.expect(")")
                return tree
            return self.condition()
        finally:
            self.depth -= 1

    def condition(self) -> Any:
        word = self.next()
        if not word or not re.match(r"\w", word) or word in ("and", "or", "in"):
            raise self.error("expression.condition", back=1)
        if word == "always":
            return Always()
        if word == "done" and self.peek() == "(":
            self.next()
            step = self.next()
            if not re.match(r"\w", step):
                raise self.error("expression.step", back=1)
            self.expect(")")
            return Done(step)
        if word in WORDS or word in NUMBERS:
            return self.comparison(word)
        if self.peek() == "in":
            self.next()
            if self.next() not in SETS:
                raise self.error("expression.set", back=1, known=list(SETS))
            return Holds(self.tokens[self.place - 1][0], word)
        if word in SETS:
            raise self.error("expression.word_in_set", back=1)
        raise self.error("expression.fact", back=1, known=list(FACTS))

    def comparison(self, fact: str) -> Any:
        sign = self.next()
        if sign == "in":
            self.expect("[")
            values = [self.value(fact)]
            while self.peek() == ",":
                self.next()
                values.append(self.value(fact))
            self.expect("]")
            return OneOf(fact, tuple(values))
        if sign not in _ORDER or (fact in WORDS and sign not in ("==", "!=")):
            raise self.error("expression.comparison", back=1, fact=fact)
        return Compare(fact, sign, self.value(fact))

    def value(self, fact: str) -> str | int:
        word = self.next()
        if fact in NUMBERS:
            if not re.fullmatch(r"\d{1,12}", word, re.ASCII):
                raise self.error("expression.number", back=1, fact=fact)
            return int(word)
        if word not in WORDS[fact]:
            raise self.error("expression.value", back=1, fact=fact, known=list(WORDS[fact]))
        return word
