"""A file of several members that is published as one: whom it names, who refuses, what is left to do then.

A structure publishes the file in a dataset of its own; each of its members of whom the file holds rows is named with
it. A member may refuse: its name goes at once, its rows stay until the structure brings the file without them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from ckan import authz, model
from ckan.types import Context

from ckanext.odl.deposit.owners import body_of
from ckanext.odl.logic import collectivite
from ckanext.odl.logic.deposit import access
from ckanext.odl.logic.path.acting import names_of
from ckanext.odl.logic.state import iso
from ckanext.odl.model import Covered, CoverState, Deposit, DepositEvent, DepositFile, DepositState, StoredFile
from ckanext.odl.model.validation import change, clock

_TABLE = Covered.__table__
_FIELDS = {"insee": "odl_insee", "siren": "odl_siren", "siret": "odl_siren"}
_REFUSED = CoverState.REFUSED.value


# -- whose the rows of a file are


@dataclass
class Rows:
    """What of a file is one organization's."""

    organization: Any
    values: list[str] = field(default_factory=list)
    count: int = 0


def organizations_of(owners: dict[str, Any]) -> dict[str, Any]:
    """The organizations of this portal that the codes of a column name: code -> organization (one query).

    :param owners: as the inspection of the file gives them
    """
    codes = {value: body_of("".join(str(value).split()).upper()) for value, _rows in owners["values"]}
    known = collectivite.holding(codes.values(), _FIELDS[owners["kind"]])
    return {value: known[code] for value, code in codes.items() if code in known}


def members_in(organization: model.Group, owners: dict[str, Any] | None) -> dict[str, Rows]:
    """The members of *organization* of whom a file holds rows, by id, in the order of their names."""
    if not owners:
        return {}
    below, found = collectivite.descendants(organization), organizations_of(owners)
    members: dict[str, Rows] = {}
    for value, rows in owners["values"]:
        member = found.get(value)
        if member is not None and member.id in below:
            one = members.setdefault(member.id, Rows(member))
            one.values.append(value)
            one.count += rows
    return dict(sorted(members.items(), key=lambda item: item[1].organization.display_name.casefold()))


def may_name(organization: model.Group) -> bool:
    """Whether an organization has members whom a file of its own may name."""
    return collectivite.is_atd(organization) or bool(collectivite.children(organization))


def is_covering(deposit: Deposit) -> bool:
    """Whether the members are named with the file: somebody said so, or the dataset that it is for names some."""
    if deposit.covers:
        return True
    if not deposit.package_id:
        return False
    known = sa.select(sa.exists().where(_TABLE.c.package_id == deposit.package_id))
    return bool(model.Session.scalar(known))


def of_deposit(deposit: Deposit, organization: model.Group, owners: dict[str, Any] | None) -> dict[str, Any] | None:
    """Whom the file of a deposit names, or named when it was published; None when it is not of that kind.

    :returns: ``count`` of those who are named, ``members``: ``id``, ``name``, ``title``, ``rows``, ``state`` each, and
        ``refused_rows``: rows of those who refuse, which can be left out
    """
    if not is_covering(deposit):
        return None
    refused = refused_in(deposit.package_id)
    members = [
        {**_words(one.organization), "rows": one.count, "state": _REFUSED if id_ in refused else CoverState.NAMED.value}
        for id_, one in members_in(organization, owners).items()
    ]
    rows = sum(one["rows"] for one in members if one["state"] == _REFUSED)
    count = sum(1 for one in members if one["state"] != _REFUSED)
    return {"count": count, "members": members, "refused_rows": rows}


def _words(group: Any) -> dict[str, str]:
    return {"id": group.id, "name": group.name, "title": group.title or group.name}


def refused_in(package_id: str | None) -> set[str]:
    """The ids of those who refuse to be in a dataset."""
    wanted = (_TABLE.c.package_id == package_id, _TABLE.c.state == _REFUSED)
    return set(model.Session.scalars(sa.select(_TABLE.c.organization_id).where(*wanted))) if package_id else set()


def name_members(deposit: Deposit, organization: model.Group, owners: dict[str, Any] | None) -> None:
    """Write down whom the file that was just put into place speaks of; the caller commits."""
    model.Session.refresh(deposit)
    if not deposit.package_id or not deposit.resource_id or not is_covering(deposit):
        return
    rows = {id_: one.count for id_, one in members_in(organization, owners).items()}
    Covered.put(model.Session(), deposit.package_id, deposit.resource_id, rows)


# -- what is said of it


def _online() -> Any:
    """The rows of each member, file by file, in the files that are there."""
    each = sa.func.jsonb_each_text(_TABLE.c.files).table_valued("key", "value").alias("each")
    r: Any = model.Resource
    group: Any = model.Group
    joined = (
        sa.join(_TABLE, each, sa.true())
        .join(r.__table__, sa.and_(r.id == each.c.key, r.package_id == _TABLE.c.package_id))
        .join(group.__table__, group.id == _TABLE.c.organization_id)
    )
    there = (r.state == model.State.ACTIVE, group.state == model.State.ACTIVE)
    return each, joined, there


def of_dataset(package_id: str, *, with_refusals: bool = False) -> dict[str, Any]:
    """Whom a dataset names, in the order of their names; with what those who refuse said, for those who keep it.

    :returns: ``package_id``, ``count``, ``results``: ``id``, ``name``, ``title``, ``rows`` each, and ``refusals`` (see
        :func:`refusals`)
    """
    each, joined, there = _online()
    group: Any = model.Group
    statement = (
        sa.select(group.id, group.name, group.title, sa.func.sum(sa.cast(each.c.value, sa.Integer)).label("rows"))
        .select_from(joined)
        .where(_TABLE.c.package_id == package_id, _TABLE.c.state == CoverState.NAMED.value, *there)
        .group_by(group.id, group.name, group.title)
    )
    named = [{**_words(row), "rows": row.rows} for row in model.Session.execute(statement)]
    named.sort(key=lambda one: one["title"].casefold())
    return {
        "package_id": package_id,
        "count": len(named),
        "results": named,
        "refusals": refusals(_TABLE.c.package_id == package_id) if with_refusals else [],
    }


_ANY_REFUSAL = sa.select(sa.exists().where(_TABLE.c.state == _REFUSED))


def refusals(condition: Any) -> list[dict[str, Any]]:
    """Those who refuse although rows of theirs are online, file by file, the last first.

    :returns: ``package`` and ``organization`` (``id``, ``name``, ``title``), ``resource`` (``id``, ``name``), ``rows``,
        ``why``, ``at``, ``by``, ``for_them``, and ``deposit``: id of the one that brought the file, None when it was
        replaced otherwise since
    """
    each, joined, there = _online()
    group: Any = model.Group
    r: Any = model.Resource
    p: Any = model.Package
    rows = model.Session.execute(
        sa.select(
            *(_TABLE.c[name] for name in ("package_id", "answered_at", "answered_by", "for_them", "why")),
            p.name.label("dataset"),
            p.title.label("dataset_title"),
            *(group.id, group.name, group.title),
            r.id.label("resource_id"),
            sa.func.coalesce(sa.func.nullif(r.name, ""), r.url).label("file"),
            sa.cast(each.c.value, sa.Integer).label("rows"),
        )
        .select_from(joined.join(p.__table__, p.id == _TABLE.c.package_id))
        .where(condition, _TABLE.c.state == _REFUSED, p.state != model.State.DELETED, *there)
        .order_by(_TABLE.c.answered_at.desc(), group.name, r.position)
    ).all()
    people = names_of((row.answered_by for row in rows), ())
    deposits = brought([row.resource_id for row in rows])
    return [
        {
            "package": {"id": row.package_id, "name": row.dataset, "title": row.dataset_title or row.dataset},
            "organization": _words(row),
            "resource": {"id": row.resource_id, "name": row.file},
            "rows": row.rows,
            "why": row.why,
            "at": iso(row.answered_at),
            "by": people.get(row.answered_by or ""),
            "for_them": row.for_them,
            "deposit": deposits.get(row.resource_id),
        }
        for row in rows
    ]


def brought(resource_ids: list[str]) -> dict[str, str]:
    """The deposits whose bytes are those of these files, by file."""
    if not resource_ids:
        return {}
    deposit, file, stored = Deposit.__table__, DepositFile.__table__, StoredFile.__table__
    rows = model.Session.execute(
        sa.select(deposit.c.resource_id, deposit.c.id)
        .join(file, file.c.id == deposit.c.file_id)
        .join(stored, sa.and_(stored.c.resource_id == deposit.c.resource_id, stored.c.sha256 == file.c.sha256))
        .where(
            deposit.c.resource_id.in_(resource_ids),
            deposit.c.state == DepositState.PUBLISHED.value,
            file.c.discarded_at.is_(None),
        )
        .order_by(deposit.c.published_at)
    )
    return {row.resource_id: row.id for row in rows}


def published_for(organization_id: str) -> list[dict[str, Any]]:
    """The public datasets of others that speak of an organization, the latest first.

    :returns: ``package`` and ``publisher`` (``id``, ``name``, ``title``), ``rows`` that are online, ``state``
        (``named`` or ``refused``), ``named_at``, ``answered_at``, ``by``, ``for_them``, ``why``
    """
    group: Any = model.Group
    p: Any = model.Package
    each, joined, there = _online()
    sums = (
        sa.select(_TABLE.c.package_id, sa.func.sum(sa.cast(each.c.value, sa.Integer)).label("rows"))
        .select_from(joined)
        .where(_TABLE.c.organization_id == organization_id, *there)
        .group_by(_TABLE.c.package_id)
        .subquery()
    )
    rows = model.Session.execute(
        sa.select(
            *(_TABLE.c[name] for name in ("state", "named_at", "answered_at", "answered_by", "for_them", "why")),
            p.id.label("package_id"),
            p.name.label("dataset"),
            p.title.label("dataset_title"),
            *(group.id, group.name, group.title),
            sa.func.coalesce(sums.c.rows, 0).label("rows"),
        )
        .join(p, p.id == _TABLE.c.package_id)
        .join(group, group.id == p.owner_org)
        .outerjoin(sums, sums.c.package_id == _TABLE.c.package_id)
        .where(
            _TABLE.c.organization_id == organization_id,
            p.state == model.State.ACTIVE,
            p.private.is_(False),
            group.state == model.State.ACTIVE,
            sa.or_(sums.c.rows > 0, _TABLE.c.state == _REFUSED),
        )
        .order_by(_TABLE.c.named_at.desc(), p.title)
    ).all()
    people = names_of((row.answered_by for row in rows), ())
    return [
        {
            "package": {"id": row.package_id, "name": row.dataset, "title": row.dataset_title or row.dataset},
            "publisher": _words(row),
            "rows": row.rows,
            "state": row.state,
            "named_at": iso(row.named_at),
            "answered_at": iso(row.answered_at),
            "by": people.get(row.answered_by or ""),
            "for_them": row.for_them,
            "why": row.why,
        }
        for row in rows
    ]


def in_datasets_of(organization_id: str) -> list[dict[str, Any]]:
    """The refusals that wait for an organization, in its own datasets; see :func:`refusals`."""
    if not model.Session.scalar(_ANY_REFUSAL):  # as nearly everywhere, and the long question need not be asked
        return []
    p: Any = model.Package
    return refusals(_TABLE.c.package_id.in_(sa.select(p.id).where(p.owner_org == organization_id)))


# -- the answer of a member


def is_of_its_people(user_name: str | None, organization_id: str) -> bool:
    """Whether somebody publishes for an organization in its own right, not as one of the structure above."""
    role = authz.users_role_for_group_or_org(organization_id, user_name) if user_name else None
    return role in collectivite.STAFF_ROLES


def row_of(package_id: str, organization_id: str) -> Any:
    """What is known of a member in a dataset, None when it is not in it."""
    return model.Session.get(Covered, (package_id, organization_id), populate_existing=True)


def refuse(context: Context, package_id: str, organization: Any, why: str) -> None:
    """Take the name of a member away, and have those who keep the dataset told; refused twice, it is refused once."""
    session, by = model.Session(), access.actor(context)
    for_them = not is_of_its_people(context.get("user"), organization.id)
    answer = {"state": _REFUSED, "why": why, "for_them": for_them, "answered_by": by.user_id, "answered_at": clock()}
    told = {"mail_due_at": clock(), "mail_attempts": 0}
    if _change(session, package_id, organization.id, CoverState.NAMED, **answer, **told):
        _note(session, package_id, "cover-refused", by, organization, why=why, for_them=for_them)
    session.commit()


def accept(context: Context, package_id: str, organization: Any) -> None:
    """Give a member its name back; rows that were left out meanwhile do not come back by themselves."""
    session, by = model.Session(), access.actor(context)
    answer = {"state": CoverState.NAMED.value, "why": "", "for_them": False, "mail_due_at": None}
    if _change(
        session,
        package_id,
        organization.id,
        CoverState.REFUSED,
        **answer,
        answered_by=by.user_id,
        answered_at=clock(),
    ):
        _note(session, package_id, "cover-accepted", by, organization)
        Covered.forget(session, package_id)
    session.commit()


def _change(session: Any, package_id: str, organization_id: str, former: CoverState, **values: Any) -> bool:
    keys = (_TABLE.c.package_id == package_id, _TABLE.c.organization_id == organization_id)
    return bool(change(session, sa.update(_TABLE).where(*keys, _TABLE.c.state == former.value).values(**values)))


def _note(session: Any, package_id: str, what: str, by: access.Actor, organization: Any, **detail: Any) -> None:
    """Write into the history of the deposit that brought the dataset's last file."""
    deposit_id = last_deposit(session, package_id)
    if deposit_id:
        DepositEvent.add(session, deposit_id, what, **by.columns(), name=organization.display_name, **detail)


def last_deposit(session: Any, package_id: str) -> str | None:
    """The deposit that was published last in a dataset."""
    deposit = Deposit.__table__
    return session.scalar(
        sa.select(deposit.c.id)
        .where(deposit.c.package_id == package_id, deposit.c.state == DepositState.PUBLISHED.value)
        .order_by(deposit.c.published_at.desc())
        .limit(1)
    )
