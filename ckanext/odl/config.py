"""The one door to configuration: each option is declared in ``config_declaration.yaml`` and read here."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import urlsplit

from ckan.plugins import toolkit as tk

from ckanext.odl import pace
from ckanext.odl.datagouv import AGENT, Client
from ckanext.odl.fetch import Guard

QUEUE = "ckanext.odl.validation.queue"
SECONDS = "ckanext.odl.validation.seconds"
MEMORY = "ckanext.odl.validation.memory"
PATIENCE = "ckanext.odl.validation.patience"
ANSWER_SECONDS = "ckanext.odl.validation.answer_seconds"
ANSWER_SIZE = "ckanext.odl.validation.answer_size"
RATES = "ckanext.odl.rates"
LIMITS = "ckanext.odl.limits"
UPLOAD_FORMATS = "ckanext.odl.upload.formats"
CHECKLIST = "ckanext.odl.checklist"
OUTLINES = "ckanext.odl.datagouv.outlines"
FEED_ROWS = "ckanext.odl.datagouv.feed_rows"
EVIDENCE_SIZE = "ckanext.odl.path.evidence_size"
SCHEMAS_URL = "ckanext.odl.schemas.catalogue_url"
DATAGOUV = "ckanext.odl.datagouv"
DATAGOUV_RATE = 2.0
"""Requests a second of the whole portal when the option says nothing that is a number above 0."""

DATAGOUV_SECONDS = 30.0
"""Longest time that one answer of data.gouv.fr may take."""

#: The published limits that a portal may change.
LIMIT_NAMES = (
    "text_bytes", "spreadsheet_bytes", "json_bytes", "rows", "columns", "spreadsheet_cells", "cell_characters",
    "line_characters", "sheets", "archive_bytes", "archive_ratio", "archive_entries", "json_depth", "number_digits",
)  # fmt: skip


def queue() -> str:
    """Name of the job queue that checks files."""
    return tk.config[QUEUE]


def seconds() -> int:
    """Longest time a background check may take, in seconds."""
    return tk.config[SECONDS]


def memory() -> int:
    """Most memory a check may take, in mebibytes."""
    return tk.config[MEMORY]


def patience() -> int:
    """Seconds without a sign of life after which a worker is taken for dead, and a check that waits for forgotten."""
    return tk.config[PATIENCE]


def answer_seconds() -> int:
    """Longest time ``odl_validate`` may take before it answers, in seconds of processor."""
    return tk.config[ANSWER_SECONDS]


def answer_size() -> int:
    """Size in bytes up to which the page that follows an upload waits for the report."""
    return tk.config[ANSWER_SIZE]


def checklist() -> str:
    """Path of the file by which this portal changes the six-phase path; empty when it changes nothing."""
    return (tk.config[CHECKLIST] or "").strip()


def outlines() -> str:
    """Path of the file or folder with the outlines of territories, "" when there is none."""
    return (tk.config[OUTLINES] or "").strip()


def feed_rows() -> int:
    """Datasets on one page of a feed."""
    return tk.config[FEED_ROWS]


def largest_upload() -> int:
    """Largest file accepted, in bytes (CKAN's own option, given in megabytes)."""
    return tk.config["ckan.max_resource_size"] << 20


def rate(kind: str) -> int:
    """Most ``deposit``, ``check`` or ``link`` requests of one person in a minute; 0: as many as they like."""
    return tk.config[f"{RATES}.{kind}"]


def evidence_size() -> int:
    """Largest file accepted as proof of a step, in bytes."""
    return tk.config[EVIDENCE_SIZE]


def schemas_url() -> str:
    """Address of the national catalogue of schemas."""
    return tk.config[SCHEMAS_URL].strip()


def schemas_guard() -> Guard:
    """What may be asked for schemas: the catalogue's own host and no other; a stand-in here as for data.gouv.fr."""
    host = (urlsplit(schemas_url()).hostname or "").rstrip(".")
    agent = f"{AGENT} (+{tk.config['ckan.site_url']})"
    return Guard(hosts={host}, loopback=datagouv_loopback(), seconds=DATAGOUV_SECONDS, agent=agent)


def upload_formats() -> list[str]:
    """Endings of the names of the files that may be uploaded, in lower case and without the point."""
    return [ending.lower().lstrip(".") for ending in tk.config[UPLOAD_FORMATS]]


def datagouv_enabled() -> bool:
    """Whether the portal reads data.gouv.fr."""
    return tk.config[f"{DATAGOUV}.enabled"]


def datagouv_url() -> str:
    """Scheme and host of data.gouv.fr, without a final slash."""
    return tk.config[f"{DATAGOUV}.url"].strip().rstrip("/")


def datagouv_rate() -> float:
    """Most requests to data.gouv.fr in a second, on average, of all processes together."""
    try:
        rate = float(tk.config[f"{DATAGOUV}.rate"])
    except ValueError:
        return DATAGOUV_RATE
    return rate if math.isfinite(rate) and rate > 0 else DATAGOUV_RATE


def datagouv_loopback() -> bool:
    """Whether a stand-in of data.gouv.fr on this machine may be read (for trials and tests)."""
    return tk.config[f"{DATAGOUV}.loopback"]


def datagouv_queue() -> str:
    """Name of the job queue that reads data.gouv.fr: that of the checks unless the portal has another."""
    return (tk.config[f"{DATAGOUV}.queue"] or "").strip() or queue()


def datagouv_grace_days() -> int:
    """Days after which a dataset that is no longer on data.gouv.fr is taken out of public sight."""
    return tk.config[f"{DATAGOUV}.grace_days"]


def datagouv_guard() -> Guard:
    """What may be asked for data.gouv.fr: its own host and no other."""
    return Guard(
        hosts={urlsplit(datagouv_url()).hostname or ""},
        loopback=datagouv_loopback(),
        seconds=DATAGOUV_SECONDS,
    )


def datagouv_client(**options: Any) -> Client:
    """The reader of data.gouv.fr as this portal is set.

    :param options: of :class:`ckanext.odl.datagouv.line.Line` (``sleep``, ``patience``…)
    """
    agent = f"{AGENT} (+{tk.config['ckan.site_url']})"
    settings = {"rate": datagouv_rate(), "agent": agent, "turn": pace.of(urlsplit(datagouv_url()).netloc)}
    return Client(datagouv_guard().fetch, datagouv_url(), **{**settings, **options})


def limits() -> dict[str, int]:
    """The limits of the checker that this portal sets, by their name in :mod:`ckanext.odl.validation.limits`."""
    return {name.upper(): tk.config[f"{LIMITS}.{name}"] for name in LIMIT_NAMES}
