"""The period of a file: from its dates, from its name; never from the ages of things."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.odl.deposit.dates import bounds, in_french, of_period
from ckanext.odl.deposit.period import PeriodWatch, period_in
from ckanext.odl.deposit.reading import Block


def period(
    heading: str, dates: Sequence[str], name: str = "tableau", pace: str | None = None, *, modelled: bool = True
):
    watch = PeriodWatch([heading], [name], modelled=modelled, pace=pace)
    watch.see(Block(list(range(2, len(dates) + 2)), [tuple(dates)]))
    found = watch.found()
    return found and (found["value"], found["why"]["fr"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subventions_2025", "2025"),
        ("Subventions-Mende-2025-VF", "2025"),
        ("menus 2024-2025", "2024/2025"),
        ("menus_2024_2025", "2024/2025"),
        ("menus 2024-25", "2024/2025"),
        ("délibérations mars 2025", "2025-03"),
        ("DELIB_2025-03", "2025-03"),
        ("delib 202503", "2025-03"),
        ("export_20250312", "2025"),
        ("2025T1", "2025-01/2025-03"),
        ("4e trimestre 2025", "2025-10/2025-12"),
        ("Du 01/01/2023 au 30/06/2023", "2023-01/2023-06"),
        ("du 01/01/2023 au 31/12/2023", "2023"),
        ("du 15/01/2023 au 20/01/2023", "2023-01-15/2023-01-20"),
        ("prenoms_2000-2013", "2000/2013"),
        ("équipements", None),
        ("48095", None),
        ("compte 120251", None),
        ("2019 2022 et 2025", None),
    ],
)
def test_what_a_name_says(name: str, value: str | None):
    assert period_in(name) == value


def test_all_dates_of_a_year():
    value, why = period("dateConvention", ["2025-01-12", "12/11/2025", "", "sans date", "2025-12-31T10:00:00"])
    assert value == "2025"
    assert why == "Toutes les dates de la colonne «\u00a0dateConvention\u00a0» sont de 2025."


def test_most_dates_of_a_year():
    value, why = period("dateConvention", ["2025-01-12"] * 8 + ["2023-01-12"])
    assert value == "2025"
    assert "8 dates sur 9" in why


def test_the_name_decides_between_years():
    dates = ["2025-01-12"] * 5 + ["2024-01-12"] * 5
    assert period("dateConvention", dates)[0] == "2024/2025"
    value, why = period("dateConvention", dates, "subventions_2025")
    assert value == "2025"
    assert "5 dates sur 10" in why


def test_months_quarters_and_school_years_where_the_model_goes_by_them():
    assert period("menuDate", ["2025-03-01", "2025-03-28"], pace="MONTHLY")[0] == "2025-03"
    assert period("menuDate", ["2024-09-02", "2025-06-28"], pace="MONTHLY")[0] == "2024/2025"
    assert period("DELIB_DATE", ["2025-04-01", "2025-06-28"], pace="QUARTERLY")[0] == "2025-04/2025-06"
    assert period("DELIB_DATE", ["2025-04-01", "2025-06-28"], pace="ANNUAL")[0] == "2025"


@pytest.mark.parametrize("heading", ["date_maj", "Date de naissance", "date_mise_en_service", "date de plantation"])
def test_dates_of_other_things_say_nothing(heading: str):
    assert period(heading, ["2025-01-01"] * 9, modelled=False) is None


def test_ages_of_things_are_no_period():
    assert period("CAR_ANNEE", ["1991", "2003", "2013"], modelled=False) is None
    assert period("annee", ["2011", "2015", "2023"])[0] == "2011/2023"


def test_a_house_heading_counts_where_there_is_no_model():
    assert period("Date du conseil", ["12/03/2025"] * 3, modelled=False)[0] == "2025"
    assert period("Date du conseil", ["12/03/2025"] * 3) is None


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%d/%m/%Y"]))
def test_any_day_is_of_its_year(day, form: str):
    text = f"{day.year:04}-{day:%m-%d}" if form.startswith("%Y") else f"{day:%d/%m}/{day.year:04}"
    found = period("dateConvention", [text])
    assert (found[0] if found else None) == (str(day.year) if 1950 <= day.year <= 2099 else None)


@given(st.text(max_size=40))
def test_any_name_gets_an_answer(name: str):
    found = period_in(name)
    if found:
        first, last = bounds(found)
        assert first <= last
        assert in_french(found)
        assert of_period(found)


@pytest.mark.parametrize(
    ("value", "days", "words"),
    [
        ("2025", ("2025-01-01", "2025-12-31"), "de 2025"),
        ("2024-02", ("2024-02-01", "2024-02-29"), "de février 2024"),
        ("2024/2025", ("2024-01-01", "2025-12-31"), "de 2024-2025"),
        ("2019/2023", ("2019-01-01", "2023-12-31"), "de 2019 à 2023"),
        ("2025-04/2025-06", ("2025-04-01", "2025-06-30"), "d’avril 2025 à juin 2025"),
        ("2025-03-01/2025-03-31", ("2025-03-01", "2025-03-31"), "du 1er mars 2025 au 31 mars 2025"),
    ],
)
def test_periods_as_days_and_words(value: str, days: tuple[str, str], words: str):
    assert bounds(value) == days
    assert of_period(value) == words


def test_menus_of_a_school_year_run_from_september():
    assert bounds("2024/2025", "restauration") == ("2024-09-01", "2025-08-31")
