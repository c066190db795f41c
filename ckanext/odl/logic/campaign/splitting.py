"""A file that covers several members becomes one deposit for each, which its own people accept or refuse."""

from __future__ import annotations

from tempfile import NamedTemporaryFile
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Context
from werkzeug.datastructures import FileStorage

from ckanext.odl import config
from ckanext.odl.logic.deposit import access, keeping, publishing
from ckanext.odl.model import Deposit, DepositEvent, DepositFile, DepositState, FileKind
from ckanext.odl.validation.guard import Stopped, in_child

from .importing import present
from .link_deposits import ACCEPTANCE

#: Most deposits that one call makes; a longer file is split beforehand.
MOST_PARTS = 100
_FIELDS = {"insee": "odl_insee", "siren": "odl_siren", "siret": "odl_siren"}


def split(context: Context, deposit: Deposit, column: str) -> dict[str, Any]:
    """Make a deposit of the rows of each organization that the file names, waiting for its people to accept it.

    Run again, it makes those that are missing. The deposit that is split stays as it is.

    :param column: letter of the column that names them, as the inspection found it
    :returns: ``parts`` (``organization``, ``deposit``, ``rows``, ``values``) and ``left``: ``value``, ``rows``, ``why``
        (``unknown``: nobody here has this code; ``rights``: not for this account) of what went to nobody
    :raises ValidationError: no such column, too many members, or a file that can no longer be read
    """
    file = model.Session.get(DepositFile, deposit.file_id)
    owners = ((file.inspection if file else None) or {}).get("owners") or {}
    if file is None or owners.get("column") != column:
        raise tk.ValidationError({"column": [tk._("This column does not say whose each row is.")]})
    parts, left = _shares(context, owners)
    if len(parts) > MOST_PARTS:
        sentence = tk._("This file covers {n} members: split it in parts of {most} at most first.")
        raise tk.ValidationError({"column": [sentence.format(n=len(parts), most=MOST_PARTS)]})
    done = _present(deposit.id)
    made = []
    with NamedTemporaryFile(prefix="odl-") as copy:
        keeping.copy(file, copy)
        for organization, values in parts.values():
            id_, rows = done.get(organization.id), 0
            if id_ is None:
                id_, rows = _part(context, deposit, file, copy.name, column, organization, values)
            made.append({"organization": organization.name, "deposit": id_, "rows": rows, "values": values})
    return {"parts": made, "left": left}


def _shares(context: Context, owners: dict[str, Any]) -> tuple[dict[str, tuple[Any, list[str]]], list[dict[str, Any]]]:
    """Whose the values of the column are: organization -> its values; and those that are nobody's here."""
    is_siret = owners["kind"] == "siret"
    codes = {value: "".join(str(value).split())[: 9 if is_siret else None].upper() for value, _ in owners["values"]}
    known = present(codes.values(), _FIELDS[owners["kind"]])
    user = context.get("user")
    parts: dict[str, tuple[Any, list[str]]] = {}
    left = []
    for value, rows in owners["values"]:
        organization = known.get(codes[value])
        if organization is None:
            left.append({"value": value, "rows": rows, "why": "unknown"})
        elif not access.may_publish_for(user, organization.id):
            left.append({"value": value, "rows": rows, "why": "rights"})
        else:
            parts.setdefault(organization.id, (organization, []))[1].append(value)
    return parts, left


def _present(deposit_id: str) -> dict[str, str]:
    """The parts that were made before: organization -> deposit."""
    statement = sa.select(Deposit.organization_id, Deposit.id).where(
        Deposit.split_of == deposit_id, Deposit.state != DepositState.ABANDONED.value
    )
    return {row[0]: row[1] for row in model.Session.execute(statement)}


def _part(
    context: Context, deposit: Deposit, file: DepositFile, path: str, column: str, organization: Any, values: list[str]
) -> tuple[str, int]:
    with NamedTemporaryFile(prefix="odl-") as output:
        try:
            found = in_child(
                "ckanext.odl.deposit.splitting:part",
                path,
                options={"column": column, "values": values, "name": file.name},
                seconds=config.answer_seconds(),
                memory=config.memory(),
                limits=config.limits(),
                outputs=[output],
            )
        except Stopped as stopped:
            raise tk.ValidationError({"column": [tk._("The file could not be read to its end.")]}) from stopped
        output.seek(0)
        stem = file.name.rpartition(".")[0] or file.name
        upload = FileStorage(output, filename=f"{stem}-{organization.name}.{found['format']}")
        schema = f"{deposit.schema_id}@{deposit.schema_version}" if deposit.schema_version else deposit.schema_id
        data = {"organization": organization.id, "upload": upload, **({"schema": schema} if deposit.schema_id else {})}
        made = tk.get_action("odl_deposit_create")(tk.fresh_context(context), data)["id"]
    session = model.Session()
    Deposit.put(session, made, split_of=deposit.id, campaign_id=deposit.campaign_id)
    files = DepositFile.__table__
    statement = sa.update(files).where(files.c.deposit_id == made)
    session.execute(statement.values(kind=FileKind.PART.value, made_from=file.id))
    by = access.actor(context)
    DepositEvent.add(session, deposit.id, "split", **by.columns(), deposit=made, organization=organization.id)
    session.commit()
    with access.alone_with(made) as part:
        publishing.wait(part, ACCEPTANCE, by, {"visibility": "public"})
    return made, found["rows"]
