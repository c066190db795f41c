"""A workbook with several sheets: which one is read, and whether the others are published with it."""

from __future__ import annotations

import hashlib
import os
import re
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO, Any

from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Context

from ckanext.odl import config, storage
from ckanext.odl.logic.deposit import bringing, keeping
from ckanext.odl.logic.deposit.access import actor
from ckanext.odl.logic.deposit.facts import SHEETS, Facts, gather
from ckanext.odl.model import Deposit, DepositEvent, DepositFile, DepositState, FileKind
from ckanext.odl.validation.guard import Stopped, in_child

_CHUNK = 1 << 20
#: Of the name of a sheet, what the name of a file keeps: so many letters, without what stands for something there.
_LONGEST = 60
_OF_PATHS = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
_LONE = "ckanext.odl.deposit.sheets:lone_sheet"
#: What is published of a workbook: one sheet, as a file of its own, or all of it.
ONE, ALL = "one", "all"


def choose(context: Context, deposit: Deposit, sheet: str, kept: str, language: str) -> None:
    """Read another sheet, or say what of the workbook is published, inside ``alone_with``.

    :param sheet: the name of the sheet to read; "" for the one that is read
    :param kept: :data:`ONE`: the portal makes a file with this sheet alone, and the workbook stays in the deposit;
        :data:`ALL`: the workbook as it came; "": nothing is said of that
    :raises ValidationError: on ``sheet`` or ``sheets``: there is no such sheet, no sheet at all
    """
    bringing.must_be_open(deposit)
    is_back = _back_to_the_workbook(deposit)
    facts = gather(context, deposit, language)
    file = (facts.report or {}).get("file") or {}
    if facts.is_read and not file.get("sheets"):
        raise tk.ValidationError({"sheet": [tk._("This file has no sheets: it is read as it is.")]})
    names = [one["name"] for one in file.get("sheets") or ()]
    if sheet and names and sheet not in names:
        known = ", ".join(tk._("“{name}”").format(name=name) for name in names)
        sentence = tk._("There is no sheet “{name}” with data in this workbook. It has: {names}.")
        raise tk.ValidationError({"sheet": [sentence.format(name=sheet[:100], names=known)]})
    wanted = sheet or file.get("sheet") or ""
    if kept == ONE:
        _alone(facts, wanted)
        return
    session, by = model.Session(), actor(context).columns()
    if sheet and sheet != deposit.resource.get("odl_sheet"):
        Deposit.put(session, deposit.id, resource={**deposit.resource, "odl_sheet": sheet})
        DepositEvent.add(session, deposit.id, "updated", **by, fields=["sheet"], sheet=sheet)
    if kept == ALL:
        DepositEvent.add(session, deposit.id, SHEETS, **by, file_id=facts.file.id, sheet=wanted, kept=ALL)
    bringing.ask(deposit.id, again=is_back)  # the model may have been recognised in the one sheet only


def _back_to_the_workbook(deposit: Deposit) -> bool:
    """Take up the workbook again from which the current file was taken; False when it is the current one.

    Its check is asked for by the caller, once it is known which sheet is to be read.
    """
    file: Any = model.Session.get(DepositFile, deposit.file_id)
    if file is None or file.kind != FileKind.SHEET.value or not file.made_from:
        return False
    Deposit.put(model.Session(), deposit.id, file_id=file.made_from, state=DepositState.DRAFT.value, reason="")
    model.Session.flush()
    model.Session.refresh(deposit)
    return True


def _alone(facts: Facts, sheet: str) -> None:
    """Make the file of one sheet; it becomes the current one and is checked like any other."""
    content: Any = TemporaryFile(prefix="odl-")  # noqa: SIM115 (the storage closes it)
    made = _in_its_child(facts, {"sheet": sheet, "name": facts.file.name}, [content])
    if made["rows"] is None:
        raise tk.ValidationError({"sheet": [tk._("There is no such sheet in this workbook.")]})
    deposit = facts.deposit
    stem = facts.file.name.rpartition(".")[0] or facts.file.name
    rest = {name: value for name, value in deposit.resource.items() if name != "odl_sheet"}
    Deposit.put(model.Session(), deposit.id, resource=rest)
    brought = _brought(f"{stem} – {_OF_PATHS.sub(' ', sheet)[:_LONGEST].strip()}.xlsx", content)
    by = actor(facts.context)
    id_ = keeping.add(deposit.id, FileKind.SHEET, brought, by, made_from=facts.file.id)
    DepositEvent.add(model.Session(), deposit.id, SHEETS, **by.columns(), file_id=id_, sheet=sheet, kept=ONE)
    bringing.new_file(deposit, id_)


def _brought(name: str, content: IO[bytes]) -> keeping.Brought:
    """A file that the portal made, as one that was sent."""
    digest = hashlib.sha256()
    content.seek(0)
    while block := content.read(_CHUNK):
        digest.update(block)
    size = content.seek(0, os.SEEK_END)
    content.seek(0)
    return keeping.Brought(name, content, digest.hexdigest(), size)


def _in_its_child(facts: Facts, options: dict[str, Any], outputs: list[IO[bytes]]) -> Any:
    """Take a sheet out of the current file of a deposit, see :func:`ckanext.odl.validation.guard.in_child`.

    :raises ValidationError: the file is gone, or the limits
    """
    with NamedTemporaryFile(prefix="odl-") as copy:
        try:
            keeping.copy(facts.file, copy)
        except storage.MissingFile:
            raise tk.ValidationError({"upload": [tk._("The file is no longer kept here. Send it again.")]}) from None
        try:
            return in_child(
                _LONE,
                copy.name,
                options=options,
                seconds=config.answer_seconds(),
                memory=config.memory(),
                limits=config.limits(),
                outputs=outputs,
            )
        except Stopped:
            sentence = tk._("This file is too large or too odd for that to be done here. Do it on your computer.")
            raise tk.ValidationError({"deposit": [sentence]}) from None
