"""Which files may be put on the portal: by their name's ending, and never a program, whatever its name."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.odl import config

#: How programs begin: Windows, Linux, macOS (four kinds), Java, and scripts of a Unix shell.
_PROGRAMS = (
    b"MZ", b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe", b"#!",
)  # fmt: skip


def problem(resource: Any) -> str | None:
    """Why the file that comes with a resource is not taken, in a sentence; None when it is, or when there is none.

    A file without an ending is taken: only its content says what it is.
    """
    upload: Any = resource.get("upload") if isinstance(resource, dict) else None
    name = getattr(upload, "filename", None)
    if not name:
        return None
    stream = getattr(upload, "stream", None) or upload.file
    place = stream.tell()
    start = stream.read(8)
    stream.seek(place)
    if start.startswith(_PROGRAMS):
        return tk._("This file is a program. Only data and documents are published here.")
    _, dot, ending = name.rpartition(".")
    formats = config.upload_formats()
    if dot and ending.lower() not in formats:
        sentence = tk._("Files in “.{ending}” are not published here. Send one of these: {formats}.")
        return sentence.format(ending=ending[:20], formats=", ".join(formats))
    return None
