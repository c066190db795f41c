"""Reading records that another machine wrote: whatever is odd in them reads as absent, and never raises."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l"})


def mapping(value: Any) -> Mapping[str, Any]:
    """*value* when it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; what else it holds is left out."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, (list, tuple)) else []


def texts(value: Any) -> list[str]:
    """The texts of a list that are not empty."""
    return [found for item in value if (found := text(item))] if isinstance(value, (list, tuple)) else []


def text(value: Any) -> str:
    """A text without the spaces around it; empty for all that is none."""
    return value.strip() if isinstance(value, str) else ""


def number(value: Any) -> int | None:
    """A whole number that is not negative, None for all the rest."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value.strip()) < 19:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def moment(value: Any) -> dt.datetime | None:
    """A moment written as ISO 8601, in UTC (which is what a moment without zone is taken for)."""
    if isinstance(value, dt.datetime):
        found = value
    else:
        try:
            found = dt.datetime.fromisoformat(text(value).replace("Z", "+00:00"))
        except ValueError:
            return None
    try:
        return found.replace(tzinfo=dt.timezone.utc) if found.tzinfo is None else found.astimezone(dt.timezone.utc)
    except (OverflowError, ValueError):
        return None


def folded(value: Any) -> str:
    """Small letters and digits without accents, words between single hyphens: how udata writes a keyword."""
    plain = unicodedata.normalize("NFKD", text(value).lower().translate(_LIGATURES))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")


def address(value: Any) -> str:
    """An address in the form in which two of them are compared."""
    try:
        return unquote(text(value)).rstrip("/")
    except ValueError:
        return text(value)


def host(value: Any) -> str:
    """The machine of an address in small letters, empty when it is none."""
    try:
        return (urlsplit(text(value)).hostname or "").lower()
    except ValueError:
        return ""
