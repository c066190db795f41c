"""The file of a deposit without the rows of the members who refuse to be in it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Context

from ckanext.odl.logic.deposit import access, bringing, covering, cutting, keeping
from ckanext.odl.model import Deposit, DepositFile, DepositState, FileKind


def leave_out(context: Context, deposit: Deposit, organization: model.Group) -> str:
    """Make the file of a deposit without the rows of those who refuse; returns the id of the deposit that has it.

    That of a deposit under way takes the place of its file, which is kept; for a published one a new deposit is made,
    to be read over and published like any other. Asked again, the same deposit is found.

    :raises ValidationError: nobody refuses, nothing would be left, or the published file is another one by now
    """
    file: Any = model.Session.get(DepositFile, deposit.file_id)
    values = _values(deposit, organization, file)
    is_published = deposit.state == DepositState.PUBLISHED.value
    if is_published:
        resource_id = str(deposit.resource_id)
        if covering.brought([resource_id]).get(resource_id) != deposit.id:
            sentence = tk._("Another file is online by now: bring it here again, then leave the rows out.")
            raise tk.ValidationError({"deposit": [sentence]})
    else:
        bringing.must_be_open(deposit)
    with cutting.copied(file) as path, cutting.cut(path, deposit, file, values, others=True) as upload:
        if is_published:
            return _replacement(context, deposit, organization, file, upload)
        id_ = deposit.id
        new = keeping.add(id_, FileKind.PART, keeping.read(upload), access.actor(context), made_from=file.id)
        bringing.new_file(deposit, new)
        return id_


def _values(deposit: Deposit, organization: model.Group, file: DepositFile) -> list[str]:
    refused = covering.refused_in(deposit.package_id)
    members = covering.members_in(organization, (file.inspection or {}).get("owners"))
    values = [value for id_, one in members.items() if id_ in refused for value in one.values]
    if not values:
        raise tk.ValidationError({"deposit": [tk._("No row of this file is of somebody who refuses.")]})
    return values


def _replacement(context: Context, deposit: Deposit, organization: model.Group, file: DepositFile, upload: Any) -> str:
    data = {"organization": organization.id, "resource_id": deposit.resource_id, "upload": upload}
    if deposit.schema_id:
        version = f"@{deposit.schema_version}" if deposit.schema_version else ""
        data["schema"] = f"{deposit.schema_id}{version}"
    file_id = file.id
    id_ = tk.get_action("odl_deposit_create")(tk.fresh_context(context), data)["id"]
    session, table = model.Session(), DepositFile.__table__
    is_new = (table.c.deposit_id == id_, table.c.kind == FileKind.ORIGINAL.value)
    session.execute(sa.update(table).where(*is_new).values(kind=FileKind.PART.value, made_from=file_id))
    session.commit()
    return id_
