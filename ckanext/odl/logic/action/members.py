"""Bring a list of members: read it, answer what it asks, create those that are missing."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict, Schema, Validator

from ckanext.odl import queue, territory
from ckanext.odl.intake import own_session
from ckanext.odl.language import language
from ckanext.odl.logic.campaign import importing
from ckanext.odl.logic.collectivite import atd_named
from ckanext.odl.model import ImportState, MemberImport


@tk.validator_args
def _import_schema(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, ignore: Validator
) -> Schema:
    return {
        "atd": [not_empty, unicode_safe],
        "upload": [ignore_missing],
        "department": [ignore_missing, unicode_safe],
        "__extras": [ignore],
    }


@tk.validate_action_data(_import_schema)
def odl_member_import(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Read a list of local authorities and say who each row is. Nothing is created before ``odl_member_import_run``.

    For the staff of the structure that supports them.

    :param atd: id or name of the structure
    :param upload: a CSV, Excel or LibreOffice file with an INSEE code, a SIREN or a name in each row, and an e-mail
    :param department: code of the département in which names are looked for first
    :returns: as ``odl_member_import_show``
    :raises ValidationError: on ``upload``, a file that is no such list; on ``department``, there is none of this code
    """
    atd = atd_named(data_dict["atd"])
    tk.check_access("odl_member_import", context, {"atd": atd.id})
    department = (data_dict.get("department") or "").strip().upper()
    if department and territory.department(department) is None:
        raise tk.ValidationError({"department": [tk._("There is no département of this number.")]})
    upload = data_dict.get("upload")
    try:
        found = importing.read(upload, language(), department)
    except importing.Refused as refusal:
        raise tk.ValidationError({"upload": [str(refusal)]}) from refusal
    by = model.User.get(context.get("user"))
    with own_session() as session:
        name = (getattr(upload, "filename", "") or "")[:200]
        values = {"file_name": name, "department": department, "created_by": by.id if by else ""}
        import_id = importing.keep(session, atd, found, language(), **values)
        session.commit()
        return _shown(session, import_id)


@tk.validator_args
def _show_schema(not_empty: Validator, unicode_safe: Validator, ignore: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "__extras": [ignore]}


@tk.side_effect_free
@tk.validate_action_data(_show_schema)
def odl_member_import_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Show a list of members that was brought: what was read, what became of each row.

    :param id: id of the list
    :returns: ``id``, ``atd`` (``id``, ``name``, ``title``), ``file_name``, ``department``, ``columns`` (role ->
        heading), ``unread`` (headings of the columns that are not read), ``state``
        (``read``, ``running``, ``done``), ``counts``, ``rows``: ``line``, ``text``, ``state`` (``new``, ``there``,
        ``elsewhere``, ``asked``, ``unknown``, ``twice``; once done ``created``, ``there``, ``elsewhere``, ``refused``),
        ``label``, ``why``, ``note``, ``choices``, ``body`` (the answer), ``email``, ``email_problem``, ``organization``
    """
    tk.check_access("odl_member_import_show", context, data_dict)
    with own_session() as session:
        return _shown(session, data_dict["id"])


@tk.validator_args
def _run_schema(not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, ignore: Validator) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "choices": [ignore_missing],
        "__extras": [ignore],
    }


@tk.validate_action_data(_run_schema)
def odl_member_import_run(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Create the local authorities of a list that are not on the portal yet, in the background, one row at a time.

    Those that are there stay as they are and are never moved from one structure to another. A row that cannot be
    carried out says why and stops no other. Run again, it takes up the rows that were answered since.

    :param id: id of the list
    :param choices: answers to the rows that ask: line -> one of its ``choices`` (empty: leave the row)
    :returns: as ``odl_member_import_show``
    :raises ValidationError: an answer that was not offered
    """
    tk.check_access("odl_member_import_run", context, data_dict)
    choices = data_dict.get("choices") or {}
    wrong = tk.ValidationError({"choices": [tk._("Choose one of the answers that are offered.")]})
    if not isinstance(choices, dict) or not all(str(line).isdecimal() for line in choices):
        raise wrong
    with own_session() as session:
        try:
            importing.choose(session, data_dict["id"], {int(line): str(body or "") for line, body in choices.items()})
        except KeyError as unknown:
            raise wrong from unknown
        importing.start(session, data_dict["id"])
        session.commit()
        queue.send()
        return _shown(session, data_dict["id"])


def _shown(session: Any, import_id: str) -> dict[str, Any]:
    order = session.get(MemberImport, import_id)
    atd = order and model.Group.get(order.atd_id)
    if not order or not atd:
        raise tk.ObjectNotFound(tk._("There is no such list."))
    model.Session.expire_all()
    rows = importing.rows_of(session, import_id)
    standing = importing.Standing(atd, rows)
    names = importing.names_below(atd)
    shown = [_in_words(importing.shown(row, standing, names)) for row in rows]
    columns = order.columns or {}
    left = sum(1 for row in shown if row["state"] in ("new", "there") and not row["done"])
    return {
        "id": order.id,
        "atd": {"id": atd.id, "name": atd.name, "title": atd.display_name},
        "file_name": order.file_name,
        "department": order.department,
        "columns": {role: heading for role, heading in columns.items() if role != importing.UNREAD},
        "unread": columns.get(importing.UNREAD) or [],
        "state": order.state,
        "created_at": order.created_at.isoformat(),
        "finished_at": order.finished_at.isoformat() if order.finished_at else None,
        "counts": {**importing.counts(shown), "left": left if order.state != ImportState.DONE.value else 0},
        "rows": shown,
    }


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    sentences = {
        "gone": tk._("The structure, or the account that brought the list, is no longer there."),
        "rights": tk._("Your account may no longer create members of this structure."),
        "fault": tk._("It could not be created for a reason that is ours. Run the list again; if that fails, tell us."),
    }
    why = sentences.get(row["why"], row["why"])
    if row["state"] == "elsewhere":
        why = tk._("It is on the portal already, but not among your members. Ask the portal’s team to attach it.")
    return {**row, "why": why}
