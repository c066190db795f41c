"""What a file is, by its first bytes."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from ..problems import Unreadable
from .ole import stream_names

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TEXT_EXTENSIONS = ("csv", "tsv", "tab", "txt", "dat", "")
_SPREADSHEETS = {"xlsx": ("xlsx", "xlsm"), "ods": ("ods",), "xls": ("xls",)}
_BINARIES = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"BM", None),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"{\\rtf", "document"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"),
    (b"SQLite format 3", "database"),
    (b"PAR1", "parquet"),
)


def sniff(path: Path) -> str:
    """``xlsx``, ``ods``, ``xls`` or ``text``. Raises :class:`Unreadable` for other binary formats."""
    with path.open("rb") as handle:
        start = handle.read(512)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path)
    if start.startswith(_OLE):
        return _ole_kind(path)
    if start[:2] == b"\x09\x08" and len(start) > 8:
        return "xls"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        raise Unreadable("not-a-table", variant="picture")
    for magic, kind in _BINARIES:
        if kind and start.startswith(magic):
            if kind in ("archive", "parquet", "database"):
                raise Unreadable("archive-not-allowed" if kind == "archive" else "format-not-allowed", variant=kind)
            raise Unreadable("not-a-table", variant=kind)
    return "text"


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = b""
            if "mimetype" in names:
                info = archive.getinfo("mimetype")
                if info.file_size < 200 and not info.flag_bits & 1:
                    mimetype = archive.read("mimetype").strip()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, KeyError):
        raise Unreadable("archive-truncated") from None
    if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return "xlsx"
    if mimetype.startswith(b"application/vnd.oasis.opendocument") or "word/document.xml" in names:
        raise Unreadable("not-a-table", variant="document")
    if "ppt/presentation.xml" in names:
        raise Unreadable("not-a-table", variant="document")
    if any(name.lower().endswith(".iwa") or name == "Index.zip" for name in names):
        raise Unreadable("format-not-allowed", variant="numbers")
    raise Unreadable("archive-not-allowed", variant="archive")


def _ole_kind(path: Path) -> str:
    """OLE holds XLS, Word 97 and password-protected Office files."""
    names = stream_names(path)
    if "EncryptedPackage" in names:
        raise Unreadable("office-encrypted")
    if names & {"Workbook", "Book"}:
        return "xls"
    raise Unreadable("not-a-table", variant="document")


def sniff_text(path: Path, encoding: str, extension: str = "") -> str:
    """``csv``, ``json``, ``html`` or ``xml`` of a text. A bracket that could open either is what the name says."""
    with path.open("r", encoding=encoding, newline="", errors="replace") as handle:
        start = handle.read(4096).lstrip("\ufeff \t\r\n")
    lower = start[:500].lower()
    if lower.startswith(("<!doctype html", "<html", "<head", "<body", "<!--")) or re.match(
        r"<(?:meta|script|div|table)\b", lower
    ):
        return "html"
    if lower.startswith("<?xml") or re.match(r"<[a-z][\w:.-]*(?:\s[^<>]*)?>", lower):
        return "html" if "<html" in lower else "xml"
    if re.match(r'[{\[]\s*(?:$|[{\["\]}])', start) and not re.match(r"\[[^\]\n]*\]\s*[;,\t]", start):
        return "json"
    return "json" if extension in ("json", "geojson") and start[:1] in ("[", "{") else "csv"


def check_extension(kind: str, extension: str) -> None:
    """Raise ``wrong-extension`` when the name announces another format than the content has."""
    expected = _SPREADSHEETS.get(kind, _TEXT_EXTENSIONS)
    if extension in expected:
        return
    if kind == "csv" and extension not in ("xlsx", "xlsm", "ods", "xls", "json", "geojson"):
        return
    if kind in _SPREADSHEETS and extension == "":
        return
    raise Unreadable("wrong-extension", found=kind, announced=extension)
