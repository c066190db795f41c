"""Some rows of the file of a deposit as a file of its own, cut out in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from tempfile import NamedTemporaryFile
from typing import Any

from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage

from ckanext.odl import config, storage
from ckanext.odl.logic.deposit import keeping
from ckanext.odl.model import Deposit, DepositFile
from ckanext.odl.validation.guard import Stopped, in_child


@contextmanager
def copied(file: DepositFile) -> Iterator[str]:
    """The path of a copy of a file, for as long as it is needed.

    :raises ValidationError: the file is no longer kept
    """
    with NamedTemporaryFile(prefix="odl-") as copy:
        try:
            keeping.copy(file, copy)
        except storage.MissingFile:
            raise tk.ValidationError({"upload": [tk._("The file is no longer kept here. Send it again.")]}) from None
        yield copy.name


@contextmanager
def cut(
    path: str, deposit: Deposit, file: DepositFile, values: Sequence[str], *, others: bool = False, suffix: str = ""
) -> Iterator[FileStorage]:
    """The rows of some codes, or all *others*, as a file that a form would send.

    :param deposit: the one of *file*
    :param path: where the bytes of *file* are (:func:`copied`)
    :param values: codes of the column that its inspection found
    :param suffix: what its name gets before the ending
    :raises ValidationError: the file could not be read to its end, or no row is left
    """
    seen = file.inspection or {}
    options = {
        "column": (seen.get("owners") or {}).get("column"),
        "values": list(values),
        "name": file.name,
        "columns": seen.get("columns") or [],
        "sheet": deposit.resource.get("odl_sheet") or None,
        "others": others,
    }
    with NamedTemporaryFile(prefix="odl-") as output:
        try:
            found: dict[str, Any] = in_child(
                "ckanext.odl.deposit.splitting:part",
                path,
                options=options,
                seconds=config.answer_seconds(),
                memory=config.memory(),
                limits=config.limits(),
                outputs=[output],
            )
        except Stopped as stopped:
            raise tk.ValidationError({"column": [tk._("The file could not be read to its end.")]}) from stopped
        if not found["rows"]:
            raise tk.ValidationError({"column": [tk._("No row is left in this file.")]})
        output.seek(0)
        yield FileStorage(output, filename=f"{PurePath(file.name).stem}{suffix}.{found['format']}")
