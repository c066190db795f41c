"""The keys of SIREN, SIRET and INSEE codes, and the line of a territory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.odl.territory import (
    Territory,
    insee_is_valid,
    luhn_is_valid,
    parse_territory,
    siren_is_valid,
    siret_is_valid,
)


@pytest.mark.parametrize("siren", ["214801508", "356000000", "130025265", "200069052"])
def test_siren_with_its_key_is_right(siren: str) -> None:
    assert luhn_is_valid(siren)
    assert siren_is_valid(siren)


@pytest.mark.parametrize(
    "siren",
    ["", "214801507", "21480150", "2148015060", "21480150A", "000000000", "214 801 506", "²14801506"],
)
def test_siren_without_its_key_is_wrong(siren: str) -> None:
    assert not siren_is_valid(siren)


@given(st.from_regex(r"[1-9]\d{7}", fullmatch=True).filter(str.isascii))
def test_every_eight_digits_have_exactly_one_key(stem: str) -> None:
    assert sum(siren_is_valid(stem + key) for key in "0123456789") == 1


@pytest.mark.parametrize("siret", ["13002526500013", "35600000000048"])
def test_siret_by_luhn(siret: str) -> None:
    assert siret_is_valid(siret)


def test_la_poste_may_have_a_sum_that_five_divides() -> None:
    siret = "35600000049837"
    assert not luhn_is_valid(siret)
    assert sum(map(int, siret)) % 5 == 0
    assert siret_is_valid(siret)


@pytest.mark.parametrize("siret", ["35600000049838", "2,20E+13", "13002526500014", "1300252650001", ""])
def test_siret_without_its_key_is_wrong(siret: str) -> None:
    assert not siret_is_valid(siret)


@pytest.mark.parametrize("code", ["48150", "2A004", "2B033", "97105", "98736", "01001", "29001"])
def test_insee_code_of_a_commune(code: str) -> None:
    assert insee_is_valid(code)


@pytest.mark.parametrize("code", ["20004", "2C001", "2a004", "4815", "481500", "", "48 150"])
def test_not_an_insee_code(code: str) -> None:
    assert not insee_is_valid(code)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("commune 48150 Saint-Exemple", Territory("commune", "48150", "Saint-Exemple")),
        ("Commune 2a004 Ajaccio", Territory("commune", "2A004", "Ajaccio")),
        ("fr:commune:48150", Territory("commune", "48150", "")),
        ("epci 200069052 Cœur de Lozère", Territory("epci", "200069052", "Cœur de Lozère")),
        ("france", Territory("france", "", "")),
        ("autre Vallée du Lot", Territory("autre", "", "Vallée du Lot")),
        ("autre 12 villages", Territory("autre", "", "12 villages")),
        ("commune Saint-Exemple", Territory("commune", "", "Saint-Exemple")),
        ("partout", None),
        ("", None),
        (None, None),
    ],
)
def test_line_of_a_territory(line: str | None, expected: Territory | None) -> None:
    assert parse_territory(line) == expected


@pytest.mark.parametrize(
    ("territory", "right"),
    [
        (Territory("commune", "2A004", ""), True),
        (Territory("commune", "", "Saint-Exemple"), False),
        (Territory("epci", "200069052", ""), True),
        (Territory("epci", "200069053", ""), False),
        (Territory("departement", "2A", ""), True),
        (Territory("departement", "974", ""), True),
        (Territory("departement", "20", ""), False),
        (Territory("region", "76", ""), True),
        (Territory("france", "", ""), True),
        (Territory("france", "12", ""), False),
    ],
)
def test_code_fits_its_level(territory: Territory, right: bool) -> None:
    assert territory.code_is_valid is right
    assert parse_territory(territory.text) == territory or not right
