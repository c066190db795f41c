"""Days, periods and page addresses, from what people write."""

from __future__ import annotations

import pytest

from ckanext.odl.logic.naming import free_name
from ckanext.odl.logic.periods import day, period


@pytest.mark.parametrize(
    ("typed", "last", "stored"),
    [
        ("2025-03-31", False, "2025-03-31"),
        ("31/03/2025", False, "2025-03-31"),
        ("2025", True, "2025-12-31"),
        ("2024-02", True, "2024-02-29"),
        ("2025-03-31T10:00:00", False, "2025-03-31"),
    ],
)
def test_day(typed: str, last: bool, stored: str) -> None:
    assert day(typed, last=last) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("2025", "2025"),
        ("03/2025", "2025-03"),
        ("2024-2025", "2024/2025"),
        ("2025-T2", "2025-04/2025-06"),
        ("2025-01-01/2025-03-31", "2025-01-01/2025-03-31"),
    ],
)
def test_period(typed: str, stored: str) -> None:
    assert period(typed) == stored


@pytest.mark.parametrize(
    "typed", ["", "l’an dernier", "2025-13", "2025/2024", "31/02/2025", "2025/2026/2027", "2025/2026-01"]
)
def test_not_a_period(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the caller says what is wrong)
        period(typed)


def test_an_address_is_free() -> None:
    taken = {"sainte-colombe", "sainte-colombe-48150"}
    assert free_name("Sainte-Colombe", taken.__contains__, ["48150"]) == "sainte-colombe-2"
    assert free_name("Sainte-Colombe", taken.__contains__, ["12001"]) == "sainte-colombe-12001"
    assert free_name("Œuvres d’été", taken.__contains__) == "oeuvres-d-ete"
    assert 2 <= len(free_name("!", taken.__contains__)) <= 100
    assert len(free_name("très " * 60, taken.__contains__)) <= 100
