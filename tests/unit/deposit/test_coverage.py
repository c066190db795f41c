"""What a file covers, and what is gone when another takes its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.odl.deposit.coverage import Coverage, loss, same_period, years_told

years = st.dictionaries(st.integers(1990, 2060).map(str), st.integers(1, 500), max_size=8)
coverages = years.map(lambda found: Coverage(sum(found.values()), found))


def of(**found: int) -> Coverage:
    return Coverage(sum(found.values()), {year.lstrip("y"): count for year, count in found.items()})


@pytest.mark.parametrize(
    ("coverage", "told"),
    [
        (of(y2021=6, y2022=6, y2023=6), "18 lignes de 2021 à 2023"),
        (of(y2021=6, y2022=6, y2025=6), "18 lignes de 2021, 2022 et 2025"),
        (of(y2015=6, y2016=6, y2017=6, y2025=6), "24 lignes de 2015 à 2017 et de 2025"),
        (Coverage(1, {"2025": 1}), "1 ligne de 2025"),
        (Coverage(12, {}, "2025-08"), "12 lignes d’août 2025"),
        (Coverage(12, {"2025": 12}, "2025-03"), "12 lignes de mars 2025"),
        (Coverage(12, {}, "2024/2025"), "12 lignes de 2024-2025"),
        (Coverage(None, {}, "2021/2025"), "de 2021 à 2025"),
        (Coverage(12), "12 lignes, période inconnue"),
        (Coverage(), "période inconnue"),
        (Coverage(1200, {"2025": 1200}, "bientôt"), "1\u202f200 lignes de 2025"),
    ],
)
def test_in_words(coverage: Coverage, told: str):
    assert coverage.told("fr") == told


def test_a_slip_is_no_year_of_the_file():
    present = of(y2015=1, y2025=100)
    assert present.covered == [2025]
    assert loss(present, of(y2025=101)) is None


def test_a_corrected_file_loses_nothing_though_one_date_was_wrong():
    assert loss(of(y2024=100, y2025=100), of(y2024=99, y2025=100)) is None


@given(coverages)
def test_a_file_takes_its_own_place_without_loss(one: Coverage):
    assert loss(one, one) is None
    assert same_period(one, one) in (True, None)


@given(coverages, coverages)
def test_what_is_lost_was_there_and_is_not_in_the_new_file(present: Coverage, new: Coverage):
    gone = loss(present, new)
    if gone and gone.years:
        assert set(gone.years) <= {int(year) for year in present.years} - {int(year) for year in new.years}
        assert years_told(gone.years, "fr") in gone.told("fr")
    elif gone is None and new.rows and present.rows:
        assert new.rows * 3 >= present.rows * 2


@given(coverages, years)
def test_more_rows_and_more_years_lose_nothing(present: Coverage, more: dict[str, int]):
    both = {year: present.years.get(year, 0) + more.get(year, 0) for year in {*present.years, *more}}
    assert loss(present, Coverage(sum(both.values()), both)) is None
