"""A storage of CKAN 2.12 on the local disk that replaces a file in one go.

CKAN's own ``ckan:fs`` writes over the file: who downloads it meanwhile gets a mixture, and a full disk or a killed
process destroys what was published. ``odl:fs`` has the same options and the same layout, so that a portal changes from
one to the other by its ``type`` alone.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import file_keeper as fk
from ckan.lib.files.default import fs


class _Uploader(fs.FsStorage.UploaderFactory):
    """Writes beside the file, then puts the new one in its place."""

    def upload(self, location: Any, upload: fk.Upload, extras: dict[str, Any]) -> fk.FileData:
        destination = self.storage.full_path(location)
        if not self.storage.settings.overwrite_existing and os.path.exists(destination):
            raise fk.exc.ExistingFileError(self.storage, location)
        draft = Path(destination).with_name(f"{uuid4()}~")
        draft.parent.mkdir(parents=True, exist_ok=True)
        algorithm = self.storage.settings.hashing_algorithm
        reader = upload.hashing_reader(algorithm=algorithm)
        try:
            with draft.open("wb") as file:
                for block in reader:
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            size = draft.stat().st_size
            draft.replace(destination)
        finally:
            with suppress(FileNotFoundError):
                draft.unlink()
        return fk.FileData(
            location, size=size, content_type=upload.content_type, hash=reader.get_hash(), algorithm=algorithm
        )


class SafeStorage(fs.FsStorage):
    """Files on the local disk, replaced in one go."""

    UploaderFactory = _Uploader
