"""Where a collectivité is strict, what CKAN's own calls and forms bring to a public dataset is checked first.

The file is kept as a deposit and its check waited for, as long as an answer may take. A good one goes on as if nothing
had been: the call is carried out. Else the call is refused, and says which deposit holds the file with its report; what
is published stays. One whose check does not end in time goes on by itself when its report comes good
(:mod:`~ckanext.odl.logic.deposit.due`).

Held back are files with a model: without one there is nothing to follow. The same bytes as those that are published are
no new file. A call with several files is carried out as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Action, Context, DataDict

from ckanext.odl.intake import declared, own_session
from ckanext.odl.logic.deposit import holding, opening
from ckanext.odl.logic.deposit.access import actor
from ckanext.odl.logic.deposit.publishing import PUBLISHING


def resource(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """``resource_create`` and ``resource_update``.

    :raises ValidationError: on ``upload``; :data:`.gate.ANSWER` tells of the deposit that holds the file
    """
    id_ = data_dict.get("id")
    replaced = model.Resource.get(id_) if isinstance(id_, str) and id_ else None
    package = replaced.package if replaced else opening.package_of(data_dict.get("package_id"))
    if context.get(PUBLISHING) or not (opening.brings(data_dict) and opening.is_public(package)):
        return next_action(context, data_dict)
    if not opening.is_strict(package):
        return _carry_out(next_action, context, data_dict, ())  # which asks no second time in package_update
    if replaced:
        tk.check_access("resource_update", tk.fresh_context(context), {"id": replaced.id})
    else:
        tk.check_access("resource_create", tk.fresh_context(context), {"package_id": package.id})
    incoming = _incoming(data_dict, replaced, 0)
    held = holding.hold(context, package, [incoming] if incoming else [], lambda errors: errors[0])
    return _carry_out(next_action, context, data_dict, held)


def package(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """``package_update``, and all that ends there: the same for each new file, and for a dataset that becomes public.

    :raises ValidationError: on ``resources``, in the order of the files; or on ``private``
    """
    present = opening.package_of(data_dict.get("id") or data_dict.get("name"))
    if context.get(PUBLISHING) or not _will_be_public(present, data_dict):
        return next_action(context, data_dict)
    given: Any = data_dict.get("resources")
    brought = [(n, one) for n, one in enumerate(given if isinstance(given, list) else []) if opening.brings(one)]
    opens = not opening.is_public(present)
    if not (brought or opens):
        return next_action(context, data_dict)
    if opens:
        tk.check_access("package_update", tk.fresh_context(context), {"id": present.id})
        opening.refuse(context, [present], data_dict)
    if not brought or not opening.is_strict(present, data_dict):  # the last one asks the database
        return next_action(context, data_dict)
    tk.check_access("package_update", tk.fresh_context(context), {"id": present.id})
    stored = {one.id: one for one in present.resources}
    incoming = [_incoming(one, stored.get(one.get("id")), n) for n, one in brought]

    def errors(found: dict[int, Any]) -> dict[str, Any]:
        return {"resources": [found.get(n, {}) for n in range(len(given))]}

    held = holding.hold(context, present, [one for one in incoming if one], errors)
    return _carry_out(next_action, context, data_dict, held)


def _will_be_public(package: Any, data_dict: DataDict) -> bool:
    if package is None or package.type != "dataset":
        return False
    private = str(data_dict.get("private", package.private)).strip().lower() in ("true", "1", "yes", "on")
    return not private and (data_dict.get("state") or package.state) == model.State.ACTIVE


def _incoming(given: dict[str, Any], replaced: Any, position: int) -> holding.Incoming | None:
    """The file to hold back, None when it has no model. A call that says nothing of it keeps that of the file."""
    if replaced is not None and "odl_schema" not in given:
        extras = replaced.extras or {}
        given.update({k: extras[k] for k in ("odl_schema", "odl_schema_version") if extras.get(k)})
    return holding.Incoming(given, replaced, position) if declared(given).schema_id else None


def _carry_out(next_action: Action, context: Context, data_dict: DataDict, held: Sequence[holding.Held]) -> Any:
    """Do what the call asks for, with files that were found good or need not be."""
    marked: Any = context
    marked[PUBLISHING] = True
    try:
        result = next_action(context, data_dict)
    except Exception:
        holding.remove([one.deposit_id for one in held if one.is_new])
        raise
    finally:
        marked.pop(PUBLISHING, None)
    if not held:
        return result
    holding.remove([one.deposit_id for one in held if one.is_new])
    with own_session() as session:
        for one in held:
            if not one.is_new:
                holding.published(session, one.deposit_id, actor(context))
        session.commit()
    return result
