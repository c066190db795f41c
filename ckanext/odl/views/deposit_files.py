"""The bytes of a deposit on their way out, and the choice among its repairs."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ckan import model
from ckan.plugins import toolkit as tk
from flask import Response

from ckanext.odl.language import language
from ckanext.odl.logic.deposit import keeping
from ckanext.odl.model import DepositFile
from ckanext.odl.validation.repair import changes_told

_BLOCK = 1 << 16
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def stream(file: Mapping[str, Any], *, changes: bool) -> Response:
    """The bytes of a file that the person may see, or the list of its changes.

    :raises storage.MissingFile: they were taken away
    """
    row: Any = model.Session.get(DepositFile, file["id"])
    blocks = keeping.stream_changes(row) if changes else keeping.stream(row)
    first = next(blocks, b"")  # what is missing is known before the answer begins
    if not changes:
        return as_attachment(_joined(first, blocks), file["name"], "application/octet-stream")
    name = tk._("changes-{file}").format(file=file["name"].rpartition(".")[0] or file["name"])
    return as_attachment(_in_words(_joined(first, blocks), language()), f"{name}.csv", "text/csv; charset=utf-8")


def _in_words(blocks: Iterator[bytes], language_: str) -> Iterator[bytes]:
    """The list of changes, kept without a language, in that of its reader (who is gone when it is written)."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    lines = _lines(decoder.decode(block) for block in blocks)
    written = io.StringIO(newline="")
    table = csv.writer(written, delimiter=";")
    yield codecs.BOM_UTF8
    for change in changes_told(csv.reader(lines, delimiter=";"), language_):
        table.writerow(change)
        if written.tell() >= _BLOCK:
            yield written.getvalue().encode()
            written.seek(0)
            written.truncate()
    yield written.getvalue().encode()


def _lines(texts: Iterable[str]) -> Iterator[str]:
    rest = ""
    for text in texts:
        *whole, rest = (rest + text).split("\n")
        yield from (f"{line}\n" for line in whole)
    if rest:
        yield rest


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def as_attachment(blocks: Iterable[bytes], name: str, type_: str) -> Response:
    """Bytes of people as a download and nothing else: nothing in them can act in the reader's browser."""
    answer = Response(blocks, content_type=type_)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    tk.request.environ["__no_cache__"] = True
    return answer


# -- repairs


def chosen(offered: Mapping[str, Any]) -> dict[str, Any]:
    """The repairs that the form asks for, as ``odl_deposit_repair`` takes them; only those that are offered."""
    form = tk.request.form
    found: dict[str, Any] = {}
    for repair in offered["repairs"]:
        sent = form.get(repair["id"], "")
        values = [choice["value"] for choice in repair.get("choices") or ()]
        if sent and (not values or sent in values):
            found[repair["id"]] = sent if values else True
    for item in offered["impossible"]:
        offer = item.get("offer")
        if offer and form.get(offer_id(item)) == str(offer["value"]):
            found[offer_id(item)] = offer["value"]
    return found


def offer_id(item: Mapping[str, Any]) -> str:
    """The name of an offer in the form and among the repairs that are chosen."""
    return item["offer"]["id"]


def told(offered: Mapping[str, Any], sent: Mapping[str, str] | None) -> dict[str, Any]:
    """The repairs as the page shows them, with what is ticked: as sent, else as proposed.

    :param sent: the form, None when the page is opened
    """
    repairs = []
    for number, repair in enumerate(offered["repairs"], 1):
        ticked = repair["chosen_by_default"]
        if sent is not None:
            ticked = sent.get(repair["id"], "")
        elif repair.get("choices"):
            ticked = repair["chosen_by_default"] if isinstance(repair["chosen_by_default"], str) else ""
        repairs.append({**repair, "key": f"r{number}", "chosen": ticked})
    impossible = [
        {**item, "offer_id": offer_id(item), "chosen": bool(sent and sent.get(offer_id(item)))}
        if item.get("offer")
        else {**item}
        for item in offered["impossible"]
    ]
    notes = offered.get("notes") or []
    return {
        "repairs": repairs,
        "impossible": impossible,
        "notes": notes,
        "total": sum(repair["count"] for repair in repairs if repair["field"]),
    }
