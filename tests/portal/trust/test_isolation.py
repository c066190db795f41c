"""Nobody reads or changes what is not theirs: every action and route of ours, every kind of person, every state."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.portal.trust import world as worlds
from tests.portal.trust.doors import CARRIED_OUT, address, our_actions, our_routes
from tests.portal.trust.expectations import ACTIONS, ELSEWHERE, LOGIN, ROUTES, Call
from tests.portal.trust.people import PEOPLE
from tests.portal.trust.world import World

pytestmark = pytest.mark.usefixtures("with_plugins")


#: What differs from page to page: the token of the forms.
_TOKEN = re.compile(r'(name="_csrf_token" (?:content|value)=)"[^"]*"')
#: CKAN's own activities keep the names that the files of a dataset had while it was public.
_IN_ACTIVITIES = {"zqfilereplacedqz"}


@pytest.fixture(scope="module")
def kept() -> dict[str, World]:
    return {}


@pytest.fixture
def world(with_plugins: None, kept: dict[str, World], request: pytest.FixtureRequest) -> World:
    return worlds.world_of(request, kept)


@pytest.fixture(scope="module")
def counts() -> Iterator[Counter[str]]:
    """What was tried and found, written to the file that ``make isolation`` names."""
    found: Counter[str] = Counter(dict.fromkeys(("cases", "leaks", "writes", "wrong answers", "tell-tale answers"), 0))
    yield found
    if name := os.environ.get("ODL_COUNTS"):
        Path(name).write_text(json.dumps(dict(found), indent=2) + "\n")


def over_api(world: World, who: str, call: Call, things: Any = None) -> Any:
    return world.act(who, call.what, call.data(things or world))


def by_page(world: World, who: str, call: Call, things: Any = None) -> Any:
    method = call.what.partition(" ")[0].lower()
    form = {"data": call.form(things or world)} if call.form else {}
    return world.ask(who, method, address(world, call, things), **form)


def outcome(answer: Any) -> Any:
    """The status of an answer; 200 for all that was carried out, ``LOGIN`` for being sent to log in."""
    if answer.status_code == 302 and "/user/login" in answer.headers["Location"]:
        return LOGIN
    return 200 if answer.status_code in CARRIED_OUT else answer.status_code


def person_over_api(who: str) -> str:
    """A cookie counts for nothing over the API."""
    return "anonymous" if who == "session_a" else who


def examine(
    world: World, counts: Counter[str], calls: list[Call], send: Callable[..., Any], as_whom: Callable[[str], str]
) -> list[str]:
    """Make each call as each person, those who may not make it first; what is not as the table says, in words."""
    found = []
    world.settle()
    before = world.fingerprint()
    for allowed in (False, True):
        for call in calls:
            for who in PEOPLE:
                expected = call.expected(as_whom(who))
                if (expected == 200) is not allowed or (allowed and not call.asks_all):
                    continue
                answer = send(world, who, call)
                counts["cases"] += 1
                if outcome(answer) != expected:
                    counts["wrong answers"] += 1
                    text = answer.get_data(as_text=True)[:300] if answer.status_code >= 400 else ""
                    found.append(f"{who}: {call.what} {call.data(world)}: {outcome(answer)} for {expected} {text}")
                if leaked := world.leaks(as_whom(who), answer):
                    counts["leaks"] += 1
                    found.append(f"{who}: {call.what} {call.data(world)} shows {leaked}")
                if not allowed and (changed := changes(before, world.fingerprint())):
                    counts["writes"] += 1
                    found.append(f"{who}: {call.what} {call.data(world)} wrote to {changed}")
                    before = world.fingerprint()
    return found


def changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [table for table, rows in after.items() if before[table] != rows]


def test_every_action_is_in_the_table(counts):
    counts["actions"] = len(our_actions())
    assert our_actions() - {call.what for call in ACTIONS} == set()


def test_every_route_is_in_the_table(app, counts):
    counts["routes"] = len(our_routes(app.flask_app))
    assert set(our_routes(app.flask_app)) ^ {call.what for call in ROUTES} == set()


def test_the_markers_are_where_their_readers_look(world):
    """Without this the tests above could look for words that are nowhere."""
    calls = [call for call in (*ACTIONS, *ROUTES) if call.asks_all and not call.form]
    seen = set()
    for call in calls:
        answer = (by_page if " " in call.what else over_api)(world, "sysadmin", call)
        seen |= {marker for marker in world.markers if marker.encode() in worlds.content_of(answer)}
    for _, where in ELSEWHERE:
        answer = world.ask("sysadmin", "get", where(world))
        seen |= {marker for marker in world.markers if marker.encode() in worlds.content_of(answer)}
    assert set(world.markers) - seen == set()


def test_actions_answer_who_may_and_nobody_else(world, counts):
    found = examine(world, counts, ACTIONS, over_api, person_over_api)

    assert not found, "\n".join(found)


def test_pages_answer_who_may_and_nobody_else(world, counts):
    found = examine(world, counts, ROUTES, by_page, lambda who: who)

    assert not found, "\n".join(found)


@pytest.mark.parametrize("what", ["over the API", "as a page"])
def test_what_is_not_theirs_looks_like_nothing_at_all(world, counts, what):
    """Who may not know of a thing is answered as for one that does not exist: word for word."""
    calls, send = (ACTIONS, over_api) if what == "over the API" else (ROUTES, by_page)
    unknown, found = world.unknown(), []
    for call in calls:
        for who in ("anonymous", "stranger", "admin_b"):
            if call.expected(who) != 404 or call.data(world) == call.data(unknown):
                continue
            real, none = send(world, who, call), send(world, who, call, unknown)
            counts["cases"] += 1
            if told := difference(said(real, world), said(none, unknown)):
                counts["tell-tale answers"] += 1
                found.append(f"{who}: {call.what} {call.data(world)}: {told}")
    assert not found, "\n".join(found)


def said(answer: Any, things: Any) -> tuple[int, str, str]:
    """An answer without the names that the asker gave."""
    text = _TOKEN.sub("", answer.get_data(as_text=True))
    place = answer.headers.get("Location", "")
    for kind in (things.orgs, things.packages, things.resources, things.things):
        for name in sorted(kind.values(), key=len, reverse=True):
            text, place = text.replace(name, "…"), place.replace(name, "…")
    return answer.status_code, text, place


def difference(real: tuple[int, str, str], none: tuple[int, str, str]) -> str:
    """Where two answers differ, in words; empty when they do not."""
    if real == none:
        return ""
    lines = zip(real[1].splitlines(), none[1].splitlines(), strict=False)
    return f"{real[0]} {none[0]} {real[2]} {none[2]} {next((pair for pair in lines if pair[0] != pair[1]), '')}"


def test_search_feeds_and_pages_of_the_portal_show_no_marker_either(world, counts):
    found = []
    kept_from = [who for who in PEOPLE if any(who not in readers for readers in world.markers.values())]
    for what, where in ELSEWHERE:
        for who in (*kept_from, "session_a"):
            answer = world.ask(who, "get", where(world))
            counts["cases"] += 1
            person = person_over_api(who) if what.startswith("api ") else who
            assert answer.status_code < 500, (what, who)
            leaked = set(world.leaks(person, answer)) - (_IN_ACTIVITIES if "activity" in what else set())
            if leaked:
                counts["leaks"] += 1
                found.append(f"{who}: {what} shows {sorted(leaked)}")
    assert not found, "\n".join(found)


def test_a_session_is_one(world):
    """The cookie of the agent works: else all that was said of it above would be said of nobody."""
    assert world.ask("session_a", "get", f"/odl/collectivite/{world.orgs['a']}").status_code == 200
