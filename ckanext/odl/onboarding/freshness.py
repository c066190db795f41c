"""When the next file of a dataset is expected, with the same periods as data.gouv.fr.

Periods of udata's ``UpdateFrequency``; what comes twice or three times a year is given a year there, and so here.
"""

from __future__ import annotations

import datetime as dt

from .snapshot import DatasetFacts

#: Days between two updates, by code of the European frequency vocabulary. Codes that are absent have no period.
PERIODS: dict[str, int] = {
    "1MIN": 1, "5MIN": 1, "10MIN": 1, "15MIN": 1, "30MIN": 1, "HOURLY": 1, "BIHOURLY": 1, "TRIHOURLY": 1, "12HRS": 1,
    "DAILY_3": 1, "DAILY_2": 1, "DAILY": 1, "WEEKLY_5": 7, "WEEKLY_3": 7, "WEEKLY_2": 7, "WEEKLY": 7, "BIWEEKLY": 14,
    "MONTHLY_3": 31, "MONTHLY_2": 31, "MONTHLY": 31, "BIMONTHLY": 62, "QUARTERLY": 93, "ANNUAL_3": 365,
    "ANNUAL_2": 365, "ANNUAL": 365, "BIENNIAL": 730, "TRIENNIAL": 1095, "QUADRENNIAL": 1460, "QUINQUENNIAL": 1825,
    "DECENNIAL": 3650, "BIDECENNIAL": 7300, "TRIDECENNIAL": 10950,
}  # fmt: skip
#: Codes that say something without giving a period; ``UNKNOWN`` says nothing.
WITHOUT_PERIOD = ("CONT", "UPDATE_CONT", "IRREG", "AS_NEEDED", "NEVER", "NOT_PLANNED", "OTHER")
#: Lists that are kept up to date all the time: the period they cover has no end.
OPEN_ENDED = ("CONT", "UPDATE_CONT", "IRREG", "AS_NEEDED")


def is_periodic(dataset: DatasetFacts) -> bool:
    """Whether the dataset says a rhythm that has a period."""
    return dataset.frequency in PERIODS


def expected_on(dataset: DatasetFacts) -> dt.date | None:
    """The day on which the next file is expected, None when nothing says it.

    A period after the end of what the newest file covers; without it, after the end of the period of the dataset;
    without either, after the last change of its data. So a retouched old year, or a
    corrected description, is not fresh data.
    """
    period = PERIODS.get(dataset.frequency or "")
    if period is None:
        return None
    ends = [file.period_end for file in dataset.files if file.period_end and not file.is_documentation]
    changes = [file.changed_on for file in dataset.files if file.changed_on and not file.is_documentation]
    last = max(ends, default=None) or dataset.temporal_end or max(changes, default=None)
    try:
        return last + dt.timedelta(days=period) if last else None
    except OverflowError:
        return None


def is_overdue(dataset: DatasetFacts, today: dt.date, grace_days: int) -> bool | None:
    """Whether the expected file is late by more than *grace_days*; None when the rhythm or every date is missing."""
    expected = expected_on(dataset)
    return None if expected is None else (today - expected).days > grace_days
