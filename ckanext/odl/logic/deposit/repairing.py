"""Mending the file of a deposit: what the portal can do, shown first; the outcome is a new file beside the old one."""

from __future__ import annotations

import hashlib
import os
from pathlib import PurePath
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO, Any

from ckan.plugins import toolkit as tk

from ckanext.odl import config, storage
from ckanext.odl.logic.deposit import bringing, keeping
from ckanext.odl.logic.deposit.access import actor
from ckanext.odl.logic.deposit.facts import Facts
from ckanext.odl.model import FileKind
from ckanext.odl.validation.guard import Stopped, in_child

_PROPOSALS = "ckanext.odl.validation.repair:proposals"
_REPAIR = "ckanext.odl.validation.repair:repair"
_CHUNK = 1 << 20


def proposals(facts: Facts) -> dict[str, Any]:
    """What can be mended in the current file, and what cannot; see :mod:`ckanext.odl.validation.repair`.

    :raises ValidationError: the file is gone, or cannot be looked at within the limits
    """
    options = {**_known(facts), "owner_insee": facts.owner.get("odl_insee") or None}
    return in_its_child(facts, _PROPOSALS, options)


def repair(facts: Facts, chosen: dict[str, Any], format_: str) -> None:
    """Make the file with the chosen repairs; it becomes the current one and is checked like any other.

    :param chosen: by id of the repair: true, or the value of its choice
    :param format_: ``csv`` or ``xlsx``
    :raises ValidationError: nothing was chosen that changes anything, or the limits
    """
    mended: Any = TemporaryFile(prefix="odl-")  # noqa: SIM115 (the storage closes both)
    changes: Any = TemporaryFile(prefix="odl-")  # noqa: SIM115 (likewise)
    options = {**_known(facts), "chosen": chosen, "format": format_}
    summary = in_its_child(facts, _REPAIR, options, [mended, changes])
    if not summary["changes"]:
        raise tk.ValidationError({"chosen": [tk._("These repairs change nothing in the file. Choose at least one.")]})
    file = brought(f"{PurePath(facts.file.name).stem}.{format_}", mended)
    changes.seek(0)
    id_ = keeping.add(
        facts.deposit.id,
        FileKind.REPAIRED,
        file,
        actor(facts.context),
        made_from=facts.file.id,
        changes=summary,
        beside=changes,
    )
    bringing.new_file(facts.deposit, id_)


def _known(facts: Facts) -> dict[str, Any]:
    """What both are told of the file, so that they speak of the same repairs."""
    schema_id, version = facts.schema
    return {
        "schema": f"{schema_id}@{version}" if schema_id else None,
        "language": facts.language,
        "name": facts.file.name,
        "owner_siren": facts.owner.get("odl_siren") or None,
        "owner_siret": facts.owner.get("odl_siret") or None,
        "period": facts.deposit.resource.get("odl_period") or None,
        "sheet": facts.deposit.resource.get("odl_sheet") or None,
    }


def brought(name: str, content: IO[bytes]) -> keeping.Brought:
    """A file that the portal made, as one that was sent."""
    digest = hashlib.sha256()
    content.seek(0)
    while block := content.read(_CHUNK):
        digest.update(block)
    size = content.seek(0, os.SEEK_END)
    content.seek(0)
    return keeping.Brought(name, content, digest.hexdigest(), size)


def in_its_child(facts: Facts, function: str, options: dict[str, Any], outputs: list[IO[bytes]] | None = None) -> Any:
    """Call a function of ours on the current file of a deposit, see :func:`ckanext.odl.validation.guard.in_child`.

    :raises ValidationError: the file is gone, or the limits
    """
    with NamedTemporaryFile(prefix="odl-") as copy:
        try:
            keeping.copy(facts.file, copy)
        except storage.MissingFile:
            raise tk.ValidationError({"upload": [tk._("The file is no longer kept here. Send it again.")]}) from None
        try:
            return in_child(
                function,
                copy.name,
                options=options,
                seconds=config.answer_seconds(),
                memory=config.memory(),
                limits=config.limits(),
                outputs=outputs or (),
            )
        except Stopped:
            sentence = tk._("This file is too large or too odd for that to be done here. Do it on your computer.")
            raise tk.ValidationError({"deposit": [sentence]}) from None
