"""The storage that replaces a file in one go (CKAN 2.12)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from ckan.lib import files
from file_keeper import Upload

pytestmark = pytest.mark.usefixtures("with_plugins")


class Torn(io.BytesIO):
    """An upload that breaks off in its middle."""

    def __iter__(self) -> Any:
        yield b"half of "
        raise OSError("the disk is full")

    def read(self, *_: Any) -> bytes:
        raise OSError("the disk is full")


def storage(folder: Path) -> Any:
    return files.make_storage("safe", {"type": "odl:fs", "path": str(folder), "overwrite_existing": True})


def put(store: Any, content: bytes, stream: Any = None) -> Any:
    upload = Upload(stream or io.BytesIO(content), "a.csv", len(content), "text/csv")
    return store.upload(files.Location("a/b.csv"), upload)


def test_a_file_is_kept_and_replaced(tmp_path):
    store = storage(tmp_path)

    put(store, b"first")
    kept = put(store, b"second one")

    assert (tmp_path / "a" / "b.csv").read_bytes() == b"second one"
    assert kept.size == 10


def test_an_upload_that_breaks_off_leaves_the_file_as_it_was(tmp_path):
    store = storage(tmp_path)
    put(store, b"first")

    with pytest.raises(OSError, match="disk is full"):
        put(store, b"half of it", Torn())

    assert (tmp_path / "a" / "b.csv").read_bytes() == b"first"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.csv"]


def test_who_reads_while_it_is_replaced_reads_one_whole_file(tmp_path):
    store = storage(tmp_path)
    put(store, b"first")
    with (tmp_path / "a" / "b.csv").open("rb") as reader:
        put(store, b"second one")

        assert reader.read() == b"first"
