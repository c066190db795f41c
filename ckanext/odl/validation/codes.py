"""The table of codes: what each may be called in a report, with its severities.

Codes whose sentences are ready and that no reader or rule gives yet are marked in ``RESERVED``.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


UNREADABLE = _words(
    "file-empty format-not-allowed wrong-extension not-text not-a-table encoding-unknown encoding-mixed "
    "encoding-invalid nul-byte csv-unclosed-quote csv-unparseable line-too-long header-too-long "
    "too-many-columns too-many-rows too-many-cells cell-too-long archive-not-allowed archive-ratio "
    "archive-entries archive-encrypted archive-overlap archive-truncated xml-dtd office-encrypted "
    "office-broken office-no-sheet too-many-sheets json-invalid json-too-deep json-lines geojson-invalid"
)
"""One error and no other: status ``unreadable``."""

INCOMPLETE = _words("limit-time limit-memory limit-interrupted")
"""The checker's own limits: status ``incomplete``."""

SCHEMA = _words(
    "schema-invalid schema-too-large schema-pattern-unsafe schema-remote-ref schema-foreign-key schema-unknown"
)
"""Refused before any file is looked at (:class:`SchemaRefused`)."""

_ERRORS = _words(
    "header-missing-column header-duplicate header-blank blank-row no-rows row-almost-empty missing-cell extra-cell "
    "delimiter-mixed type-error constraint-error unique-error primary-key-error number-not-finite number-out-of-range "
    "formula-without-value siren siret nomenclature-actes compare-columns sum-columns cohesive-columns "
    "one-of-required year-interval phone-number opening-hours gps-coordinates code-commune-insee code-postal "
    "code-region numero-departement departement region commune canton pays code-pays-iso2 code-pays-iso3 code-fantoir "
    "bal-cle-interop bal-coordinates bal-ban-ids json-schema-error json-duplicate-key geojson-invalid "
    "geojson-ring geojson-range geojson-crs control-char cell-error"
)
_WARNINGS = _words(
    "header-missing-column header-unknown header-order header-case row-repeated bal-numero check-unknown "
    "check-failed bal-cle-interop bal-coordinates bal-single-commune siret-other-organization "
    "year-outside-period excel-rounded zero-lost date-suspect amount-format coordinates-suspect geojson-range "
    "json-schema-error"
)
_NOTICES = _words(
    "header-blank header-not-first header-normalised header-invisible-char blank-row control-char "
    "several-organizations bal-file encoding-notice mojibake line-ends-mixed sheet-chosen cells-merged rows-hidden "
    "report-truncated records-nested geojson-ring geometry-missing"
)

RESERVED = _words("limit-time limit-interrupted")


def _table() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    groups = (("error", (*UNREADABLE, *INCOMPLETE, *SCHEMA, *_ERRORS)), ("warning", _WARNINGS), ("notice", _NOTICES))
    for severity, codes in groups:
        for code in codes:
            table.setdefault(code, set()).add(severity)
    return {code: frozenset(severities) for code, severities in table.items()}


CODES: dict[str, frozenset[str]] = _table()
"""Code → the severities it may have."""
