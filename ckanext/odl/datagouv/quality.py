"""The nine criteria by which data.gouv.fr shows the quality of a dataset, as it would judge what it received from us.

Names and rules: ``Dataset.compute_quality`` and ``Dataset.quality`` of udata 17.18.0. The score is the share of the
nine that are met; where a criterion cannot be judged there (a rhythm that nobody gave, no file at all), udata counts it
as not met, and so is it here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ckanext.odl.onboarding.freshness import PERIODS, WITHOUT_PERIOD

from . import outgoing_values
from .precheck_view import View, rhythm, text

#: In the order in which data.gouv.fr shows them.
CRITERIA = (
    "dataset_description_quality",
    "resources_documentation",
    "license",
    "update_frequency",
    "update_fulfilled_in_time",
    "has_open_format",
    "temporal_coverage",
    "spatial",
    "all_resources_available",
)
#: A description is long enough beyond this many characters.
DESCRIPTION_LENGTH = 100
#: A table in Excel's format is closed in the eyes of data.gouv.fr, and so is a file that does not say its format.
CLOSED_FORMATS = ("pdf", "doc", "docx", "word", "xls", "excel", "xlsx")
#: Days between two updates of what comes more often than the list of the path knows.
_DAILY = {"DAILY_3": 1}
_LATE_DAYS = 1


@dataclass(frozen=True)
class Criterion:
    """One of the nine. ``place`` and ``field``: where it is raised (as in :class:`.precheck.Finding`)."""

    id: str
    is_met: bool
    place: str
    field: str

    def label(self, language: str = "fr") -> str:
        """What is looked at, in a few words."""
        return _text(self.id, "label", language)

    def advice(self, language: str = "fr") -> str:
        """What raises it; empty when it is met."""
        return "" if self.is_met else _text(self.id, "raise", language)


@dataclass(frozen=True)
class Quality:
    """The nine criteria of one dataset, in the order of :data:`CRITERIA`."""

    criteria: tuple[Criterion, ...]

    @property
    def met(self) -> int:
        """How many of the nine are met."""
        return sum(criterion.is_met for criterion in self.criteria)

    @property
    def score(self) -> float:
        """From 0 to 1, as data.gouv.fr gives it."""
        return self.met / len(CRITERIA)

    @property
    def missing(self) -> tuple[Criterion, ...]:
        """Those that are not met."""
        return tuple(criterion for criterion in self.criteria if not criterion.is_met)


def assess(
    package: Mapping[str, Any],
    today: dt.date,
    *,
    outlines: outgoing_values.Outlines | None = None,
    unavailable: Collection[str] = (),
) -> Quality:
    """How data.gouv.fr would judge a dataset that it reads from the portal's feed.

    :param package: as ``package_show`` gives it, of whatever shape
    :param outlines: the outlines of territories that the portal adds
    :param unavailable: ids of files known not to answer; data.gouv.fr takes the others to be there until it has looked
    """
    view = View(package, outlines=outlines)
    code = rhythm(view)
    files = view.resources
    met = {
        "dataset_description_quality": len(view.text("notes")) > DESCRIPTION_LENGTH,
        # A notice of its own counts too over there, but a feed cannot say that a file is one.
        "resources_documentation": any(text(item.get("description")) for item in files),
        # It gives « not specified » to what has none, and counts it.
        "license": True,
        "update_frequency": bool(code) and code != "UNKNOWN",
        "update_fulfilled_in_time": _is_in_time(view, code, today),
        "has_open_format": any(text(item.get("format")).lower() not in ("", *CLOSED_FORMATS) for item in files),
        "temporal_coverage": any(view.day(name, "dcat") for name in ("temporal_start", "temporal_end")),
        "spatial": view.has_geometry("dcat"),
        "all_resources_available": bool(files) and not any(text(item.get("id")) in unavailable for item in files),
    }
    return _quality(met)


def of_record(record: Mapping[str, Any]) -> Quality | None:
    """The nine criteria of a dataset of data.gouv.fr, as its API gives them; None when it says nothing of them."""
    told = record.get("quality")
    if not isinstance(told, Mapping) or not told:
        return None
    return _quality({id_: bool(told.get(id_)) for id_ in CRITERIA})


def _is_in_time(view: View, code: str, today: dt.date) -> bool:
    period = _DAILY.get(code) or PERIODS.get(code)
    if period is None:
        return code in WITHOUT_PERIOD
    changed = outgoing_values.day(view.package.get("metadata_modified"))
    try:
        return changed is not None and (changed + dt.timedelta(days=period + _LATE_DAYS)) >= today
    except OverflowError:
        return True


def _quality(met: Mapping[str, bool]) -> Quality:
    return Quality(tuple(Criterion(id_, met[id_], *_where(id_)) for id_ in CRITERIA))


@cache
def _document() -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "quality.yaml").read_text("utf-8"))


def _where(id_: str) -> tuple[str, str]:
    entry = _document()[id_]
    return entry["place"], entry.get("field", "")


def _text(id_: str, part: str, language: str) -> str:
    return _document()[id_][part]["fr" if language.startswith("fr") else "en"]
