"""The one door to configuration: each option is declared in ``config_declaration.yaml`` and read here."""

from __future__ import annotations

from ckan.plugins import toolkit as tk

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
    """Most ``deposit`` or ``check`` requests that one person may send in a minute; 0: as many as they like."""
    return tk.config[f"{RATES}.{kind}"]


def evidence_size() -> int:
    """Largest file accepted as proof of a step, in bytes."""
    return tk.config[EVIDENCE_SIZE]


def upload_formats() -> list[str]:
    """Endings of the names of the files that may be uploaded, in lower case and without the point."""
    return [ending.lower().lstrip(".") for ending in tk.config[UPLOAD_FORMATS]]


def limits() -> dict[str, int]:
    """The limits of the checker that this portal sets, by their name in :mod:`ckanext.odl.validation.limits`."""
    return {name.upper(): tk.config[f"{LIMITS}.{name}"] for name in LIMIT_NAMES}
