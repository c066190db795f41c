"""Files given as proof: what may be one (by what is in it, never by its name), where it is kept.

They lie beside the uploaded files of datasets, in whatever storage CKAN has, under the id of the proof; nothing but our
own route serves them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, NamedTuple

from ckan.lib import munge
from ckan.plugins import toolkit as tk

from ckanext.odl import config, storage

_CHUNK = 1 << 20
#: The first bytes that say what a file is.
_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "csv": "text/csv",
    "txt": "text/plain",
}
_OOXML = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_MARKUP = re.compile(r"<\s*(?:!doctype|html|head|body|script|svg|iframe|object|embed|\?xml|\?php|%)", re.IGNORECASE)
_PROGRAM = re.compile(
    r"^\s*(?:#!|@echo\b|import\s+\w|from\s+\w+\s+import|function\s+\w+\s*\(|powershell\b|Set-ExecutionPolicy|"
    r"Sub\s+\w+\s*\(|var\s+\w+\s*=|const\s+\w+\s*=|\(function|eval\s*\(|document\.|window\.)",
    re.IGNORECASE | re.MULTILINE,
)


class Evidence(NamedTuple):
    """A file that may serve as proof: a safe name, its type, its bytes."""

    name: str
    type: str
    content: bytes


class Refused(ValueError):
    """Why a file cannot serve as proof, in a sentence for whoever sent it."""


def read(upload: Any) -> Evidence:
    """Look into an uploaded file.

    :raises Refused: no file, an empty or too large one, or something else than a document, a picture or a table
    """
    if not hasattr(upload, "stream"):
        raise Refused(tk._("Choose the file to send."))
    largest = config.evidence_size()
    blocks, size = [], 0
    while block := upload.stream.read(_CHUNK):
        size += len(block)
        if size > largest:
            sentence = tk._("The file is larger than {size} MB. Send a smaller one, or the address of its page.")
            raise Refused(sentence.format(size=largest >> 20))
        blocks.append(block)
    content = b"".join(blocks)
    if not content:
        raise Refused(tk._("The file is empty."))
    name = munge.munge_filename(upload.filename or "") or "document"
    kind = _kind(content, name.rpartition(".")[2].lower())
    if kind is None:
        raise Refused(
            tk._(
                "This is not a kind of file that can be kept here. "
                "Send a PDF, a picture, or a Word, Excel, LibreOffice, CSV or text file."
            )
        )
    stem = name.rpartition(".")[0] or name
    return Evidence(f"{stem}.{kind}", _TYPES[kind], content)


def _kind(content: bytes, extension: str) -> str | None:
    """What the bytes are, None when it is nothing that we keep."""
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content.startswith(_OLE):
        return extension if extension in ("doc", "xls", "ppt") and b"_\x00V\x00B\x00A" not in content else None
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return _text(content, extension)


def _office(content: bytes) -> str | None:
    """The kind of an office document, None for another archive or one that holds a program (macros)."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if any(
                name.lower().endswith(("vbaproject.bin", ".js", ".exe")) or name.startswith("Basic/") for name in names
            ):
                return None
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                declared = archive.read("mimetype").decode("ascii", "replace").strip()
                return next((kind for kind in ("odt", "ods", "odp") if _TYPES[kind] == declared), None)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for start, kind in _OOXML.items() if any(name.startswith(start) for name in names)), None)


def _text(content: bytes, extension: str) -> str | None:
    if extension not in ("csv", "txt") or b"\x00" in content:
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if _MARKUP.search(text) or (extension == "txt" and _PROGRAM.search(text)) or text.startswith("#!"):
        return None
    return extension


def keep(proof_id: str, evidence: Evidence) -> None:
    """Store the bytes under the id of their proof."""
    storage.keep(proof_id, evidence.name, io.BytesIO(evidence.content), type=evidence.type, most=config.evidence_size())


def stream(proof_id: str, name: str) -> Iterator[bytes]:
    """The bytes of a proof.

    :raises storage.MissingFile: they were taken away
    """
    return storage.kept(proof_id, name)


def discard(proof_id: str, name: str) -> None:
    """Take the bytes away for good: what was sent by mistake must not stay."""
    storage.discard(proof_id, name)
