"""Mending the file of a deposit: what the portal can do, shown first; the outcome is a new file beside the old one."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any
from uuid import uuid4

from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import mending
from ckanext.odl.logic.deposit import keeping
from ckanext.odl.logic.deposit.access import actor
from ckanext.odl.logic.deposit.facts import Facts
from ckanext.odl.model import Deposit, DepositFile, FileKind
from ckanext.odl.validation.repair import told

_NOTHING: dict[str, Any] = {"repairs": [], "impossible": [], "header": [], "notes": []}


def proposals(facts: Facts) -> dict[str, Any]:
    """What can be mended in the current file, and what cannot, as its check found it; see
    :mod:`ckanext.odl.validation.repair`.

    :raises ValidationError: it could not be looked for within the limits
    """
    if facts.seen.get("repairs_stopped"):
        raise tk.ValidationError({"deposit": [_too_large()]})
    return told(facts.repairs, facts.language) if facts.repairs else dict(_NOTHING)


def repair(facts: Facts, chosen: dict[str, Any], format_: str) -> None:
    """Have a worker make the file with the chosen repairs; it then becomes the current one and is checked like any
    other. Asked for while one is being made, nothing more is done.

    :param chosen: by id of the repair: true, or the value of its choice
    :param format_: ``csv`` or ``xlsx``
    :raises ValidationError: nothing was chosen that changes anything
    """
    if facts.is_repairing:
        return
    offered = proposals(facts)
    ids = {one["id"] for one in offered["repairs"]}
    ids |= {one["offer"]["id"] for one in offered["impossible"] if one["offer"]}
    if not ids & {id_ for id_, value in chosen.items() if value}:
        raise tk.ValidationError({"chosen": [stopped_words(mending.NOTHING)]})
    by, id_ = actor(facts.context), str(uuid4())
    DepositFile.add(
        model.Session(),
        id=id_,
        deposit_id=facts.deposit.id,
        kind=FileKind.REPAIRED.value,
        name=f"{PurePath(facts.file.name).stem}.{format_}",
        sha256=mending.UNMADE,
        size=facts.file.size,
        created_by=by.user_id,
        made_from=facts.file.id,
        changes={"asked": {**_known(facts), "chosen": chosen, "format": format_}, "by": by.columns()},
    )
    Deposit.put(model.Session(), facts.deposit.id)  # somebody is at it
    model.Session.flush()
    file: Any = model.Session.get(DepositFile, id_)
    keeping.ask(facts.deposit, file)
    keeping.settle()


def _known(facts: Facts) -> dict[str, Any]:
    """What the check was told of the file, so that both speak of the same repairs."""
    schema_id, version = facts.schema
    return {
        "schema": f"{schema_id}@{version}" if schema_id else None,
        "name": facts.file.name,
        "owner_siren": facts.owner.get("odl_siren") or None,
        "owner_siret": facts.owner.get("odl_siret") or None,
        "period": facts.deposit.resource.get("odl_period") or None,
        "sheet": facts.deposit.resource.get("odl_sheet") or None,
    }


def stopped_words(code: str) -> str:
    """Why a repair was not made, for those who asked for it; empty where nothing needs to be said."""
    if code == mending.NOTHING:
        return tk._("These repairs change nothing in the file. Choose at least one.")
    if code == mending.GONE:
        return tk._("The file is no longer kept here. Send it again.")
    return _too_large() if code and code != mending.LATE else ""


def _too_large() -> str:
    return tk._(
        "This file is too large or too odd to be repaired here: nothing in it was changed. Correct it on your computer."
    )
