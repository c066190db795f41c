"""The words of data.gouv.fr and those of the portal: licences and update frequencies, both ways.

Sources: the lists that udata serves (``/api/1/datasets/licenses/``, ``/api/1/datasets/frequencies/``, version 17.18),
its names of before October 2025, and http://publications.europa.eu/resource/authority/frequency.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FREQUENCIES = "http://publications.europa.eu/resource/authority/frequency/"
NO_LICENCE = "notspecified"
DECREE_LICENCES = ("lov2", "odc-odbl")
"""The licences that article D. 323-2-1 of the CRPA lists for data."""

_MINUTE, _DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


@dataclass(frozen=True)
class Frequency:
    """How often a dataset is renewed: its name on data.gouv.fr, its European code, the time after which data.gouv.fr
    holds it for late (None: never)."""

    national: str
    code: str
    period: dt.timedelta | None

    @property
    def uri(self) -> str:
        """Its address in the European vocabulary, as the portal stores it."""
        return FREQUENCIES + self.code


_FREQUENCIES = tuple(
    Frequency(*row)
    for row in (
        ("continuous", "UPDATE_CONT", None),
        ("oneMinute", "1MIN", _MINUTE),
        ("fiveMinutes", "5MIN", 5 * _MINUTE),
        ("tenMinutes", "10MIN", 10 * _MINUTE),
        ("fifteenMinutes", "15MIN", 15 * _MINUTE),
        ("thirtyMinutes", "30MIN", 30 * _MINUTE),
        ("hourly", "HOURLY", 60 * _MINUTE),
        ("bihourly", "BIHOURLY", 120 * _MINUTE),
        ("trihourly", "TRIHOURLY", 180 * _MINUTE),
        ("twelveHours", "12HRS", 720 * _MINUTE),
        ("severalTimesADay", "CONT", _DAY),
        ("threeTimesADay", "DAILY_3", _DAY),
        ("semidaily", "DAILY_2", _DAY),
        ("daily", "DAILY", _DAY),
        ("fiveTimesAWeek", "WEEKLY_5", 7 * _DAY),
        ("threeTimesAWeek", "WEEKLY_3", 7 * _DAY),
        ("semiweekly", "WEEKLY_2", 7 * _DAY),
        ("weekly", "WEEKLY", 7 * _DAY),
        ("biweekly", "BIWEEKLY", 14 * _DAY),
        ("threeTimesAMonth", "MONTHLY_3", 31 * _DAY),
        ("semimonthly", "MONTHLY_2", 31 * _DAY),
        ("monthly", "MONTHLY", 31 * _DAY),
        ("bimonthly", "BIMONTHLY", 62 * _DAY),
        ("quarterly", "QUARTERLY", 93 * _DAY),
        ("threeTimesAYear", "ANNUAL_3", 365 * _DAY),
        ("semiannual", "ANNUAL_2", 365 * _DAY),
        ("annual", "ANNUAL", 365 * _DAY),
        ("biennial", "BIENNIAL", 730 * _DAY),
        ("triennial", "TRIENNIAL", 1095 * _DAY),
        ("quadrennial", "QUADRENNIAL", 1460 * _DAY),
        ("quinquennial", "QUINQUENNIAL", 1825 * _DAY),
        ("decennial", "DECENNIAL", 3650 * _DAY),
        ("bidecennial", "BIDECENNIAL", 7300 * _DAY),
        ("tridecennial", "TRIDECENNIAL", 10950 * _DAY),
        ("punctual", "AS_NEEDED", None),
        ("irregular", "IRREG", None),
        ("never", "NEVER", None),
        ("notPlanned", "NOT_PLANNED", None),
        ("other", "OTHER", None),
        ("unknown", "UNKNOWN", None),
    )
)
_FORMER = {
    "realtime": "continuous",
    "fourtimesaday": "severalTimesADay",
    "fourtimesaweek": "other",
    "fortnighly": "biweekly",
    "fortnightly": "biweekly",
    "biannual": "semiannual",
}
_BY_NATIONAL = {known.national.lower(): known for known in _FREQUENCIES}
_BY_CODE = {known.code: known for known in _FREQUENCIES}


def frequencies() -> tuple[Frequency, ...]:
    """All of them, the most frequent first."""
    return _FREQUENCIES


def frequency(text: str | None) -> Frequency | None:
    """The frequency of a name of data.gouv.fr (``annual``, former names too), of a European code (``ANNUAL``) or its
    address; None when there is no such frequency."""
    words = (text or "").strip()
    code = re.sub(r"^https?://publications\.europa\.eu/resource/authority/frequency/", "", words)
    if code in _BY_CODE:
        return _BY_CODE[code]
    name = words.lower()
    return _BY_NATIONAL.get(_FORMER.get(name, name).lower())


def frequency_uri(national: str | None) -> str:
    """What the portal stores for a frequency of data.gouv.fr, "" for one that says nothing or that nobody knows."""
    known = frequency(national)
    return known.uri if known and known.code != "UNKNOWN" else ""


def national_frequency(uri: str | None) -> str:
    """The name on data.gouv.fr of a frequency that the portal stores; ``unknown`` when it has none."""
    known = frequency(uri)
    return known.national if known else "unknown"


def period(text: str | None) -> dt.timedelta | None:
    """After how long data.gouv.fr expects an update; None when it expects none."""
    known = frequency(text)
    return known.period if known else None


# -- licences ----------------------------------------------------------------------------------------------------------

# Ids of licences elsewhere, for the same texts.
_SAME_LICENCES = {
    "etalab-2.0": "lov2",
    "licence-ouverte-2.0": "lov2",
    "etalab-1.0": "fr-lo",
    "odbl": "odc-odbl",
    "odbl-1.0": "odc-odbl",
    "odc-by-1.0": "odc-by",
    "pddl-1.0": "odc-pddl",
    "cc-by-4.0": "cc-by",
    "cc-by-sa-4.0": "cc-by-sa",
    "cc0-1.0": "cc-zero",
    "cc0": "cc-zero",
}


@cache
def licences() -> dict[str, str]:
    """The licences that data.gouv.fr has, with the address by which it recognises each ("": its id alone).

    The portal's own licences file has the same ids on purpose.
    """
    known = json.loads(files("ckanext.odl").joinpath("schemas", "licences.json").read_text(encoding="utf-8"))
    return {licence["id"]: licence["url"] for licence in known}


def licence(text: str | None) -> str:
    """The id, here and on data.gouv.fr, of a licence given by its id, its usual short name or its address; "" when
    data.gouv.fr has no such licence, or none is given."""
    words = (text or "").strip()
    name = words.lower()
    name = _SAME_LICENCES.get(name, name)
    if name in licences():
        return name
    bare = _bare(words)
    return next((id for id, url in licences().items() if url and _bare(url) == bare), "")


def recognised_licence(id: str | None) -> str:
    """What data.gouv.fr recognises a licence by: its address, or its id when it has none; "" for no licence at all."""
    known = licence(id)
    return "" if known in ("", NO_LICENCE) else licences()[known] or known


def _bare(url: str) -> str:
    return re.sub(r"^https?://", "", url.strip().lower()).rstrip("/")
