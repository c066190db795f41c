"""A text in which some lines are UTF-8 and others Windows-1252: two files pasted into one.

Read only where each line is sure. A line that is valid UTF-8 and not plain ASCII is UTF-8: no French text in another
encoding is so by chance. The others must hold nothing but letters and signs of French as Windows-1252 writes them; the
bytes by which Mac Roman, DOS or a line that is mixed itself would show are not among them.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from .. import limits

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

CODEC = "odl-mixed"
_LETTERS = "éèàêçâîôûùëïœ"
_SURE = frozenset((_LETTERS + "ÉÈÀÊÇÂÎÔÛÙËÏŒäöüÄÖÜ’°«»€\xa0²").encode("cp1252"))
_TELLING = frozenset((_LETTERS + "’°»€").encode("cp1252"))
_LONGEST = limits.LINE_CHARACTERS * 4

Line = tuple[int, str, str]
"""Number of a line (from 1), the line as UTF-8 alone shows it, and as it was meant."""


def legacy_lines(path: Path) -> Iterator[Line]:
    """The lines that are not UTF-8. To be asked of a file that :func:`is_sure` accepts."""
    with path.open("rb") as handle:
        for number, line in enumerate(handle, 1):
            if not line.isascii() and not _is_utf8(line):
                bare = line.rstrip(b"\r\n")
                yield number, bare.decode("utf-8", "replace"), bare.decode("cp1252")


def is_sure(path: Path) -> bool:
    """Whether every line of a file is known to be UTF-8 or Windows-1252, and some are the one and some the other."""
    utf8 = legacy = 0
    with path.open("rb") as handle:
        while line := handle.readline(_LONGEST + 1):
            if line.isascii():
                continue
            if len(line) > _LONGEST:
                return False
            if _is_utf8(line):
                utf8 += 1
                continue
            high = {byte for byte in line if byte >= 0x80}
            if not high <= _SURE or not high & _TELLING:
                return False
            legacy += 1
    return bool(utf8 and legacy)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class _Decoder(codecs.BufferedIncrementalDecoder):
    """Decodes whole lines, each by what it is."""

    def _buffer_decode(self, data: bytes, errors: str, final: bool) -> tuple[str, int]:
        end = len(data) if final else data.rfind(b"\n") + 1
        whole = bytes(data[:end])
        if not whole:
            return "", 0
        if _is_utf8(whole):
            return whole.decode("utf-8"), end
        lines = io.BytesIO(whole)
        return "".join(line.decode("utf-8" if _is_utf8(line) else "cp1252", errors) for line in lines), end


def _decode(data: ReadableBuffer, errors: str = "strict", /) -> tuple[str, int]:
    whole = bytes(data)
    return _Decoder(errors).decode(whole, final=True), len(whole)


def _encode(text: str, errors: str = "strict") -> tuple[bytes, int]:
    return codecs.utf_8_encode(text, errors)


def _search(name: str) -> codecs.CodecInfo | None:
    if name.replace("_", "-") != CODEC:
        return None
    return codecs.CodecInfo(encode=_encode, decode=_decode, incrementaldecoder=_Decoder, name=CODEC)


codecs.register(_search)
