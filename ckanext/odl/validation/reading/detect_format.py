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
    (b"\x00\x00\x27\x0a", "shapefile"),
)
_TABLES_IN_ARCHIVES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".json", ".geojson")


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
    if (start[:4] == b"RIFF" and start[8:12] == b"WEBP") or (start[:2] == b"BM" and start[6:10] == bytes(4)):
        raise Unreadable("not-a-table", variant="picture")
    if (
        len(start) >= 32
        and start[:1] == b"\x03"
        and 1 <= start[2] <= 12
        and 1 <= start[3] <= 31
        and start[12:16] == bytes(4)
    ):
        raise Unreadable("format-not-allowed", variant="dbf")
    for magic, kind in _BINARIES:
        if start.startswith(magic):
            if kind in ("archive", "parquet", "database", "shapefile"):
                raise Unreadable("archive-not-allowed" if kind == "archive" else "format-not-allowed", variant=kind)
            raise Unreadable("not-a-table", variant=kind)
    return "text"


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = b""
            if any(entry.flag_bits & 1 for entry in archive.infolist()):
                raise Unreadable("archive-encrypted")
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                mimetype = archive.read("mimetype").strip()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, KeyError):
        raise Unreadable("archive-truncated") from None
    if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise Unreadable("format-not-allowed", variant="xlsb")
    if mimetype.startswith(b"application/vnd.oasis.opendocument") or "word/document.xml" in names:
        raise Unreadable("not-a-table", variant="document")
    if "ppt/presentation.xml" in names:
        raise Unreadable("not-a-table", variant="document")
    if any(name.lower().endswith(".iwa") or name == "Index.zip" for name in names):
        raise Unreadable("format-not-allowed", variant="numbers")
    held = sorted(name for name in names if not name.endswith("/") and "__MACOSX" not in name)
    if any(name.lower().endswith(".shp") for name in held):
        raise Unreadable("archive-not-allowed", variant="shapefile")
    tables = [name.rpartition("/")[2] for name in held if name.lower().endswith(_TABLES_IN_ARCHIVES)]
    if tables:
        raise Unreadable(
            "archive-not-allowed",
            variant="tables",
            names=[name[:80].encode("utf-8", "replace").decode() for name in tables[:3]],
        )
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
    """``csv``, ``json``, ``html``, ``xml``, ``xml-spreadsheet`` or ``kml`` of a text.

    ``html-table`` is a web page named like a spreadsheet, as some business software exports them. A bracket that could
    open either a JSON or a CSV is what the name says.
    """
    with path.open("r", encoding=encoding, newline="", errors="replace") as handle:
        start = handle.read(4096).lstrip("\ufeff \t\r\n")
    lower = start[:500].lower()
    if lower.startswith(("<!doctype html", "<html", "<head", "<body", "<!--")) or re.match(
        r"<(?:meta|script|div|table)\b", lower
    ):
        return "html-table" if extension in ("xls", "xlsx", "ods") else "html"
    if lower.startswith("<?xml") or re.match(r"<[a-z][\w:.-]*(?:\s[^<>]*)?>", lower):
        if "urn:schemas-microsoft-com:office:spreadsheet" in start or "opendocument.spreadsheet" in start:
            return "xml-spreadsheet"
        if "<kml" in lower:
            return "kml"
        return ("html-table" if extension in ("xls", "xlsx", "ods") else "html") if "<html" in lower else "xml"
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
