"""Text of any encoding French offices produce: the whole file decides, never a sample."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import limits
from ..problems import Unreadable

CHUNK = 1024 * 1024
_BOM = "\ufeff"
_WEIGHTS = dict.fromkeys("éèàêçâîôûùëïœ’°«»€\xa0", 1.0) | dict.fromkeys("ÉÈÀÊÇÂÎÔÛÙËÏŒŸÄÖÜäöüÿæÆ‘“”–—…·•²³", 0.3)
"""What stands in French text: a capital with an accent is rare, so an encoding that reads many is the wrong one."""
_LEGACY = ("cp1252", "mac_roman", "cp850")
_MOJIBAKE = re.compile('Ã[\x80-¿©¨ª§´®»¢¯«¹ ‰ˆ]|Â[°«»²³·\xa0]|â€[™œ\x9d“”"¦]|[‚Š‡](?=[a-z])')
"""UTF-8 read as Windows-1252, and DOS text read as Windows-1252. Each branch begins with a rare sign: it is quick."""
_WORD = re.compile(r"[^\s;,\"]{0,20}")
_CONTROLS = bytes(code for code in range(1, 32) if code not in (9, 10, 12, 13, 26))


@dataclass
class TextFacts:
    """What one pass over the bytes of a text teaches."""

    encoding: str
    size: int
    notices: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


@dataclass
class _Pass:
    error_line: int | None
    boms: int
    line_ends: Counter[str]
    mojibake: list[str]
    control: int
    nul_line: int | None


def file_identity(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of the bytes."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def read_facts(path: Path) -> TextFacts:
    """Decide the encoding of a whole file.

    Raises :class:`Unreadable`: ``nul-byte``, ``not-text``, ``encoding-mixed``, ``encoding-invalid``,
    ``encoding-unknown``.
    """
    size = path.stat().st_size
    with path.open("rb") as handle:
        start = handle.read(4096)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not start.startswith(codecs.BOM_UTF32_LE):
        return _utf16(path, "utf-16", size)
    bare = _bare_utf16(start)
    if bare:
        return _utf16(path, bare, size)
    first = _scan(path, "utf-8")
    notices = _notices_of(first)
    if first.nul_line is not None:
        raise Unreadable("nul-byte", row=first.nul_line, line=first.nul_line)
    if first.error_line is None:
        if first.control > 20 and first.control * 50 > size:
            raise Unreadable("not-text")
        encoding = "utf-8-sig" if first.boms else "utf-8"
        if first.boms > 1:
            notices.append(("encoding-notice", {"encoding": "UTF-8", "variant": "boms"}))
        return TextFacts(encoding, size, notices)
    if _looks_binary(start):
        raise Unreadable("not-text")
    encoding = _legacy_encoding(path, first.error_line)
    second = _scan(path, encoding)
    if second.control > 20 and second.control * 50 > size:
        raise Unreadable("not-text")
    notices = [("encoding-notice", {"encoding": _name(encoding)}), *_notices_of(second)]
    return TextFacts(encoding, size, notices)


def _name(encoding: str) -> str:
    return {"cp1252": "Windows-1252", "mac_roman": "Mac Roman", "cp850": "DOS (cp850)"}.get(encoding, encoding.upper())


def _notices_of(scan: _Pass) -> list[tuple[str, dict[str, Any]]]:
    notices: list[tuple[str, dict[str, Any]]] = []
    if len(scan.line_ends) > 1 and min(scan.line_ends.values()) > 0:
        notices.append(("line-ends-mixed", {"found": sorted(scan.line_ends)}))
    if scan.mojibake:
        notices.append(("mojibake", {"examples": scan.mojibake[:3]}))
    return notices


def _utf16(path: Path, encoding: str, size: int) -> TextFacts:
    scan = _scan(path, encoding)
    if scan.error_line is not None:
        raise Unreadable("encoding-invalid", row=scan.error_line, line=scan.error_line)
    if scan.nul_line is not None:
        raise Unreadable("nul-byte", row=scan.nul_line, line=scan.nul_line)
    notices = [("encoding-notice", {"encoding": "UTF-16"}), *_notices_of(scan)]
    return TextFacts(encoding, size, notices)


def _looks_binary(start: bytes) -> bool:
    """More than one byte in fifty is a control character that no text has."""
    return sum(1 for byte in start if byte < 32 and byte not in (9, 10, 12, 13)) * 50 > max(len(start), 200)


def _bare_utf16(start: bytes) -> str | None:
    """UTF-16 without its mark: in European text every second byte is zero."""
    if len(start) < 8:
        return None
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if odd > half * 0.7 and even == 0:
        return "utf-16-le"
    if even > half * 0.7 and odd == 0:
        return "utf-16-be"
    return None


def _scan(path: Path, encoding: str) -> _Pass:
    """One pass to the end or to the first undecodable byte: marks, line ends, traces of double encoding."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    wide = encoding.startswith("utf-16")
    found = _Pass(None, 0, Counter(), [], 0, None)
    line = 0
    first = True
    held = b""
    with path.open("rb") as handle:
        while True:
            chunk = handle.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                before = bytes(error.object[: error.start])
                found.error_line = line + before.count(b"\n") + 1
                break
            if first and text:
                found.boms = len(text) - len(text.lstrip(_BOM))
                first = False
            raw = held + (text.encode() if wide else chunk)
            # A return at the end of a chunk waits for the feed that may follow it.
            held = b"\r" if chunk and raw.endswith(b"\r") else b""
            raw = raw[:-1] if held else raw
            if found.nul_line is None and b"\x00" in raw:
                found.nul_line = line + raw.count(b"\n", 0, raw.index(b"\x00")) + 1
            feeds, returns, crlf, control = _count_signs(raw)
            line += feeds
            found.control += 0 if wide else control
            found.line_ends.update(CRLF=crlf, LF=feeds - crlf, CR=returns - crlf)
            if len(found.mojibake) < 3 and _may_be_damaged(text):
                found.mojibake += _damaged_words(text, 3 - len(found.mojibake))
            if not chunk:
                break
    found.line_ends = Counter({name: count for name, count in found.line_ends.items() if count})
    return found


def _count_signs(raw: bytes) -> tuple[int, int, int, int]:
    """Line feeds, returns, pairs of both, and control characters that no text has."""
    if len(raw) < CHUNK // 2 or not limits.room_for_columns():
        returns = raw.count(b"\r")
        control = len(raw) - len(raw.translate(None, _CONTROLS))
        return raw.count(b"\n"), returns, raw.count(b"\r\n") if returns else 0, control
    from ..arrays import np  # noqa: PLC0415 (loaded for large files only, five times as quick)

    codes = np.frombuffer(raw, np.uint8)
    feed = codes == 10
    feeds, returns, crlf = np.count_nonzero(feed), 0, 0
    if b"\r" in raw:
        back = codes == 13
        returns, crlf = np.count_nonzero(back), np.count_nonzero(back[:-1] & feed[1:])
    low = np.count_nonzero(codes < 32)
    if low > feeds + returns:
        low = len(raw) - len(raw.translate(None, _CONTROLS)) + feeds + returns
    return int(feeds), int(returns), int(crlf), int(low - feeds - returns)


def _may_be_damaged(text: str) -> bool:
    """Whether one of the signs that :data:`_MOJIBAKE` begins with is there: few texts have any."""
    if text.isascii():
        return False
    return any(sign in text for sign in "ÃÂ‚Š‡") or "â€" in text


def unmangled(text: str) -> str | None:
    """A text whose accents were converted once too often (``Ã©``), as it was; None when that is not sure.

    Sure is what comes back the same when it is damaged again, and then holds nothing but letters and signs of French.
    """
    if not _may_be_damaged(text) or not _MOJIBAKE.search(text):
        return None
    try:
        raw = b"".join(_byte(sign) for sign in text)
        found = raw.decode("utf-8")
    except UnicodeError:
        return None
    return found if all(sign in _WEIGHTS for sign in found if sign > "\x7f") else None


def _byte(sign: str) -> bytes:
    """The byte that Windows-1252 shows as a sign, those that it leaves out as themselves."""
    try:
        return sign.encode("cp1252")
    except UnicodeEncodeError:
        return sign.encode("latin-1")


def _damaged_words(text: str, wanted: int) -> list[str]:
    """The first words in which an accent was converted once too often."""
    words: list[str] = []
    for match in _MOJIBAKE.finditer(text):
        start, end = match.span()
        if len(match.group()) == 1 and not text[start - 1 : start].isalpha():
            continue
        before = _WORD.match(text[max(start - 20, 0) : start][::-1])
        after = _WORD.match(text, end)
        word = (before.group()[::-1] if before else "") + match.group() + (after.group() if after else "")
        if word not in words:
            words.append(word)
        if len(words) >= wanted:
            break
    return words


def _legacy_encoding(path: Path, error_line: int) -> str:
    """The one-byte encoding whose high bytes are French letters and signs; refuses a mixture."""
    good = bad = 0
    first_bad, first_good = error_line, 0
    high: Counter[int] = Counter()
    number = 0
    with path.open("rb") as handle:
        while chunk := handle.readline(limits.LINE_CHARACTERS * 4):
            number += 1
            if chunk.isascii():
                continue
            try:
                chunk.decode("utf-8")
                good += 1
                first_good = first_good or number
            except UnicodeDecodeError:
                bad += 1
                if bad == 1:
                    first_bad = number
                high.update(byte for byte in chunk if byte >= 0x80)
    if good and good * 20 > bad:
        other = first_good if good < bad else first_bad
        raise Unreadable("encoding-mixed" if bad > 1 or good < 20 else "encoding-invalid", row=other, line=other)
    total = sum(high.values())
    best, share = "", 0.0
    for encoding in _LEGACY:
        try:
            characters = {byte: bytes([byte]).decode(encoding) for byte in high}
        except UnicodeDecodeError:
            continue
        if sum(count for byte, count in high.items() if characters[byte] in _WEIGHTS) < total * 0.6:
            continue
        weight = sum(count * _WEIGHTS.get(characters[byte], 0.0) for byte, count in high.items()) / total
        if weight > share + 0.05:
            best, share = encoding, weight
    if not best:
        raise Unreadable("encoding-unknown", row=error_line, line=error_line)
    return best
