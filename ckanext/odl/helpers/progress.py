"""How pages sum up where a collectivité stands on the path."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from ckan.plugins import toolkit as tk
from markupsafe import escape

from ckanext.odl.language import language
from ckanext.odl.territory import Name

from .pages import odl_number
from .path import odl_iso_day


def odl_phase_number(progress: dict[str, Any]) -> int | None:
    """The place (from 1) of the phase that a collectivité is in, None when all are behind it."""
    ids = [phase["id"] for phase in progress["phases"]]
    return ids.index(progress["current"]) + 1 if progress["current"] in ids else None


def odl_steps_done(progress: dict[str, Any]) -> str:
    """“Phase 2 of 6 · 11 steps out of 19”."""
    steps = tk.ungettext("{done} step out of {all}", "{done} steps out of {all}", progress["done"]).format(
        done=odl_number(progress["done"]), all=odl_number(progress["applicable"])
    )
    number = odl_phase_number(progress)
    if number is None:
        return steps
    phase = tk._("phase {n} of {all}").format(n=number, all=len(progress["phases"]))
    return f"{steps} · {phase}"


class Bar(NamedTuple):
    """A phase in a row of a table."""

    words: str
    share: float
    """How much of it is done, in percent."""
    classes: str
    is_current: bool


def odl_phase_bars(phases: Iterable[Mapping[str, Any]], current: str | None) -> list[Bar]:
    """The phases as short bars: a list has hundreds of them, most of them alike."""
    spoken = language()
    return [
        _bar(spoken, number, phase["done"], phase["applicable"], phase["id"] == current)
        for number, phase in enumerate(phases, 1)
    ]


@lru_cache(maxsize=10_000)
def _bar(_spoken: str, number: int, done: int, applicable: int, is_current: bool) -> Bar:
    """*_spoken*: the language in which the request asks, hence in which the words are."""
    count = tk._("{done} of {all}").format(done=odl_number(done), all=odl_number(applicable))
    classes = (is_current and "odl-phase-current", bool(applicable) and done == applicable and "odl-phase-done")
    return Bar(
        tk._("{count} in phase {n}").format(n=number, count=count),
        round(100 * done / applicable, 1) if applicable else 0,
        " ".join(name for name in classes if name),
        is_current,
    )


def odl_badge_text(progress: dict[str, Any]) -> str:
    """The badge in words, for those who do not see it."""
    sentence = tk._("Open data of {name}: {count}, on {day}")
    day = tk.h.odl_day(odl_moment_of(progress["computed_at"]))
    return sentence.format(name=Name(progress["organization"]["title"]), count=odl_steps_done(progress), day=day)


def odl_badge_code(progress: dict[str, Any]) -> dict[str, str]:
    """The two pieces of HTML that put the badge on a site: ``image`` and ``frame``."""
    name = progress["organization"]["name"]

    def address(endpoint: str) -> str:
        return tk.url_for(endpoint, name=name, _external=True)

    values = {
        "page": address("odl_progress.read"),
        "picture": address("odl_progress.badge"),
        "framed": address("odl_progress.badge_page"),
        "text": odl_badge_text(progress),
    }
    values = {key: str(escape(value)) for key, value in values.items()}
    return {
        "image": '<a href="{page}"><img src="{picture}" width="280" height="72" alt="{text}"></a>'.format(**values),
        "frame": '<iframe src="{framed}" title="{text}" width="300" height="110" loading="lazy"></iframe>'.format(
            **values
        ),
    }


def odl_moment_of(moment: str | dt.datetime) -> dt.datetime:
    """A moment with its zone, from ISO text or as it is."""
    read = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return read if read.tzinfo else read.replace(tzinfo=dt.timezone.utc)


def odl_call_words(call: dict[str, Any]) -> str:
    """“Called on 2 March 2026 by Claire: they will send the file.”"""
    day = odl_iso_day(call["on"])
    sentence = tk._("Called on {day} by {name}: {note}") if call["by"] else tk._("Called on {day}: {note}")
    return sentence.format(day=day.words if day else "", name=call["by"], note=call["note"])
