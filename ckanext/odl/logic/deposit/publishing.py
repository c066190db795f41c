"""From a deposit to a dataset and its file, through CKAN's own actions and in the name of who publishes.

Each step leaves a trace before it is taken: the ids of the dataset and of the file are chosen and committed first. So a
death between two steps loses nothing, and doing it again makes no second dataset.
"""

from __future__ import annotations

import datetime as dt
import logging
from contextlib import closing
from tempfile import TemporaryFile
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Context
from werkzeug.datastructures import FileStorage

from ckanext.odl import storage
from ckanext.odl.deposit import privacy
from ckanext.odl.deposit.coverage import Coverage
from ckanext.odl.logic.deposit import blocking, covering, drafts, keeping, online, opening
from ckanext.odl.logic.deposit.access import Actor, actor
from ckanext.odl.logic.deposit.facts import Facts, gather
from ckanext.odl.model import Deposit, DepositEvent, DepositState, Place, PrivacyAnswer, StoredFile

log = logging.getLogger(__name__)

#: The mark of our own calls of CKAN's actions: what they bring was judged already.
PUBLISHING = "odl_publishing"
#: What a person has to say yes to, where it applies: problems that are left, rows that a replacement takes off line.
CONFIRMED = ("despite_problems", "replace_confirmed")


def publish(context: Context, deposit: Deposit, order: dict[str, Any]) -> dict[str, Any]:
    """Publish a deposit, inside :func:`~ckanext.odl.logic.deposit.access.alone_with`.

    :param order: the parameters of ``odl_deposit_publish``
    :returns: ``deposit``, ``package_id``, ``resource_id``, ``state``, ``reason``, ``private``
    :raises ValidationError: why not, by field (``deposit`` for what is about none); nothing was written
    """
    if deposit.state == DepositState.PUBLISHED.value:
        _open(context, deposit, order)
        return result(deposit)
    facts = gather(context, deposit, order["language"])
    if order.get("visibility") == "draft" and blocking.in_public(facts):
        _keep_in_preparation(deposit)
        return result(deposit)
    if order.get("approved_by"):
        Deposit.put(model.Session(), deposit.id, approved_by=order["approved_by"])
    refused = blocking.left(blocking.blockers(facts), order)
    if refused:
        model.Session.commit()
        if all(blocker["code"] == blocking.HELD for blocker in refused):
            wait(deposit, "report", actor(context), order)
            return result(deposit)
        raise tk.ValidationError(errors_of(refused))
    reason = blocking.reason_to_wait(facts, order)
    if reason:
        wait(deposit, reason, actor(context), order)
        return result(deposit)
    if deposit.place == Place.DATASET.value:
        return _carry_out(facts, order)
    return _alone_in_dataset(facts, order)


def _keep_in_preparation(deposit: Deposit) -> None:
    """A public dataset has no files that only its people see: there a draft stays a deposit."""
    draft = {"state": DepositState.DRAFT.value, "reason": "", "publish_on": None}
    Deposit.put(model.Session(), deposit.id, **draft, expires_at=keeping.after(keeping.DRAFT_DAYS))
    model.Session.commit()


def errors_of(blockers: list[dict[str, Any]]) -> dict[str, Any]:
    """Blockers as the errors of an action, by field."""
    found: dict[str, Any] = {}
    for blocker in blockers:
        found.setdefault(blocker["field"] or blocker["overcome"] or "deposit", []).append(blocker["message"])
    return found


def wait(deposit: Deposit, reason: str, by: Actor, order: dict[str, Any]) -> None:
    """Let a deposit wait, for as long as it takes; planned for a day, what was ordered is kept for that day."""
    is_planned = reason == blocking.SCHEDULED
    values = {
        "state": DepositState.WAITING.value,
        "reason": reason,
        "publish_on": dt.date.fromisoformat(order["publish_on"]) if is_planned else None,
    }
    if not is_planned and all(getattr(deposit, name) == value for name, value in values.items()):
        return
    Deposit.put(model.Session(), deposit.id, **values, expires_at=None)
    detail = {"reason": reason, "visibility": order.get("visibility")}
    if is_planned:
        detail |= {name: order.get(name) for name in ("publish_on", "approved_by", *CONFIRMED)}
    DepositEvent.add(model.Session(), deposit.id, "waiting", **by.columns(), **detail)
    model.Session.commit()


def result(deposit: Deposit) -> dict[str, Any]:
    """What became of a deposit, freshly read."""
    model.Session.refresh(deposit)
    package = model.Package.get(deposit.package_id) if deposit.package_id else None
    is_published = deposit.state == DepositState.PUBLISHED.value
    return {
        "deposit": deposit.id,
        "package_id": package.id if package else None,
        "resource_id": deposit.resource_id if is_published or deposit.place == Place.REPLACE.value else None,
        "state": deposit.state,
        "reason": deposit.reason or None,
        "private": bool(package.private) if package and is_published else None,
    }


def _alone_in_dataset(facts: Facts, order: dict[str, Any]) -> dict[str, Any]:
    """Publish while nobody else publishes into the same dataset: CKAN would lose one of two files of one moment.

    :raises ValidationError: (field ``place``) the file to replace was replaced at this very moment
    """
    deposit_id, package_id, resource_id = facts.deposit.id, facts.deposit.package_id, facts.deposit.resource_id
    present = _moment(resource_id) if facts.replaced else None
    model.Session.commit()
    with keeping.one_at_a_time(f"dataset {package_id}"):
        if present != (_moment(resource_id) if facts.replaced else None):
            log.info("Deposit %s: somebody else has just replaced file %s", deposit_id, resource_id)
            sentence = tk._(
                "Somebody else has just replaced this file. Look at what is online now, then publish again."
            )
            raise tk.ValidationError({"place": [sentence]})
        return _carry_out(facts, order)


def _moment(resource_id: str | None) -> Any:
    """When the bytes of a published file last changed."""
    r: Any = model.Resource
    return model.Session.scalar(sa.select(r.last_modified).where(r.id == resource_id))


def _carry_out(facts: Facts, order: dict[str, Any]) -> dict[str, Any]:
    deposit, by = facts.deposit, actor(facts.context)
    _may(facts)
    values, resource = blocking.package_values(facts), blocking.resource_values(facts)
    answers, columns = facts.answers, facts.seen.get("columns") or []
    if deposit.place == Place.DATASET.value:
        _create_package(facts, values)
    else:
        _bring_up_to_date(facts)
    into_place(facts, resource)
    if deposit.place == Place.DATASET.value and order.get("visibility") == "public":
        _call(facts.context, "package_patch", id=deposit.package_id, private=False)
    session = model.Session()
    sealed = privacy.sealed(answers, facts.signals, columns) if answers and columns else None
    if sealed:
        PrivacyAnswer.put(session, str(deposit.package_id), sealed["columns_key"], sealed, by.user_id)
    Deposit.put(
        session,
        deposit.id,
        state=DepositState.PUBLISHED.value,
        reason="",
        published_at=sa.func.clock_timestamp(),
        expires_at=None,
        **({"answers": sealed} if sealed else {}),
    )
    detail = {"place": deposit.place, "visibility": order.get("visibility"), "file_id": facts.file.id}
    if order.get("despite_problems") and facts.badge in ("invalid", "unreadable"):
        detail["despite_problems"] = True
    if order.get("replace_confirmed") and facts.loss:
        detail["replace_confirmed"] = True
    if deposit.approved_by:
        detail["approved_by"] = deposit.approved_by
    DepositEvent.add(session, deposit.id, "published", **by.columns(), **detail)
    session.commit()
    return result(deposit)


def into_place(facts: Facts, values: dict[str, Any]) -> None:
    """Give the file of a deposit to its dataset, with these fields; done again, it is done once."""
    if facts.deposit.place == Place.REPLACE.value:
        _replace(facts, values)
    else:
        _add(facts, values)
        _newest_first(facts)
    covering.name_members(facts.deposit, facts.organization, facts.seen.get("owners"))


def _may(facts: Facts) -> None:
    """Whether who publishes may do so there, asked of CKAN before anything is written.

    :raises NotAuthorized: the account lost its rights since, or the dataset is not this organization's
    """
    context, deposit = facts.context, facts.deposit
    if deposit.place == Place.DATASET.value:
        tk.check_access("package_create", tk.fresh_context(context), {"owner_org": facts.organization.id})
        return
    target = facts.target
    if target is None or target.get("owner_org") != facts.organization.id:
        raise tk.NotAuthorized(tk._("This dataset belongs to somebody else."))
    tk.check_access("package_update", tk.fresh_context(context), {"id": target["id"]})


def _call(context: Context, action: str, **data: Any) -> Any:
    """One of CKAN's actions, with the rights of who publishes."""
    inner: Any = tk.fresh_context(context)
    inner[PUBLISHING] = True
    return tk.get_action(action)(inner, data)


def _chosen(deposit: Deposit, column: str) -> str:
    """The id of what is about to be made, chosen once and committed before."""
    id_ = getattr(deposit, column)
    if not id_:
        id_ = str(uuid4())
        Deposit.put(model.Session(), deposit.id, **{column: id_})
        model.Session.commit()
        model.Session.refresh(deposit)
    return id_


def _create_package(facts: Facts, values: dict[str, Any]) -> None:
    """Make the dataset, seen by its own people only until its file is there."""
    id_ = _chosen(facts.deposit, "package_id")
    made = model.Package.get(id_)
    if made is not None:
        if made.state == model.State.DELETED:
            raise tk.ValidationError(
                {"place": [tk._("The dataset for this file is no longer there. Choose another one.")]}
            )
        return
    inner = tk.fresh_context(facts.context)
    inner["ignore_auth"] = True  # its rights were asked for above: CKAN lets sysadmins only choose an id
    tk.get_action("package_create")(
        inner, {**values, "id": id_, "owner_org": facts.organization.id, "private": True, "type": "dataset"}
    )


def _bring_up_to_date(facts: Facts) -> None:
    """Write into the dataset what a person changed of it, and let its period cover that of the new file."""
    proposed, target = facts.proposal["package"], facts.target or {}
    wanted = {name: value for name, value in facts.deposit.package.items() if value is not None}
    for name in ("temporal_start", "temporal_end"):
        if proposed.get(name) and target.get(name):
            wanted.setdefault(name, proposed[name])
    present = {**target, "tag_string": ", ".join(tag["name"] for tag in target.get("tags") or [])}
    changed = {name: value for name, value in wanted.items() if (present.get(name) or "") != (value or "")}
    if changed:
        _call(facts.context, "package_patch", id=facts.deposit.package_id, **changed)


def _add(facts: Facts, values: dict[str, Any]) -> None:
    id_ = _chosen(facts.deposit, "resource_id")
    if model.Resource.get(id_) is None:
        with closing(_upload(facts)) as upload:
            _call(
                facts.context,
                "resource_create",
                package_id=facts.deposit.package_id,
                id=id_,
                url=facts.file.name,
                upload=upload,
                **values,
            )


def _replace(facts: Facts, values: dict[str, Any]) -> None:
    """Give the published file its new bytes; it stays online until this very moment."""
    present = facts.replaced or {}
    stored = model.Session.get(StoredFile, present.get("id"))
    same = stored is not None and stored.sha256 == facts.file.sha256
    if same and all((present.get(name) or "") == value for name, value in values.items() if name != "format"):
        return
    kept = {
        key: value
        for key, value in present.items()
        if key not in ("last_modified", "format", "mimetype", "hash", "size", "odl_sheet")
    }
    with closing(_upload(facts)) as upload:
        data = {**kept, **values, "url": facts.file.name, "upload": upload}
        _call(facts.context, "resource_update", **data)


def _upload(facts: Facts) -> FileStorage:
    """The bytes of the deposit, as a form sends them.

    :raises ValidationError: they are no longer there
    """
    content: Any = TemporaryFile(prefix="odl-")  # noqa: SIM115 (closed by CKAN, or with the upload)
    try:
        keeping.copy(facts.file, content)
    except storage.MissingFile:
        content.close()
        raise tk.ValidationError({"upload": [tk._("The file is no longer kept here. Send it again.")]}) from None
    return FileStorage(content, filename=facts.file.name)


def _newest_first(facts: Facts) -> None:
    """In a series, the file of the latest period comes first: it is the one that people want."""
    if facts.deposit.place != Place.FILE.value:
        return
    package = _call(facts.context, "package_show", id=facts.deposit.package_id)
    resources = package["resources"]
    mine = next((one for one in resources if one["id"] == facts.deposit.resource_id), None)
    if mine is None or not mine.get("odl_schema"):
        return
    same = [one for one in resources if one.get("odl_schema") == mine["odl_schema"]]
    counts = online.counts([one["id"] for one in same])
    counts[mine["id"]] = facts.counts
    ends = {one["id"]: Coverage.of(counts.get(one["id"]), one.get("odl_period")).end for one in same}
    places = iter(sorted((id_ for id_, end in ends.items() if end), key=lambda id_: ends[id_], reverse=True))
    order = [next(places) if ends.get(one["id"]) else one["id"] for one in resources]
    if order != [one["id"] for one in resources]:
        _call(facts.context, "package_resource_reorder", id=package["id"], order=order)


def _open(context: Context, deposit: Deposit, order: dict[str, Any]) -> None:
    """Make the dataset public in which the file of a deposit lies as a draft; all of its files are asked about."""
    by = actor(context)
    if order.get("visibility") != "public" or by.link_id or not drafts.is_one(deposit):
        return
    facts = gather(context, deposit, order["language"])
    approved_by, session = order.get("approved_by"), model.Session()
    if approved_by:
        Deposit.put(session, deposit.id, approved_by=approved_by)
    refused = blocking.left(blocking.of_content(facts), {**order, "approved_by": approved_by or deposit.approved_by})
    session.commit()
    if refused:
        raise tk.ValidationError(errors_of(refused))
    session.expire_all()
    opening.refuse(context, [model.Package.get(deposit.package_id)])
    _call(context, "package_patch", id=deposit.package_id, private=False)
    detail = {"approved_by": approved_by} if approved_by else {}
    DepositEvent.add(session, deposit.id, "opened", **by.columns(), **detail)
    session.commit()
