"""The published limits of the checker. A file beyond them gets a clear answer, never a half-read verdict."""

from __future__ import annotations

import resource

MIB = 1024 * 1024

TEXT_BYTES = 300 * MIB
"""Largest text file (CSV, TSV, JSON)."""
SPREADSHEET_BYTES = 50 * MIB
"""Largest XLSX, ODS or XLS file."""
OUTPUT_BYTES = 2 * TEXT_BYTES
"""Largest file that a child process writes: a repaired text, or its list of changes."""
COLUMNS = 1_000
SPREADSHEET_CELLS = 2_000_000
ROWS = 1_000_000
LINE_CHARACTERS = MIB
HEADER_CHARACTERS = 64 * 1024
CELL_CHARACTERS = 32_767
"""What one spreadsheet cell can hold; a longer cell cannot be opened and mended by hand."""
SHEETS = 100

ARCHIVE_BYTES = 100 * MIB
"""Sum of the sizes that the entries of an XLSX or ODS declare."""
ARCHIVE_RATIO = 200
ARCHIVE_ENTRIES = 500

JSON_DEPTH = 64
JSON_BYTES = 50 * MIB
NUMBER_DIGITS = 400

DETECTION_CHARACTERS = 64 * 1024
"""How much of a text is looked at to find its separator and its header."""
HEADER_ROWS = 30
"""A header further down than this is not looked for."""

SCHEMA_BYTES = MIB
SCHEMA_FIELDS = 1_000
PATTERN_CHARACTERS = 20_000
"""Published first-name patterns are long; a linear engine runs them."""

PLACES = 100
"""Places kept per (code, column); counts are always exact."""
NAMES = 40
"""Column names written out in one sentence."""
EXTRACT_ROWS = 200
EXTRACT_CHARACTERS = 80
VALUE_CHARACTERS = 200
REPORT_BYTES = MIB

BLOCK_BYTES = MIB
"""How much of a delimited text is judged at a time."""
BLOCK_ROWS = 4096
"""The same of a spreadsheet."""
BLOCKS_AHEAD = 4
"""How many blocks are read before they are judged."""
COLUMNAR_BYTES = MIB
"""A shorter text is judged row by row: that is as quick as loading the library of columns."""
COLUMNAR_CELLS = 40_000
"""The same of a spreadsheet."""
COLUMNAR_ADDRESSES = 512 * MIB
"""With less address space than this, the library of columns is not loaded."""
MEMORY_OF_VALUES = 50_000
"""Distinct values remembered per column before the memory starts again from empty."""


def room_for_columns() -> bool:
    """Whether the process may load the library of columns: its limit on addresses (``RLIMIT_AS``) leaves room."""
    allowed = resource.getrlimit(resource.RLIMIT_AS)[0]
    return allowed == resource.RLIM_INFINITY or allowed >= COLUMNAR_ADDRESSES
