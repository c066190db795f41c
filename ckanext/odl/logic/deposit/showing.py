"""A deposit as its people see it: where it stands, why, and what can be done next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.types import Context

from ckanext.odl import mending
from ckanext.odl.logic.deposit import blocking, covering, drafts
from ckanext.odl.logic.deposit.access import LINK, may_reach
from ckanext.odl.logic.deposit.facts import Facts, badge_of, checks, schema_words
from ckanext.odl.logic.deposit.notes import notes as due_notes
from ckanext.odl.logic.deposit.repairing import stopped_words
from ckanext.odl.logic.path.acting import names_of
from ckanext.odl.logic.state import iso
from ckanext.odl.model import Deposit, DepositEvent, DepositFile, DepositState, FileKind
from ckanext.odl.model.deposit import OPEN_STATES
from ckanext.odl.validation import groups, headline


def one(facts: Facts) -> dict[str, Any]:
    """All of a deposit; the shape is in docs/deposit.md."""
    deposit, report = facts.deposit, _shown_report(facts)
    schema = schema_words(*facts.schema, facts.language)
    blockers = blocking.blockers(facts)
    return {
        "id": deposit.id,
        **_standing(deposit),
        "note": due_notes([deposit.id]).get(deposit.id),
        "prepared_by": _prepared_by([deposit]).get(deposit.id),
        "organization": _organization(facts.organization),
        "strictness": blocking.strictness(facts),
        "file": {**_file(facts.file), "state": facts.badge, "check": facts.check.state if facts.check else None},
        "repair": _repair(facts),
        "files": [_file(file) for file in _files(deposit.id)],
        "report": report,
        "headline": headline(report, facts.language) if report else None,
        "groups": [group.to_dict() for group in groups(report, facts.language)] if report else [],
        "schema": {**schema, "chosen": deposit.schema_chosen} if schema else None,
        "schema_chosen": deposit.schema_chosen,
        "matches": facts.seen.get("matches") or [],
        "sheets": facts.sheets,
        "sheets_kept": _sheets_kept(facts),
        "repairable": len((facts.repairs or {}).get("repairs") or ()),
        "signals": facts.signals,
        "questions": facts.questions,
        "answers": facts.answers,
        "owners": facts.seen.get("owners"),
        "covers": _covers(facts),
        "period": facts.seen.get("period"),
        "proposal": facts.proposal,
        "candidates": facts.candidates,
        "place": deposit.place,
        "package_id": deposit.package_id,
        "resource_id": deposit.resource_id,
        "private": _private(deposit, drafts.private_among([deposit])),
        "target": _target(facts),
        "beside": _beside(facts),
        "history": _history(facts),
        "can": _can(facts, blockers),
        "blockers": blockers,
    }


def _repair(facts: Facts) -> dict[str, Any] | None:
    """The repair that was asked for last of the current file: under way, or why it was not made; None without one."""
    if facts.is_repairing:
        return {"state": facts.check.state, "file_id": facts.check.resource_id, "message": None}
    said = stopped_words(mending.stopped(facts.file.id))
    return {"state": "stopped", "file_id": None, "message": said} if said else None


def _shown_report(facts: Facts) -> dict[str, Any] | None:
    """The report; to who said that the file follows no model, only that it cannot be read."""
    report = facts.report
    if report and facts.deposit.schema_chosen and not facts.deposit.schema_id and report["status"] != "unreadable":
        return None
    return report


def _sheets_kept(facts: Facts) -> str | None:
    """What of a workbook is published: ``one`` sheet, as a file of its own, or ``all``; None when nobody said so."""
    if facts.file.kind == FileKind.SHEET.value:
        return "one"
    return "all" if facts.is_whole else None


def _covers(facts: Facts) -> dict[str, Any] | None:
    """Whom the file names when it is published as one; a link names nobody."""
    if facts.context.get(LINK):
        return None
    return covering.of_deposit(facts.deposit, facts.organization, facts.seen.get("owners"))


def _standing(deposit: Deposit) -> dict[str, Any]:
    return {
        "state": deposit.state,
        "reason": deposit.reason or None,
        "campaign_id": deposit.campaign_id,
        "link_id": deposit.link_id,
        "split_of": deposit.split_of,
        "publish_on": deposit.publish_on.isoformat() if deposit.publish_on else None,
        "approved_by": deposit.approved_by or None,
        "created_at": iso(deposit.created_at),
        "updated_at": iso(deposit.updated_at),
        "published_at": iso(deposit.published_at),
        "expires_at": iso(deposit.expires_at),
    }


def _private(deposit: Deposit, private: set[str]) -> bool | None:
    """Whether a published file is seen by its own people only; None before it is published."""
    return deposit.id in private if deposit.state == DepositState.PUBLISHED.value else None


def _organization(organization: model.Group) -> dict[str, Any]:
    return {"id": organization.id, "name": organization.name, "title": organization.title or organization.name}


def _file(file: DepositFile) -> dict[str, Any]:
    return {
        "id": file.id,
        "name": file.name,
        "kind": file.kind,
        "size": file.size,
        "sha256": file.sha256,
        "made_from": file.made_from,
        "changes": file.changes,
        "created_at": iso(file.created_at),
        "kept": file.discarded_at is None,
    }


def _files(deposit_id: str) -> Sequence[DepositFile]:
    """The files of a deposit, the newest first; those whose bytes never arrived are left out."""
    event = DepositEvent.__table__
    arrived = sa.select(event.c.detail["file_id"].astext).where(
        event.c.deposit_id == deposit_id, event.c.what == "file"
    )
    table = DepositFile.__table__
    statement = sa.select(DepositFile).where(table.c.deposit_id == deposit_id, table.c.id.in_(arrived))
    return model.Session.scalars(statement.order_by(table.c.created_at.desc())).all()


def _target(facts: Facts) -> dict[str, Any] | None:
    """The dataset and the file that the deposit is for."""
    if facts.target is None:
        return None
    replaced = facts.replaced
    return {
        **{key: facts.target.get(key) for key in ("id", "name", "title", "private")},
        "file": {"id": replaced["id"], "name": replaced.get("name") or replaced.get("url")} if replaced else None,
    }


def _beside(facts: Facts) -> list[dict[str, Any]]:
    """Other deposits on their way to the same place, or with the same model and period in the same organization."""
    if facts.context.get(LINK):
        return []
    deposit, table = facts.deposit, Deposit.__table__
    same = []
    if deposit.resource_id:
        same.append(table.c.resource_id == deposit.resource_id)
    if deposit.schema_id:
        same.append(table.c.schema_id == deposit.schema_id)
    if not same or deposit.state not in OPEN_STATES:
        return []
    others = model.Session.execute(
        sa.select(Deposit, DepositFile)
        .join(DepositFile, DepositFile.__table__.c.id == table.c.file_id)
        .where(
            table.c.organization_id == deposit.organization_id,
            table.c.id != deposit.id,
            table.c.state.in_(OPEN_STATES),
            sa.or_(*same),
        )
        .order_by(table.c.updated_at.desc())
        .limit(5)
    ).all()
    names = names_of((other.owner_id for other, _file in others), ())
    return [
        {
            "id": other.id,
            "state": other.state,
            "reason": other.reason or None,
            "file": file.name,
            "by": names.get(other.owner_id or ""),
            "updated_at": iso(other.updated_at),
        }
        for other, file in others
    ]


def _history(facts: Facts) -> list[dict[str, Any]]:
    """What happened, the newest first; a link is told what it did itself and what became of it, without names."""
    table = DepositEvent.__table__
    rows = model.Session.scalars(
        sa.select(DepositEvent).where(table.c.deposit_id == facts.deposit.id).order_by(table.c.id.desc())
    ).all()
    names = {} if facts.context.get(LINK) else names_of((row.user_id for row in rows), ())
    return [
        {
            "at": iso(row.at),
            "what": row.what,
            "by": names.get(row.user_id or ""),
            "by_link": bool(row.link_id),
            "detail": row.detail or {},
        }
        for row in rows
    ]


def _can(facts: Facts, blockers: list[dict[str, Any]]) -> dict[str, bool]:
    """What the caller may do with the deposit now."""
    deposit = facts.deposit
    reaches = may_reach(facts.context, deposit)
    is_open = deposit.state in OPEN_STATES
    left = [blocker for blocker in blockers if not blocker["overcome"]]
    return {
        "edit": reaches and is_open,
        "repair": reaches and is_open and facts.is_read and facts.file.discarded_at is None,
        "publish": reaches and is_open and not left,
        "open": reaches and facts.is_private_draft and not facts.context.get(LINK),
        "draft": reaches and is_open and all(blocker["public_only"] for blocker in left),
        "accept": reaches and deposit.reason == "acceptance" and not facts.context.get(LINK) and not left,
        "abandon": reaches and is_open,
        "undo": reaches and deposit.state == DepositState.ABANDONED.value and facts.file.discarded_at is None,
    }


def listing(context: Context, condition: Any, start: int, rows: int, language: str) -> dict[str, Any]:
    """Deposits under *condition*, those touched last first: ``count`` and ``results`` (a fixed number of queries)."""
    table, file_table = Deposit.__table__, DepositFile.__table__
    wanted = sa.and_(condition, table.c.file_id.is_not(None))
    count = model.Session.execute(sa.select(sa.func.count()).select_from(table).where(wanted)).scalar_one()
    pairs: Any = model.Session.execute(
        sa.select(Deposit, DepositFile)
        .join(DepositFile, file_table.c.id == table.c.file_id)
        .where(wanted)
        .order_by(table.c.updated_at.desc(), table.c.id)
        .offset(start)
        .limit(rows)
    ).all()
    pairs = [tuple(pair) for pair in pairs]
    found = checks(pairs)
    names = names_of((deposit.owner_id for deposit, _file in pairs), ())
    organizations = _organizations({deposit.organization_id for deposit, _file in pairs})
    titles = _titles({deposit.package_id for deposit, _file in pairs})
    notes = due_notes([deposit.id for deposit, _file in pairs])
    private = drafts.private_among([deposit for deposit, _file in pairs])
    prepared = _prepared_by([deposit for deposit, _file in pairs])
    return {
        "count": count,
        "results": [
            {
                "id": deposit.id,
                **_standing(deposit),
                "note": notes.get(deposit.id),
                "prepared_by": prepared.get(deposit.id),
                "organization": organizations.get(deposit.organization_id),
                "file": {**_file(file), "state": badge_of(deposit, found.get(file.id))},
                "counts": (found[file.id].counts if file.id in found else None) or {},
                "schema": schema_words(deposit.schema_id, deposit.schema_version, language),
                "place": deposit.place,
                "package_id": deposit.package_id,
                "resource_id": deposit.resource_id,
                "private": _private(deposit, private),
                "title": titles.get(deposit.package_id or "") or deposit.package.get("title"),
                "by": None if context.get(LINK) else names.get(deposit.owner_id or ""),
            }
            for deposit, file in pairs
        ],
    }


def _organizations(ids: set[str]) -> dict[str, dict[str, Any]]:
    group: Any = model.Group
    if not ids:
        return {}
    rows = model.Session.execute(sa.select(group.id, group.name, group.title).where(group.id.in_(ids)))
    return {row.id: {"id": row.id, "name": row.name, "title": row.title or row.name} for row in rows}


def _prepared_by(deposits: Sequence[Deposit]) -> dict[str, dict[str, Any]]:
    """Who took deposits out of a file of its own for somebody else, by deposit; the others are left out."""
    parts = {deposit.id: deposit for deposit in deposits if deposit.split_of}
    if not parts:
        return {}
    g: Any = model.Group
    table = Deposit.__table__
    rows = model.Session.execute(
        sa.select(table.c.id.label("whole"), g.id, g.name, g.title)
        .join(g, g.id == table.c.organization_id)
        .where(table.c.id.in_({deposit.split_of for deposit in parts.values()}))
    )
    makers = {row.whole: {"id": row.id, "name": row.name, "title": row.title or row.name} for row in rows}
    return {
        id_: makers[deposit.split_of]
        for id_, deposit in parts.items()
        if deposit.split_of in makers and makers[deposit.split_of]["id"] != deposit.organization_id
    }


def _titles(ids: set[str | None]) -> dict[str, str]:
    package: Any = model.Package
    wanted = ids - {None}
    if not wanted:
        return {}
    return {
        row.id: row.title
        for row in model.Session.execute(sa.select(package.id, package.title).where(package.id.in_(wanted)))
    }
