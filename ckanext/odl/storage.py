"""The bytes of uploaded files, wherever CKAN keeps them: a storage (2.12) or the classic folder (2.11)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import IO, Any

from ckan.lib import uploader

CHUNK = 1 << 20


class MissingFile(Exception):
    """The file is not (or no longer) in CKAN's storage."""


def stream(resource: dict[str, Any]) -> Iterator[bytes]:
    """Yield the bytes of an uploaded file in blocks of at most about a mebibyte.

    :param resource: at least the ``id`` and ``url`` of a resource whose ``url_type`` is ``upload``
    :raises MissingFile: when nothing is stored under that resource
    """
    upload = uploader.get_resource_uploader({key: resource.get(key) for key in ("id", "url", "url_type")})
    location = upload.get_path(resource["id"])
    storage = getattr(upload, "storage", None)
    if storage is None:
        yield from _from_folder(location)
    else:
        yield from _from_storage(storage, location)


def _from_folder(path: str) -> Iterator[bytes]:
    try:
        with open(path, "rb") as file:
            while block := file.read(CHUNK):
                yield block
    except OSError as error:
        raise MissingFile(str(error)) from error


def _from_storage(storage: Any, location: Any) -> Iterator[bytes]:
    from ckan.lib import files  # noqa: PLC0415 (CKAN 2.12 only)

    try:
        yield from storage.stream(files.FileData(location))
    except files.exc.FilesError as error:
        raise MissingFile(str(error)) from error


def identify(resource: dict[str, Any], copy: IO[bytes] | None = None) -> tuple[str, int]:
    """Read a file once and say what it is: its sha256 (hexadecimal) and its size in bytes.

    :param copy: a file open for writing that receives the same bytes
    :raises MissingFile: when nothing is stored under that resource
    """
    digest, size = hashlib.sha256(), 0
    for block in stream(resource):
        digest.update(block)
        size += len(block)
        if copy:
            copy.write(block)
    return digest.hexdigest(), size
