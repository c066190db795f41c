"""Where one writes to a local authority: one answer for campaigns, parts that are prepared, the path, the dashboard.

The first of these that there is: the address that the structure itself was given (in a list of members or in a
campaign), else one that another structure above was given; the contact address of the local authority, which is public;
an account of its own, administrators before editors, the oldest first. An account of those who support others is none
of its own, although whoever creates an organization is its administrator for CKAN.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from ckan import model
from ckan.model.group import group_table, member_table
from ckan.model.user import user_table
from sqlalchemy.orm import Session

from ckanext.odl.logic import collectivite
from ckanext.odl.model import MemberContact, extras

GIVEN, PUBLIC, ACCOUNT = "given", "public", "account"
_CONTACT = "odl_contact"
_DEEPEST = 10


class Address(NamedTuple):
    """An e-mail address and where it comes from: ``given``, ``public`` or ``account``."""

    email: str
    source: str


def of(
    organization_ids: Iterable[str],
    atd_id: str = "",
    *,
    session: Session | None = None,
    contacts: Mapping[str, str] | None = None,
) -> dict[str, Address]:
    """Where to write to these organizations, by id; those without an address are left out (two queries at most).

    :param atd_id: the structure that writes: what it was given comes first
    :param contacts: their public contact addresses, when they were read already
    """
    read: Any = session or model.Session
    wanted = set(organization_ids)
    if not wanted:
        return {}
    given, accounts = _written_down(read, wanted, atd_id)
    public = _public(read, wanted - set(given)) if contacts is None else contacts
    known = {id_: Address(email.strip(), PUBLIC) for id_, email in public.items() if "@" in (email or "")}
    found = {**accounts, **known, **given}
    return {id_: found[id_] for id_ in wanted if id_ in found}


def _written_down(session: Any, wanted: set[str], atd_id: str) -> tuple[dict[str, Address], dict[str, Address]]:
    """The addresses that structures above were given, and those of accounts; by organization."""
    rows = sa.union_all(_given(wanted, atd_id), _accounts(wanted)).subquery()
    found: dict[str, dict[str, Address]] = {GIVEN: {}, ACCOUNT: {}}
    for row in session.execute(sa.select(rows).order_by(rows.c.is_first, rows.c.at)):
        found[row.source][row.id] = Address(row.email, row.source)  # the last one stays
    return found[GIVEN], found[ACCOUNT]


def _given(wanted: set[str], atd_id: str) -> Any:
    """Addresses that structures above were given; of several the latest counts, and first of all that of *atd_id*."""
    contact, member = MemberContact.__table__, member_table
    is_child = sa.and_(member.c.table_name == "group", member.c.state == model.State.ACTIVE)
    up = (
        sa.select(member.c.group_id.label("id"), member.c.table_id.label("above"), sa.literal(1).label("height"))
        .where(is_child, member.c.group_id.in_(wanted))
        .cte(recursive=True)
    )
    higher = sa.select(up.c.id, member.c.table_id, up.c.height + 1).join(up, member.c.group_id == up.c.above)
    up = up.union(higher.where(is_child, up.c.height < _DEEPEST))
    return sa.select(
        contact.c.organization_id.label("id"),
        contact.c.email,
        sa.literal(GIVEN).label("source"),
        (contact.c.atd_id == atd_id).label("is_first"),
        sa.extract("epoch", contact.c.updated_at).label("at"),
    ).join(up, sa.and_(up.c.id == contact.c.organization_id, up.c.above == contact.c.atd_id))


def _public(session: Any, wanted: set[str]) -> dict[str, str]:
    if not wanted:
        return {}
    return {id_: fields.get(_CONTACT) or "" for id_, fields in extras.read(wanted, session).items()}


def _accounts(wanted: set[str]) -> Any:
    """Addresses of the accounts of these organizations; of several the oldest counts, and first of all an admin's."""
    member, user, above = member_table, user_table, member_table.alias()
    is_role = (member.c.table_name == "user", member.c.state == model.State.ACTIVE)
    supports = sa.select(above.c.table_id).where(
        above.c.table_name == "user",
        above.c.state == model.State.ACTIVE,
        above.c.group_id.in_(sa.select(group_table.c.id).where(collectivite.marked_as_atd())),
    )
    return (
        sa.select(
            member.c.group_id,
            user.c.email,
            sa.literal(ACCOUNT),
            member.c.capacity == "admin",
            -sa.extract("epoch", user.c.created),
        )
        .join(user, user.c.id == member.c.table_id)
        .where(
            *is_role,
            member.c.group_id.in_(wanted),
            member.c.capacity.in_(collectivite.STAFF_ROLES),
            user.c.state == model.State.ACTIVE,
            user.c.sysadmin.is_(False),
            user.c.email.like("%@%"),
            user.c.id.not_in(supports),
        )
    )
