"""The bytes of uploaded files, wherever CKAN keeps them: a storage (2.12) or the classic folder (2.11)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from ckan.lib import uploader
from werkzeug.datastructures import FileStorage

CHUNK = 1 << 20

#: The trace of a file that is not there.
GONE = "gone"


class MissingFile(Exception):
    """The file is not (or no longer) in CKAN's storage."""


class Identity(NamedTuple):
    """What a file is: its sha256 (hexadecimal), its size in bytes, its trace (see :func:`trace`)."""

    sha256: str
    size: int
    trace: str


def stream(resource: dict[str, Any]) -> Iterator[bytes]:
    """Yield the bytes of an uploaded file in blocks of at most about a mebibyte.

    :param resource: at least the ``id`` and ``url`` of a resource whose ``url_type`` is ``upload``
    :raises MissingFile: when nothing is stored under that resource
    """
    storage, location = _place(resource)
    if storage is None:
        yield from _from_folder(location)
    else:
        yield from _from_storage(storage, location)


def keep(id_: str, name: str, content: IO[bytes], *, type: str, most: int) -> None:
    """Store the bytes of a file of ours under its id, where CKAN keeps those of its own.

    :param content: open for reading, at its start; closed afterwards
    :param type: media type
    :param most: largest size in bytes that the caller lets through
    """
    upload = FileStorage(content, filename=name, content_type=type)
    keeper = uploader.get_resource_uploader({"id": id_, "url": name, "upload": upload})
    keeper.upload(id_, max(1, most >> 20) + 1)


def kept(id_: str, name: str) -> Iterator[bytes]:
    """The bytes of a file of ours.

    :raises MissingFile: they were taken away
    """
    return stream(ours(id_, name))


def ours(id_: str, name: str) -> dict[str, Any]:
    """A file of ours as the functions below take those of CKAN."""
    return {"id": id_, "url": name, "url_type": "upload"}


def discard(id_: str, name: str) -> None:
    """Take the bytes of a file of ours away for good."""
    keeper = uploader.get_resource_uploader({"id": id_, "url": name, "clear_upload": True})
    keeper.upload(id_)


def trace(resource: dict[str, Any]) -> str:
    """What changes whenever somebody writes the file, without reading it.

    CKAN writes the bytes before it commits what it knows of them, and may never commit: only the disk tells.

    :param resource: as for :func:`stream`
    :returns: size, time and number of the file on its disk; ``GONE`` when there is none; empty when the storage is
        not a disk of this machine
    """
    storage, location = _place(resource)
    full_path = getattr(storage, "full_path", None)
    if storage is not None and not (full_path and hasattr(storage.settings, "follow_symlinks")):
        return ""
    try:
        found = os.stat(full_path(location) if full_path else location)
    except FileNotFoundError:
        return GONE
    return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ino}"


def _place(resource: dict[str, Any]) -> tuple[Any, Any]:
    """The storage of a file (None: the classic folder), and where the file is in it."""
    upload = uploader.get_resource_uploader({key: resource.get(key) for key in ("id", "url", "url_type")})
    return getattr(upload, "storage", None), upload.get_path(resource["id"])


def _from_folder(path: str) -> Iterator[bytes]:
    try:
        with open(path, "rb") as file:
            while block := file.read(CHUNK):
                yield block
    except FileNotFoundError as error:
        raise MissingFile(str(error)) from error


def _from_storage(storage: Any, location: Any) -> Iterator[bytes]:
    from ckan.lib import files  # noqa: PLC0415 (CKAN 2.12 only)

    try:
        yield from storage.stream(files.FileData(location))
    except (files.exc.MissingFileError, FileNotFoundError) as error:
        raise MissingFile(str(error)) from error


def identify(resource: dict[str, Any], copy: IO[bytes] | None = None) -> Identity:
    """Read a file once and say what it is.

    :param copy: a file open for writing that receives the same bytes
    :raises MissingFile: when nothing is stored under that resource
    """
    before = trace(resource)  # if the file is written while it is read, the trace is not that of the end
    digest, size = hashlib.sha256(), 0
    for block in stream(resource):
        digest.update(block)
        size += len(block)
        if copy:
            copy.write(block)
    return Identity(digest.hexdigest(), size, before)
