"""Before an XLS is opened: the chains of its container must end, and its streams tell what it is.

The container is Microsoft's Compound File (MS-CFB). A reader that follows a chain that comes back on itself never ends
and takes all memory.
"""

from __future__ import annotations

import struct
from pathlib import Path

from ..problems import Unreadable

_END, _FREE, _LAST = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFA
SMALL_STREAM = 4096


def stream_names(path: Path) -> set[str]:
    """The names of the streams. Raises ``office-broken`` for a container whose chains do not hold together."""
    content = path.read_bytes()
    try:
        return set(_streams(content))
    except (struct.error, IndexError, ValueError, UnicodeDecodeError):
        raise Unreadable("office-broken") from None


def read_stream(path: Path, names: tuple[str, ...]) -> bytes:
    """The bytes of the first of these streams; empty when there is none. Raises :class:`ValueError`: it is broken."""
    content = path.read_bytes()
    streams = _streams(content)
    name = next((name for name in names if name in streams), None)
    if name is None:
        return b""
    start, size = streams[name]
    shift = struct.unpack_from("<H", content, 30)[0]
    table, mini, directory = _tables(content)
    if size >= SMALL_STREAM:
        return b"".join(_sector(content, place, 1 << shift) for place in _chain(table, start))[:size]
    # Short streams lie in the root entry's own stream, by pieces of 64 bytes.
    root = struct.unpack_from("<I", directory, 116)[0]
    held = b"".join(_sector(content, place, 1 << shift) for place in _chain(table, root))
    return b"".join(held[place * 64 : place * 64 + 64] for place in _chain(mini, start))[:size]


def _chain(table: list[int], start: int) -> list[int]:
    found: list[int] = []
    seen: set[int] = set()
    while start < _LAST:
        if start in seen or start >= len(table):
            raise ValueError("chain")
        seen.add(start)
        found.append(start)
        start = table[start]
    return found


def _sector(content: bytes, index: int, size: int) -> bytes:
    block = content[(index + 1) * size : (index + 2) * size]
    if not block:
        raise ValueError("outside")
    return block.ljust(size, b"\xff")


def _tables(content: bytes) -> tuple[list[int], list[int], bytes]:
    """The table of sectors, the table of short ones, and the directory."""
    shift, mini_shift = struct.unpack_from("<HH", content, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise ValueError("sector size")
    size = 1 << shift
    numbers = size // 4

    def integers(index: int) -> list[int]:
        return list(struct.unpack(f"<{numbers}I", _sector(content, index, size)))

    first_directory, mini_start, difat = (struct.unpack_from("<I", content, place)[0] for place in (48, 60, 68))
    places = [place for place in struct.unpack_from("<109I", content, 76) if place < _LAST]
    visited: set[int] = set()
    while difat < _LAST:
        if difat in visited:
            raise ValueError("chain")
        visited.add(difat)
        *more, difat = integers(difat)
        places += [place for place in more if place < _LAST]
    if len(places) > len(content) // size + 1:
        raise ValueError("table")
    table = [number for place in places for number in integers(place)]
    mini = [number for place in _chain(table, mini_start) for number in integers(place)]
    return table, mini, b"".join(_sector(content, place, size) for place in _chain(table, first_directory))


def _streams(content: bytes) -> dict[str, tuple[int, int]]:
    """Name of each stream → its first sector and its size."""
    table, mini, directory = _tables(content)
    found: dict[str, tuple[int, int]] = {}
    for offset in range(0, len(directory), 128):
        entry = directory[offset : offset + 128]
        length, kind = struct.unpack_from("<HB", entry, 64)
        start, bytes_ = struct.unpack_from("<II", entry, 116)
        if kind not in (2, 5) or not 2 <= length <= 64:
            continue
        if bytes_:
            _chain(table if kind == 5 or bytes_ >= SMALL_STREAM else mini, start)
        found[entry[: length - 2].decode("utf-16-le")] = start, bytes_
    return found
