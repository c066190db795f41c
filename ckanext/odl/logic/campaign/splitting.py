"""A file that covers several members becomes one deposit for each, which its own people accept or refuse."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Context

from ckanext.odl import config, queue
from ckanext.odl.logic.deposit import access, bringing, covering, cutting, publishing
from ckanext.odl.model import Deposit, DepositEvent, DepositFile, DepositState, FileKind

from . import part_letters
from .link_deposits import ACCEPTANCE

log = logging.getLogger(__name__)

#: Parts made at once; the worker makes the others, as many at a time, so that checks of files go between.
AT_ONCE = 20


@dataclass
class Share:
    """What of the file is one organization's: its codes, its rows, the deposit that was made of them."""

    organization: Any
    values: list[str] = field(default_factory=list)
    rows: int = 0
    part: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        part = self.part or {}
        return {
            "organization": self.organization.name,
            "title": self.organization.display_name,
            "deposit": part.get("id"),
            "state": part.get("state"),
            "reason": part.get("reason") or None,
            "why": part.get("why"),
            "letter": part.get("letter"),
            "rows": self.rows,
            "values": self.values,
        }


@dataclass(frozen=True)
class Letter:
    """Whether the members are told of their part, and the structure's own words for it."""

    is_sent: bool = True
    texts: Mapping[str, str] = field(default_factory=dict)


def split(
    context: Context, deposit: Deposit, column: str, *, letter: Letter = Letter(), dry_run: bool = False
) -> dict[str, Any]:
    """Make a deposit of the rows of each organization that the file names, waiting for its people to accept it.

    Run again, it makes those that are missing; who refused is asked again only once the file was brought anew. The
    deposit that is split stays as it is.

    :param column: letter of the column that names them, as the inspection found it
    :param dry_run: say what would be made, and what became of what was made, and write nothing
    :returns: ``parts`` (``organization``, ``title``, ``deposit``: None before it is made, ``state``, ``reason``,
        ``why`` it was refused, ``letter`` (``state``, ``why``, ``at``) that told of it, ``rows``, ``values``),
        ``queued``: how many of them the worker makes, and ``left``:
        ``value``, ``rows``, ``why`` (``unknown``: nobody here has this code; ``rights``: not for this account) of what
        goes to nobody
    :raises ValidationError: no such column, a deposit that is over, or a file that can no longer be read
    """
    if dry_run:
        shares, left = _shares(context, deposit, column)
        return _answer(shares, left)
    with access.alone_with(deposit.id) as alone:
        bringing.must_be_open(alone)
        shares, left = _shares(context, alone, column)
        missing = [share for share in shares if share.part is None]
        if missing and alone.covers:  # shared out instead
            Deposit.put(model.Session(), alone.id, covers=False)
            model.Session.commit()
        _make(context, alone, column, missing[:AT_ONCE], letter)
    queued = len(missing) - AT_ONCE
    if queued > 0:
        _announce(context, deposit.id, column, letter)
    return _answer(shares, left, max(0, queued))


def carry_on(deposit_id: str, column: str, user_id: str, tell: bool = True, texts: Any = None) -> None:
    """Make the next parts, with the rights that the account has now: what the worker does."""
    user = model.User.get(user_id)
    if user is None or user.state != model.State.ACTIVE:
        return
    context: Any = {"user": user.name, "auth_user_obj": user}
    more = {"tell": tell, "texts": texts or {}}
    tk.get_action("odl_deposit_split")(context, {"id": deposit_id, "column": column, **more})


def _announce(context: Context, deposit_id: str, column: str, letter: Letter) -> None:
    """Have the worker go on. Should the hint be lost, the page asks for the rest again."""
    by = access.actor(context).user_id
    if by is None:
        return
    try:
        args = [deposit_id, column, by, letter.is_sent, dict(letter.texts)]
        tk.enqueue_job(carry_on, args, title="odl: share out a file", queue=config.queue())
    except Exception:
        log.exception("The rest of the parts of the deposit %s could not be announced to the workers", deposit_id)


def _answer(shares: list[Share], left: list[dict[str, Any]], queued: int = 0) -> dict[str, Any]:
    return {"parts": [share.to_dict() for share in shares], "queued": queued, "left": left}


def _shares(context: Context, deposit: Deposit, column: str) -> tuple[list[Share], list[dict[str, Any]]]:
    """Whose the rows of the file are, in the order of the names, and those that are nobody's here."""
    file = model.Session.get(DepositFile, deposit.file_id)
    owners = ((file.inspection if file else None) or {}).get("owners") or {}
    if file is None or owners.get("column") != column:
        raise tk.ValidationError({"column": [tk._("This column does not say whose each row is.")]})
    known = covering.organizations_of(owners)
    made, user = _present(deposit), context.get("user")
    may: dict[str, bool] = {}
    shares: dict[str, Share] = {}
    left = []
    for value, rows in owners["values"]:
        organization = known.get(value)
        if organization is None:
            left.append({"value": value, "rows": rows, "why": "unknown"})
            continue
        id_ = organization.id
        if id_ not in may:
            may[id_] = access.may_publish_for(user, id_)
        if not may[id_]:
            left.append({"value": value, "rows": rows, "why": "rights"})
            continue
        share = shares.setdefault(id_, Share(organization, part=made.get(id_)))
        share.values.append(value)
        share.rows += rows
    return sorted(shares.values(), key=lambda share: share.organization.display_name.casefold()), left


def _present(deposit: Deposit) -> dict[str, dict[str, Any]]:
    """The parts that were made before, by organization: ``id``, ``state``, ``reason``, ``why`` it was refused.

    A part that was refused no longer counts once the file that is shared out is another one.
    """
    table, file = Deposit.__table__, DepositFile.__table__
    rows = model.Session.execute(
        sa.select(table.c.id, table.c.organization_id, table.c.state, table.c.reason)
        .join(file, sa.and_(file.c.deposit_id == table.c.id, file.c.kind == FileKind.PART.value))
        .where(
            table.c.split_of == deposit.id,
            sa.or_(table.c.state != DepositState.ABANDONED.value, file.c.made_from == deposit.file_id),
        )
        .order_by(table.c.created_at)
    ).all()
    told = part_letters.states([row.id for row in rows])
    why = _refusals([row.id for row in rows if row.state == DepositState.ABANDONED.value])
    return {
        row.organization_id: {
            "id": row.id,
            "state": row.state,
            "reason": row.reason,
            "why": why.get(row.id),
            "letter": told.get(row.id),
        }
        for row in rows
    }


def _refusals(deposit_ids: list[str]) -> dict[str, str]:
    """Why these deposits were given up, by id."""
    if not deposit_ids:
        return {}
    table = DepositEvent.__table__
    rows = model.Session.execute(
        sa.select(table.c.deposit_id, table.c.detail)
        .where(table.c.deposit_id.in_(deposit_ids), table.c.what == "abandoned")
        .order_by(table.c.id)
    )
    return {row.deposit_id: (row.detail or {}).get("why") or "" for row in rows}


def _make(context: Context, deposit: Deposit, column: str, shares: list[Share], letter: Letter) -> None:
    if not shares:
        return
    file: Any = model.Session.get(DepositFile, deposit.file_id)
    deposit_id = deposit.id
    with cutting.copied(file) as path:
        for share in shares:
            made = _part(context, deposit, file, path, share)
            if letter.is_sent and share.organization.id != deposit.organization_id:
                part_letters.announce(model.Session(), made, letter.texts, share.rows, access.actor(context).user_id)
                model.Session.commit()
            state = {"state": DepositState.WAITING.value, "reason": ACCEPTANCE, "why": None}
            share.part = {"id": made, **state}
    by = access.actor(context)
    DepositEvent.add(model.Session(), deposit_id, "split", **by.columns(), parts=len(shares))
    model.Session.commit()
    if letter.is_sent:
        queue.send()


def _part(context: Context, deposit: Deposit, file: DepositFile, path: str, share: Share) -> str:
    organization = share.organization
    with cutting.cut(path, deposit, file, share.values, suffix=f"-{organization.name}") as upload:
        schema = f"{deposit.schema_id}@{deposit.schema_version}" if deposit.schema_version else deposit.schema_id
        data = {"organization": organization.id, "upload": upload, **({"schema": schema} if deposit.schema_id else {})}
        made = tk.get_action("odl_deposit_create")(tk.fresh_context(context), data)["id"]
    session = model.Session()
    Deposit.put(session, made, split_of=deposit.id, campaign_id=deposit.campaign_id)
    files = DepositFile.__table__
    statement = sa.update(files).where(files.c.deposit_id == made)
    session.execute(statement.values(kind=FileKind.PART.value, made_from=file.id))
    session.commit()
    with access.alone_with(made) as part:
        publishing.wait(part, ACCEPTANCE, access.actor(context), {"visibility": "public"})
    return made
