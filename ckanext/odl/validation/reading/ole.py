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
        return _names(content)
    except (struct.error, IndexError, ValueError, UnicodeDecodeError):
        raise Unreadable("office-broken") from None


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


def _names(content: bytes) -> set[str]:
    shift, mini_shift = struct.unpack_from("<HH", content, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise ValueError("sector size")
    size = 1 << shift
    numbers = size // 4

    def sector(index: int) -> bytes:
        block = content[(index + 1) * size : (index + 2) * size]
        if not block:
            raise ValueError("outside")
        return block.ljust(size, b"\xff")

    def integers(index: int) -> list[int]:
        return list(struct.unpack(f"<{numbers}I", sector(index)))

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
    directory = b"".join(sector(place) for place in _chain(table, first_directory))
    names: set[str] = set()
    for offset in range(0, len(directory), 128):
        entry = directory[offset : offset + 128]
        length, kind = struct.unpack_from("<HB", entry, 64)
        start, bytes_ = struct.unpack_from("<II", entry, 116)
        if kind not in (2, 5) or not 2 <= length <= 64:
            continue
        if bytes_:
            _chain(table if kind == 5 or bytes_ >= SMALL_STREAM else mini, start)
        names.add(entry[: length - 2].decode("utf-16-le"))
    return names
