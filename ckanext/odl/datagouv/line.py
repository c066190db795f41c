"""The line to data.gouv.fr: one question at a time, no faster than agreed, asked again when it may help, and hung up
when the other side keeps failing.

Sources: RFC 9110 §10.2.3 (Retry-After); the practice of data.gouv.fr's own Python client (five tries, seconds between
them). data.gouv.fr publishes no limit of requests: two a second is what its neighbours live with.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import threading
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from ckanext.odl.fetch import Answer, FetchError

from .errors import DatagouvError

AGENT = "ckanext-odl"

TRIES = 5
FIRST_PAUSE = 2.0
"""Seconds before the second try; each further pause is twice as long."""
LONGEST_PAUSE = 60.0
PATIENCE = 900.0
"""Most seconds spent in pauses for one question, those that data.gouv.fr asks for included."""
FAILURES = 10
"""So many failures one after the other open the circuit."""
REST = 300.0
"""Seconds during which an open circuit asks nothing."""
_LONGEST_MESSAGE = 300

_ODD_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")

_TO_PLAIN = ("scheme-not-allowed", "https")
"""An address by https that is refused for its scheme has been led to one by http."""
_UNREACHED = {"unreachable": "unreachable", "host-unknown": "unreachable", "too-slow": "too-slow"}


class Fetch(Protocol):
    """What asks an address: :meth:`ckanext.odl.fetch.Guard.fetch`."""

    def __call__(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer: ...


#: Takes the next turn, so many seconds after the one before at the least, and says how many seconds there are until
#: then; None when nobody can tell.
Turn = Callable[[float], "float | None"]


class Line:
    """Ask for JSON, with patience and manners. Threads may share one, processes their pace (``turn``)."""

    def __init__(
        self,
        fetch: Fetch,
        base_url: str,
        *,
        rate: float = 2.0,
        agent: str = AGENT,
        tries: int = TRIES,
        patience: float = PATIENCE,
        failures: int = FAILURES,
        rest: float = REST,
        turn: Turn | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """
        :param fetch: asks an address through the guard
        :param base_url: scheme and host (``https://www.data.gouv.fr``)
        :param rate: most requests in a second, on average; 0 for no limit
        :param agent: the ``User-Agent`` by which data.gouv.fr can know the portal
        :param tries: how often one question is asked at most
        :param patience: most seconds of pauses for one question
        :param failures: failures in a row after which nothing more is asked for *rest* seconds
        :param turn: takes the next turn among all who ask the same machine; without it this line is alone
        :param clock: seconds that only grow
        :param sleep: waits for so many seconds
        """
        self.base_url = base_url.rstrip("/")
        self._fetch = fetch
        self._interval = 1 / rate if rate > 0 else 0.0
        self._agent = agent
        self._tries = max(1, tries)
        self._patience = patience
        self._most_failures = failures
        self._rest = rest
        self._turn = turn
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = float("-inf")
        self._failures = 0
        self._closed_until: float | None = None
        self.requests = 0
        """How many requests were sent."""

    def ask(self, path: str, fields: str = "") -> Any:
        """Ask for a path and give back what its JSON says.

        :param path: path and query, from ``/api/`` on
        :param fields: an ``X-Fields`` mask, which keeps of the answer only the fields that it names
        :raises DatagouvError: every code but ``incomplete``
        """
        url = self.base_url + path
        headers = {"Accept": "application/json", "User-Agent": self._agent, **({"X-Fields": fields} if fields else {})}
        left = self._patience
        for number in range(self._tries):
            self._take_turn()
            try:
                found = self._once(url, headers)
            except DatagouvError as error:
                pause = min(FIRST_PAUSE * 2**number, LONGEST_PAUSE)
                if error.code in ("unreachable", "too-slow", "failing", "rate-limited"):
                    self._failed()
                    # A wish of the other side to be left alone goes before ours.
                    pause = max(pause, error.details.get("retry_after") or 0)
                elif error.code != "not-json":
                    self._failures = 0
                    raise
                if number + 1 == self._tries or pause > left or self._closed_until is not None:
                    if error.code == "not-json":
                        self._failed()
                    raise
                left -= pause
                self._sleep(pause)
            else:
                self._failures = 0
                return found
        raise AssertionError  # the last try returns or raises

    def _once(self, url: str, headers: Mapping[str, str]) -> Any:
        """Ask once.

        :raises DatagouvError: with what the answer, or its absence, means
        """
        try:
            answer = self._fetch(url, headers=headers)
        except FetchError as error:
            raise _meaning(error, url) from None
        if _origin(answer.url) != _origin(url):
            raise DatagouvError("moved", url=url, to=_origin(answer.url))
        return _read(answer, url)

    def _take_turn(self) -> None:
        """Wait for the moment of the next request.

        :raises DatagouvError: the circuit is open
        """
        with self._lock:
            now = self._clock()
            if self._closed_until is not None:
                if now < self._closed_until:
                    raise DatagouvError("circuit-open", retry_after=_seconds(self._closed_until - now))
                # One question may go; if it fails the circuit opens again at once.
                self._closed_until, self._failures = None, self._most_failures - 1
            wait = self._turn(self._interval) if self._turn and self._interval else None
            if wait is None:
                wait = max(0.0, self._next - now)
                self._next = now + wait + self._interval
            self.requests += 1
        if wait > 0:
            self._sleep(wait)

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= self._most_failures:
                self._closed_until = self._clock() + self._rest


def _meaning(error: FetchError, url: str) -> DatagouvError:
    if error.code in _UNREACHED:
        return DatagouvError(_UNREACHED[error.code], url=url)
    if error.code == "too-large":
        return DatagouvError("too-large", url=url)
    parts = urlsplit(url)
    is_elsewhere = error.host != (parts.hostname or "")
    if is_elsewhere or error.code == "too-many-redirects" or (error.code, parts.scheme) == _TO_PLAIN:
        return DatagouvError("moved", url=url, to=error.host)
    return DatagouvError("address-refused", url=url, reason=error.code)


def _read(answer: Answer, url: str) -> Any:
    """The JSON of an answer.

    :raises DatagouvError: the answer is none
    """
    if answer.status == 200:
        try:
            return _json(answer.content)
        except (ValueError, RecursionError):
            raise DatagouvError("not-json", url=url, status=answer.status) from None
    details = {"url": url, "status": answer.status}
    if answer.status == 429:
        raise DatagouvError("rate-limited", **details, retry_after=_retry_after(answer.headers))
    if answer.status >= 500:
        raise DatagouvError("failing", **details, retry_after=_retry_after(answer.headers))
    if answer.status in (404, 410):
        raise DatagouvError("gone", **details)
    if answer.status == 401:
        raise DatagouvError("key-refused", **details)
    raise DatagouvError("refused", **details, message=_message(answer.content))


def _json(content: bytes) -> Any:
    """What JSON says, as a database takes it: finite numbers, and texts without NUL or half of a surrogate pair.

    :raises ValueError: it is not JSON (RFC 8259)
    """
    text = content.decode("utf-8-sig")
    found = json.loads(text, parse_float=_finite, parse_constant=_finite)
    return _storable(found) if _ODD_ESCAPE.search(text) else found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(item) for name, item in value.items()}
    return value


def _message(content: bytes) -> str | None:
    """What udata says of a request that it refuses."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return None
    words = said.get("message") if isinstance(said, dict) else None
    return " ".join(words.split())[:_LONGEST_MESSAGE] if isinstance(words, str) else None


def _retry_after(headers: Mapping[str, str]) -> int | None:
    """Seconds to wait, from seconds or from a date (by the clock of the machine that wrote it); None when not said."""
    words = headers.get("retry-after", "").strip()
    if words.isascii() and words.isdigit():
        return int(words[:9])
    try:
        until = parsedate_to_datetime(words)
        said = headers.get("date")
        now = parsedate_to_datetime(said) if said else dt.datetime.now(dt.timezone.utc)
        return _seconds((until - now).total_seconds())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _seconds(wait: float) -> int:
    """Whole seconds, not fewer than *wait*, not below 0."""
    return max(0, -int(-wait // 1))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
