"""Elections and what they change: how long an elected sponsor stands, when communication is restrained.

The dates are in ``mandates.yaml`` with their sources.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Election:
    """An election of assemblies: last round, when the new one is in place, whether a decree fixed the days."""

    election: dt.date
    installed: dt.date
    is_set: bool


@cache
def _elections() -> dict[str, tuple[Election, ...]]:
    ballots = yaml.safe_load((Path(__file__).parent / "mandates.yaml").read_text("utf-8"))
    return {
        kind: tuple(Election(row["election"], row["installed"], row["set"]) for row in ballot["elections"])
        for ballot in ballots.values()
        for kind in ballot["kinds"]
    }


def elections(kind: str | None) -> tuple[Election, ...]:
    """Known elections of a kind of collectivité, oldest first; none for kinds without a calendar of their own."""
    return _elections().get(kind or "", ())


def next_installed(kind: str | None, day: dt.date) -> Election | None:
    """The first election whose assembly is in place after *day*."""
    return next((election for election in elections(kind) if day < election.installed), None)


def restrained_by(kind: str | None, day: dt.date) -> Election | None:
    """The election for which communication is restrained on *day*, or None.

    Code électoral L52-1: from the first day of the sixth month before that of the election, until it is over.
    """
    for election in elections(kind):
        first = add_months(election.election.replace(day=1), -6)
        if first <= day <= election.election:
            return election
    return None


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day some months later (earlier when negative), or the last of that month when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
