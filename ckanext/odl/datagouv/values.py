"""Values out of a record that may hold anything: what is not of the expected kind is nothing."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import urlsplit

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def text(value: Any) -> str:
    """A text of several lines, without control characters."""
    return _CONTROLS.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip() if isinstance(value, str) else ""


def line(value: Any, longest: int = 1000) -> str:
    """A text of one line."""
    return " ".join(text(value).split())[:longest].strip()


def record(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def day(value: Any) -> str:
    """The day (ISO 8601) of a day or moment; "" when it is none."""
    words = line(value)[:10]
    try:
        return dt.date.fromisoformat(words).isoformat() if re.fullmatch(r"\d{4}-\d\d-\d\d", words, re.ASCII) else ""
    except ValueError:
        return ""


def moment(value: Any) -> str:
    """The moment in UTC as CKAN writes it (``2026-03-31T12:00:00``); "" when it is none."""
    words = re.sub(r"\.\d+", "", line(value)).replace("Z", "+00:00")
    try:
        known = dt.datetime.fromisoformat(words)
        if known.tzinfo:
            known = known.astimezone(dt.timezone.utc).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return ""
    return known.isoformat(timespec="seconds")


def count(value: Any, most: int = 2**53) -> int | None:
    """A whole number, not negative; a number with nothing after its point is one."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most or value != int(value):
        return None
    return int(value)


def address(value: Any) -> str:
    """An absolute http, https or ftp address, spaces in it escaped; "" for all else."""
    words = line(value, 4000).replace(" ", "%20")
    try:
        parts = urlsplit(words)
        is_one = parts.scheme.lower() in ("http", "https", "ftp", "ftps") and bool(parts.hostname)
    except ValueError:
        return ""
    return words if is_one and re.match(r"\w+://[^\s/]+", words, re.ASCII) else ""


def email(value: Any) -> str:
    """An e-mail address as the portal's forms take it; "" for all else."""
    words = line(value).removeprefix("mailto:")
    return words if re.fullmatch(r"[^@\s<>,;:\"()]+@[\w-]+(?:\.[\w-]+)+", words) else ""
