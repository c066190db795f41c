"""What can be read in two ways: the column decides when it can, else the person is asked."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ..conftest import field, schema
from .conftest import ids, mend, proposal

PERIOD = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(/[0-9]{4}-[0-9]{2}-[0-9]{2})?"
DATE = schema(field("jour", "date"), "nom")
AMOUNT = schema(field("montant", "number"), "nom")


def days(*values: str) -> str:
    return "jour;nom\n" + "".join(f"{value};x\n" for value in values)


def amounts(*values: str) -> str:
    return "montant;nom\n" + "".join(f'"{value}";x\n' for value in values)


def first(rows: list[list[str]]) -> list[str]:
    return [row[0] for row in rows[1:]]


@pytest.mark.parametrize(
    ("proof", "day"), [("31/12/2024", "2024-04-03"), ("12/31/2024", "2024-03-04")], ids=["day-first", "month-first"]
)
def test_one_date_proves_the_order_of_its_column(file, proof, day):
    done = mend(file(days("03/04/2024", proof, "2024-01-01")), DATE)

    assert first(done.rows) == [day, "2024-12-31", "2024-01-01"]
    assert done.result["by_repair"] == {"date:jour": 2}


@pytest.mark.parametrize(
    ("proof", "written"),
    [
        ("du 01/02/2024 au 25/03/2024", "2024-02-01/2024-03-25"),
        ("01/02/2024/25/03/2024", "2024-02-01/2024-03-25"),
        ("1/2/2024 - 25/3/2024", "2024-02-01/2024-03-25"),
        ("25/03/2024, 25/04/2024 et 25/05/2024", None),
        ("avant le 25/03/2024", None),
        ("25/03/24", "2024-03-25"),
    ],
)
def test_a_cell_of_several_dates_proves_the_order_even_when_it_cannot_be_mended(file, proof, written):
    model = schema(field("jour", pattern=PERIOD), "nom")
    done = mend(file(days("03/04/2024", proof, "2024-01-01")), model)

    assert first(done.rows) == ["2024-04-03", written or proof, "2024-01-01"]


@pytest.mark.parametrize("proof", ["31/02/2024", "03/04/24", "le 05/06/2024"])
def test_a_day_that_is_none_or_can_be_two_proves_no_order(file, proof):
    asked = mend(file(days("03/04/2024", proof)), DATE)

    assert first(asked.rows)[0] == "03/04/2024"
    assert "date-order:jour" in ids(asked.proposed)


def test_a_short_date_contradicts_a_long_one(file):
    asked = mend(file(days("03/04/2024", "25/03/2024", "12/31/24")), DATE)

    assert "date-order:jour" in ids(asked.proposed)
    assert first(asked.rows)[0] == "03/04/2024"


def test_the_preview_of_a_question_shows_what_is_offered(file):
    question = proposal(mend(file(days("03/04/15", "25/03/15")), DATE).proposed, "date-century:jour")
    offered = [choice["value"] for choice in question["choices"]]

    assert not any(value.startswith("month-day") for value in offered)
    assert question["examples"][0]["after"] == "2015-04-03 / 2003-04-15 / 1915-04-03 / 1903-04-15"
    assert len(question["examples"][0]["after"].split(" / ")) == len(offered)


@pytest.mark.parametrize("values", [("03/04/2024", "05/06/2024"), ("03/04/2024", "31/12/2024", "12/31/2024")])
def test_without_proof_or_with_two_the_order_is_asked(file, values):
    asked = mend(file(days(*values)), DATE)
    question = proposal(asked.proposed, "date-order:jour")
    answered = mend(file(days(*values)), DATE, {"date-order:jour": "month-day"})

    assert first(asked.rows)[0] == "03/04/2024"
    assert question["chosen_by_default"] is False
    assert [choice["value"] for choice in question["choices"]] == ["day-month", "month-day"]
    assert "3 avril 2024" in question["choices"][0]["label"]
    assert "4 mars 2024" in question["choices"][1]["label"]
    assert first(answered.rows)[0] == "2024-03-04"


def test_the_dates_that_are_sure_do_not_wait_for_the_answer(file):
    done = mend(file(days("03/04/2024", "31/12/2024", "12/31/2024")), DATE)

    assert first(done.rows) == ["03/04/2024", "2024-12-31", "2024-12-31"]


def test_other_dates_tell_the_century_of_short_ones(file):
    done = mend(file(days("03/04/23", "31/12/2024", "15/01/22", "2021-05-05")), DATE)

    assert first(done.rows) == ["2023-04-03", "2024-12-31", "2022-01-15", "2021-05-05"]
    assert done.result["by_repair"] == {"short-date:jour": 2, "date:jour": 1}


@pytest.mark.parametrize(
    "values", [("03/04/23",), ("03/04/23", "2019-05-05"), ("03/04/23", "1923-05-05", "2023-01-01")]
)
def test_a_short_year_without_proof_is_asked(file, values):
    done = mend(file(days(*values)), DATE)
    question = proposal(done.proposed, "date-century:jour")
    answered = mend(file(days(*values)), DATE, {"date-century:jour": "day-month-2000"})

    assert first(done.rows)[0] == "03/04/23"
    assert {"day-month-2000", "day-month-1900"} <= {choice["value"] for choice in question["choices"]}
    assert first(answered.rows)[0] == "2023-04-03"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("1,234", "12,5"), ["1.234", "12.5"]),
        (("1,234", "12,345.50"), ["1234", "12345.50"]),
        (("1,234", "1,234,567"), ["1234", "1234567"]),
    ],
)
def test_other_amounts_tell_what_a_comma_means(file, values, expected):
    done = mend(file(amounts(*values)), AMOUNT)

    assert first(done.rows) == expected
    assert done.report["valid"] is True


@pytest.mark.parametrize("values", [("1,234",), ("1,234", "12.5"), ("1,234", "12,5", "1,234,567")])
def test_a_comma_before_three_figures_is_asked(file, values):
    asked = mend(file(amounts(*values)), AMOUNT)
    answered = mend(file(amounts(*values)), AMOUNT, {"comma:montant": "thousands"})

    assert first(asked.rows)[0] == "1,234"
    assert first(answered.rows)[0] == "1234"
    labels = [choice["label"] for choice in proposal(asked.proposed, "comma:montant")["choices"]]
    assert labels == [
        "Elle sépare les décimales\u00a0: 1,234 devient 1.234",
        "Elle sépare les milliers\u00a0: 1,234 devient 1234",
    ]


def test_a_whole_number_is_not_sure_of_its_comma_either(file):
    done = mend(file(amounts("2,000", "1.234")), schema(field("montant", "integer"), "nom"))

    assert ids(done.proposed) == ["comma:montant"]
    assert first(done.rows) == ["2,000", "1.234"]


def test_a_choice_that_is_not_offered_changes_nothing(file):
    done = mend(file(days("03/04/2024")), DATE, {"date-order:jour": "year-first", "date:jour": True, "boolean:x": True})

    assert first(done.rows) == ["03/04/2024"]
    assert done.result["ignored"] == ["date-order:jour", "date:jour", "boolean:x"]
    assert done.result["changes"] == 0


_DAYS = st.dates(date(2019, 1, 1), date(2026, 12, 31))
_JOINED = ("{}", "du {} au {}", "{} - {}", "{}/{}", "{}_{}", "avant le {}", "{}, {} et {}")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_DAYS, _DAYS, _DAYS, st.sampled_from(_JOINED)), min_size=1, max_size=6), st.booleans())
def test_the_days_come_out_as_they_were_meant_or_are_asked(cells, day_first):
    """Every cell is written in one order: what is mended without a question is what was meant, and one day after the
    twelfth is enough for all."""
    way = "%d/%m/%Y" if day_first else "%m/%d/%Y"
    texts = [form.format(*(day.strftime(way) for day in days)) for *days, form in cells]
    shown = [days[: form.count("{}")] for *days, form in cells]
    with TemporaryDirectory() as folder:
        path = Path(folder, "f.csv")
        path.write_text("jour;nom\n" + "".join(f"{text};x\n" for text in texts), "utf-8")
        done = mend(path, schema(field("jour", pattern=PERIOD), "nom"))
    proven = any(day.day > 12 for those in shown for day in those)
    for text, after, those in zip(texts, first(done.rows), shown, strict=True):
        meant = "/".join(day.isoformat() for day in those)
        if len(those) > 2 or text.startswith("avant"):
            assert after == text
        elif proven:
            assert after == meant
        else:
            assert after in (text, meant)
