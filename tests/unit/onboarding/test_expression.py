"""The language of conditions: what it accepts, its three values, and that nothing in it ever runs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.odl.onboarding.expression import ExpressionError, parse
from ckanext.odl.onboarding.snapshot import ETP_BANDS, KINDS

PRADA = (
    "(kind in [commune, epci] and population >= 10000) or kind in [departement, region]"
    " or (kind in [syndicat, autre] and etp_band == ge200)"
)


@pytest.mark.parametrize(
    ("text", "facts", "value"),
    [
        ("always", {}, True),
        ("not always", {}, False),
        ("population >= 3500", {"population": 3500}, True),
        ("population >= 3500", {"population": 3499}, False),
        ("population > 3500", {"population": 3500}, False),
        ("population <= 3500 and population < 9999", {"population": 3500}, True),
        ("population >= 3500", {}, None),
        ("kind == commune", {"kind": "commune"}, True),
        ("kind != commune", {"kind": "epci"}, True),
        ("not kind == commune", {"kind": None}, None),
        ("irve in has", {"has": frozenset({"irve"})}, True),
        ("irve in has", {"has": frozenset()}, False),
        ("irve in has", {"has": None}, None),
        ("done(p1.prada)", {}, None),
        (PRADA, {"kind": "region"}, True),
        (PRADA, {"kind": "commune"}, None),
        (PRADA, {"kind": "commune", "population": 412}, False),
        (PRADA, {"kind": "syndicat", "etp_band": "lt50"}, False),
        ("kind == commune or population >= 3500", {"kind": "commune"}, True),
        ("kind == commune and population >= 3500", {"kind": "epci"}, False),
        ("kind == commune or kind == epci and population > 1", {"kind": "commune"}, True),
    ],
)
def test_value(text: str, facts: dict[str, Any], value: bool | None) -> None:
    assert parse(text).evaluate(facts) is value


def test_done_looks_at_the_steps() -> None:
    expression = parse("done(p1.prada) and not done(p2.choose)")
    assert expression.steps == ("p1.prada", "p2.choose")
    assert expression.evaluate({}, {"p1.prada": True, "p2.choose": False}) is True


def test_it_names_what_it_looks_at() -> None:
    expression = parse("irve in has and (population >= 10 or kind == epci)")
    assert expression.facts == ("kind", "population", "has")
    assert expression.asked == (("has", "irve"),)
    assert expression.missing({"kind": "epci", "population": None}) == ("population", "has")


@pytest.mark.parametrize(
    ("text", "key", "position"),
    [
        ("", "condition", 0),
        ("kind = commune", "sign", 5),
        ("kind == ville", "value", 8),
        ("kind >= commune", "comparison", 5),
        ("population >= beaucoup", "number", 14),
        ("population >= ³", "sign", 14),
        ("taille > 3", "fact", 0),
        ("irve in biens", "set", 8),
        ("has == irve", "word_in_set", 0),
        ("(always", "expected", 7),
        ("always always", "end", 7),
        ("kind in [commune", "expected", 16),
        ("always and", "condition", 10),
        ("done()", "step", 5),
        ("__import__('os')", "sign", 11),
        ("not " * 60 + "always", "deep", 160),
        ("always or " * 300, "long", 2000),
    ],
)
def test_what_is_wrong_says_where(text: str, key: str, position: int) -> None:
    with pytest.raises(ExpressionError) as error:
        parse(text)
    assert (error.value.key, error.value.position) == (f"expression.{key}", position)


_facts = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([*KINDS, None]),
        "etp_band": st.sampled_from([*ETP_BANDS, None]),
        "population": st.none() | st.integers(0, 20_000),
        "has": st.none() | st.frozensets(st.sampled_from(["irve", "dae"])),
    }
)
_atoms = st.sampled_from(
    ["always", "kind == commune", "kind in [epci, region]", "population >= 3500", "irve in has", "etp_band != lt50"]
)


def _joined(parts: tuple[str, str, str]) -> str:
    left, word, right = parts
    return f"({left}) {word} ({right})"


_conditions = st.recursive(
    _atoms,
    lambda inner: inner.map("not ({})".format) | st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(_joined),
    max_leaves=8,
)


@given(_conditions, _facts)
def test_an_answer_without_some_facts_stays_the_answer_with_them(text: str, facts: dict[str, Any]) -> None:
    """What is known decides for good: learning the rest can only turn « unknown » into an answer."""
    expression = parse(text)
    early = expression.evaluate({**facts, "population": None, "has": None})
    if early is not None:
        assert expression.evaluate(facts) is early


@given(_conditions, _facts)
def test_the_laws_of_three_values_hold(text: str, facts: dict[str, Any]) -> None:
    value = parse(text).evaluate(facts)
    opposite = {True: False, False: True, None: None}[value]
    assert parse(f"not ({text})").evaluate(facts) is opposite
    assert parse(f"({text}) and ({text})").evaluate(facts) is value
    assert parse(f"({text}) or always").evaluate(facts) is True
    if value is None:
        assert parse(text).missing(facts)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = parse(text)
    except ExpressionError as error:
        place = error.position
    else:
        place = 0
        assert read.evaluate({}) in (True, False, None)
    assert 0 <= place <= len(text)
