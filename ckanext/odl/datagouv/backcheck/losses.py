"""What data.gouv.fr holds of a dataset, held against what left: what was lost on the way, field by field."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import reading
from .reading import address, folded, mapping, mappings, number, text, texts

#: Nothing is there; something else is there; it is there though nothing of the kind left.
GONE, CHANGED, EXTRA = "gone", "changed", "extra"
#: Characters of a value that are kept for the comparison that people see.
LONGEST = 300
#: Shortest keyword that data.gouv.fr takes.
SHORTEST_TAG = 3

_TAG = re.compile(r"<[^<>]*>")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_WEB = re.compile(r"https?://\S+")
_UNSAID = ("", "notspecified", "unknown")


@dataclass(frozen=True)
class Loss:
    """One value that did not arrive as it left.

    ``field``: ``title``, ``description``, ``license``, ``frequency``, ``period``, ``tags``, ``territory``, ``contact``,
    ``publisher``, ``file``, ``file_title``, ``schema``, ``checksum``, ``size`` or ``format``. ``kind``: :data:`GONE`,
    :data:`CHANGED`, :data:`EXTRA`, or what the words of the field name besides. ``file``: id of the resource (of
    data.gouv.fr's for an extra one), with its ``name``.
    """

    field: str
    kind: str
    ours: str = ""
    theirs: str = ""
    file: str = ""
    name: str = ""

    def to_dict(self) -> dict[str, str]:
        """As it is stored."""
        return {
            "field": self.field,
            "kind": self.kind,
            "ours": self.ours[:LONGEST],
            "theirs": self.theirs[:LONGEST],
            "file": self.file,
            "name": self.name[:LONGEST],
        }


def losses(sent: Mapping[str, Any], record: Mapping[str, Any]) -> list[Loss]:
    """What of *sent* the national *record* does not hold, in the order of the dataset's own page.

    :param sent: what left, in the words of data.gouv.fr: ``title``, ``description``, ``license``, ``frequency`` (ids),
        ``temporal_coverage`` (``start``, ``end``), ``tags``, ``territory`` (``label``, ``geometry``: whether an outline
        left), ``contact`` (an address), ``publisher`` (a name) and ``files``: ``id``, ``name``, ``url``, ``format``,
        ``size``, ``checksum`` (``type``, ``value``), ``schema`` (``name``, ``version``) each. What is absent or empty
        did not leave, and cannot be lost.
    :param record: the dataset as ``GET /api/1/datasets/<id>/`` gives it
    """
    sent, record = mapping(sent), mapping(record)
    return [*_texts(sent, record), *_codes(sent, record), *_lists(sent, record), *_files(sent, record)]


def _texts(sent: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[Loss]:
    ours, theirs = text(sent.get("title")), text(record.get("title"))
    if ours and " ".join(ours.split()) != " ".join(theirs.split()):
        yield Loss("title", CHANGED if theirs else GONE, ours, theirs)
    ours, theirs = text(sent.get("description")), text(record.get("description"))
    if kind := _description(ours, theirs):
        yield Loss("description", kind, ours, theirs)


def _description(ours: str, theirs: str) -> str:
    if not ours:
        return ""
    if not theirs:
        return GONE
    if _words(ours) != _words(theirs):
        return CHANGED
    return "flattened" if "\n" in ours and "\n" not in theirs and "<" not in theirs else ""


def _words(description: str) -> list[str]:
    """The words of a description, without the marks of Markdown or HTML."""
    plain = html.unescape(_TAG.sub(" ", _LINK.sub(r"\1", description)))
    return re.findall(r"\w+", _WEB.sub(" ", plain).casefold().replace("_", " "))


def _codes(sent: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[Loss]:
    for name in ("license", "frequency"):
        ours, theirs = text(sent.get(name)), text(record.get(name))
        if ours.lower() not in _UNSAID and ours != theirs:
            yield Loss(name, GONE if theirs.lower() in _UNSAID else CHANGED, ours, theirs)
    wanted, held = mapping(sent.get("temporal_coverage")), mapping(record.get("temporal_coverage"))
    ours, theirs = _period(wanted), _period(held)
    if ours and ours != theirs:
        yield Loss("period", CHANGED if theirs else GONE, ours, theirs)


def _period(coverage: Mapping[str, Any]) -> str:
    start, end = text(coverage.get("start"))[:10], text(coverage.get("end"))[:10]
    return f"{start}/{end}" if start or end else ""


def _lists(sent: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[Loss]:
    held = {folded(tag).replace("-", "") for tag in texts(record.get("tags"))}
    lost = [tag for tag in texts(sent.get("tags")) if folded(tag).replace("-", "") not in held]
    short = [tag for tag in lost if len(folded(tag)) < SHORTEST_TAG]
    cut = [tag for tag in lost if tag not in short]
    for kind, tags in (("short", short), (GONE, cut)):
        if tags:
            yield Loss("tags", kind, ", ".join(dict.fromkeys(tags)), ", ".join(texts(record.get("tags"))))
    territory, spatial = mapping(sent.get("territory")), mapping(record.get("spatial"))
    if text(territory.get("label")) and not spatial.get("geom") and not texts(spatial.get("zones")):
        kind = GONE if territory.get("geometry") else "without_outline"
        yield Loss("territory", kind, text(territory.get("label")))
    points = mappings(record.get("contact_points"))
    contact = text(sent.get("contact"))
    known = [text(point.get("email")) or text(point.get("contact_form")) for point in points]
    if contact and contact.lower() not in [address_.lower() for address_ in known]:
        yield Loss("contact", CHANGED if any(known) else GONE, contact, ", ".join(filter(None, known)))
    publisher = text(sent.get("publisher"))
    names = [text(point.get("name")) for point in points]
    owner = text(mapping(record.get("organization")).get("name"))
    if publisher and folded(publisher) not in {folded(name) for name in (*names, owner)}:
        yield Loss("publisher", GONE, publisher, owner)


def _files(sent: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[Loss]:
    ours, theirs = mappings(sent.get("files")), mappings(record.get("resources"))
    pairs, free = _paired(ours, theirs)
    for file, held in pairs:
        about = {"file": text(file.get("id")), "name": text(file.get("name")) or text(file.get("url"))}
        if held is None:
            yield Loss("file", GONE, text(file.get("url")), **about)
        else:
            yield from _file(file, held, about)
    hosts = {reading.host(file.get("url")) for file in ours} - {""}
    for held in free:
        # What somebody added there by hand is theirs; what was read from a portal and is not ours any more stays there.
        if mapping(held.get("harvest")) or reading.host(held.get("url")) in hosts:
            name = text(held.get("title")) or text(held.get("url"))
            yield Loss("file", EXTRA, "", text(held.get("url")), file=text(held.get("id")), name=name)


def _paired(
    ours: list[Mapping[str, Any]], theirs: list[Mapping[str, Any]]
) -> tuple[list[tuple[Mapping[str, Any], Mapping[str, Any] | None]], list[Mapping[str, Any]]]:
    """Each file of ours with the one that data.gouv.fr holds for it (by its address, else by the id that it was given
    there or here), and those that are left over there."""
    free = list(theirs)
    pairs: dict[int, Mapping[str, Any] | None] = {}

    def take(key_of_ours: Any, key_of_theirs: Any) -> None:
        for number_, file in enumerate(ours):
            key = key_of_ours(file)
            if pairs.get(number_) is None and key:
                held = next((held for held in free if key_of_theirs(held) == key), None)
                pairs[number_] = held
                if held is not None:
                    free[:] = [other for other in free if other is not held]

    take(lambda file: address(file.get("url")), lambda held: address(held.get("url")))
    take(lambda file: text(file.get("id")), lambda held: text(mapping(held.get("harvest")).get("remote_id")))
    take(lambda file: text(file.get("id")), lambda held: text(held.get("id")))
    return [(file, pairs.get(number_)) for number_, file in enumerate(ours)], free


def _file(file: Mapping[str, Any], held: Mapping[str, Any], about: dict[str, str]) -> Iterator[Loss]:
    ours, theirs = text(file.get("name")), text(held.get("title"))
    if ours and " ".join(ours.split()) != " ".join(theirs.split()):
        yield Loss("file_title", CHANGED if theirs else GONE, ours, theirs, **about)
    wanted, given = mapping(file.get("schema")), mapping(held.get("schema"))
    ours, theirs = _schema(wanted), _schema(given)
    if ours and ours != theirs:
        # An address that its catalogue does not know is kept as it is, and means nothing to those who search there.
        kind = CHANGED if text(given.get("name")) else ("unknown" if theirs else GONE)
        yield Loss("schema", kind, ours, theirs, **about)
    ours, theirs = _checksum(file.get("checksum")), _checksum(held.get("checksum"))
    if ours and ours != theirs:
        yield Loss("checksum", CHANGED if theirs else GONE, ours, theirs, **about)
    size, held_size = number(file.get("size")), number(held.get("filesize"))
    if size and size != held_size:
        yield Loss("size", CHANGED if held_size else GONE, str(size), str(held_size or ""), **about)
    ours, theirs = text(file.get("format")).lower(), text(held.get("format")).lower()
    if ours and ours != theirs:
        yield Loss("format", CHANGED if theirs else GONE, ours, theirs, **about)


def _schema(schema: Mapping[str, Any]) -> str:
    name, version = text(schema.get("name")), text(schema.get("version"))
    return " ".join(filter(None, (name, version))) or text(schema.get("url"))


def _checksum(checksum: Any) -> str:
    kind, value = text(mapping(checksum).get("type")).lower(), text(mapping(checksum).get("value")).lower()
    return f"{'sha256' if kind == 'sha2' else kind}:{value}" if value else ""
