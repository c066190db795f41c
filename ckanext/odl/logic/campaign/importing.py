"""A list of members: read, shown, then created one by one, each row with what became of it.

The list is kept from the moment it is read, so that confirming it, answering its questions later, or running it again
after a worker died takes up exactly what is left.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection
from tempfile import NamedTemporaryFile
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from sqlalchemy.orm import Session

from ckanext.odl import config, marking, territory
from ckanext.odl.logic import collectivite, identity
from ckanext.odl.logic.campaign import recognising
from ckanext.odl.model import ImportState, MemberContact, MemberImport, MemberRow, RowResult
from ckanext.odl.model.validation import clock
from ckanext.odl.validation.guard import Stopped, in_child

log = logging.getLogger(__name__)

#: Largest list, in bytes: three thousand rows take a tenth of it.
LARGEST = 5 << 20
_CHUNK = 1 << 20
_SECONDS = 30
#: Rows of a list that are of no use without an answer, and those that never lead to anything.
ASKED, UNKNOWN, TWICE = "asked", "unknown", "twice"
#: Beside the roles of a list's columns: the headings of those that are not read.
UNREAD = "unread"


class Refused(ValueError):
    """Why a list cannot be read, in a sentence for whoever sent it."""


def read(upload: Any, language: str, department: str = "") -> dict[str, Any]:
    """Read a list in a child process.

    :param upload: a file as a form sends it
    :returns: as :func:`ckanext.odl.deposit.members.read_list`
    :raises Refused: no file, too large a one, or no list
    """
    stream = getattr(upload, "stream", None)
    if stream is None:
        raise Refused(tk._("Choose the file of your list first."))
    with NamedTemporaryFile(prefix="odl-") as copy:
        size = 0
        while block := stream.read(_CHUNK):
            size += len(block)
            if size > LARGEST:
                sentence = tk._("This file is larger than {size} MB: it is no list of members.")
                raise Refused(sentence.format(size=LARGEST >> 20))
            copy.write(block)
        copy.flush()
        try:
            found = in_child(
                "ckanext.odl.deposit.members:read_list",
                copy.name,
                options={"name": upload.filename or "", "language": language, "department": department},
                seconds=_SECONDS,
                memory=config.memory(),
                limits=config.limits(),
            )
        except Stopped as stopped:
            raise Refused(tk._("This list could not be read to its end. Send it in several parts.")) from stopped
    if found["problem"]:
        raise Refused(found["problem"])
    return found


def keep(session: Session, atd: model.Group, found: dict[str, Any], language: str, **values: Any) -> str:
    """Store a list that was read, with the rows that the portal knows: its members, and what the reference lacks.

    :param language: of the sentences about the rows
    """
    rows = recognising.with_members(atd, found["rows"], language)
    stored = [
        {"line": row["line"], "body": row["body"], "organization_id": row["organization"], "data": row} for row in rows
    ]
    columns = {**found["columns"], UNREAD: found["unread"]}
    return MemberImport.add(session, stored, atd_id=atd.id, columns=columns, **values)


class Standing:
    """Where rows stand against the portal as it is now (five queries, whatever the number of rows)."""

    def __init__(self, atd: model.Group, rows: Collection[MemberRow]) -> None:
        self.below = collectivite.descendants(atd)
        bodies = [territory.body(row.body) for row in rows if row.body]
        self._by_insee = collectivite.holding([body.insee for body in bodies if body], "odl_insee")
        self._by_siren = collectivite.holding([body.siren for body in bodies if body], "odl_siren")

    def organization(self, body: territory.Body | None) -> model.Group | None:
        if body is None:
            return None
        return self._by_insee.get(body.insee) or self._by_siren.get(body.siren)


def shown(row: MemberRow, standing: Standing, names: dict[str, str]) -> dict[str, Any]:
    """One row as pages and the API show it.

    ``state`` is what became of it (:class:`RowResult`), else ``new``, ``there`` or ``elsewhere`` for what will, else
    ``asked``, ``unknown`` or ``twice``.
    """
    data = row.data
    body = territory.body(row.body) if row.body else None
    organization = standing.organization(body)
    state, why = row.result or data["state"], row.why if row.result else data["why"]
    if data["state"] == TWICE and not row.result:
        state = TWICE
    elif row.result is None and row.organization_id:
        state = RowResult.THERE.value if row.organization_id in standing.below else RowResult.ELSEWHERE.value
    elif row.result is None and body is not None:
        state, why = _future(organization, standing.below), ""
    return {
        "line": row.line,
        "text": data["text"],
        "state": state,
        "done": row.result is not None,
        "body": row.body,
        "label": (body.label if body else "") or data["label"],
        "why": why,
        "note": data["note"],
        "choices": data["choices"],
        "email": data["email"],
        "email_problem": data["email_problem"],
        "organization": names.get(row.organization_id or (organization.id if organization is not None else ""), ""),
    }


def _future(organization: model.Group | None, below: set[str]) -> str:
    if organization is None:
        return "new"
    return RowResult.THERE.value if organization.id in below else RowResult.ELSEWHERE.value


def names_below(atd: model.Group) -> dict[str, str]:
    """The addresses of the members' pages, by id."""
    group: Any = model.Group
    below = collectivite.descendants(atd)
    return {
        row.id: row.name for row in model.Session.execute(sa.select(group.id, group.name).where(group.id.in_(below)))
    }


def rows_of(session: Session, import_id: str) -> list[MemberRow]:
    """The rows of a list, in its order."""
    statement = sa.select(MemberRow).where(MemberRow.import_id == import_id).order_by(MemberRow.line)
    return list(session.scalars(statement))


def counts(rows: Collection[dict[str, Any]]) -> dict[str, int]:
    """How many rows are in each state, those that wait to be done (``left``) and the addresses that are no good."""
    found = Counter(row["state"] for row in rows)
    found["rows"] = len(rows)
    found["email_problems"] = sum(1 for row in rows if row["email_problem"] and not row["email"])
    found["emails"] = sum(1 for row in rows if row["email"] and row["state"] != TWICE)
    return dict(found)


def choose(session: Session, import_id: str, choices: dict[int, str]) -> None:
    """Write down answers: row -> body among those that were offered for it.

    :raises KeyError: a body that was not offered
    """
    for row in rows_of(session, import_id):
        wanted = choices.get(row.line)
        if wanted is None or row.result is not None:
            continue
        if wanted and wanted not in {choice["value"] for choice in row.data["choices"]}:
            raise KeyError(row.line)
        statement = sa.update(MemberRow.__table__).where(MemberRow.import_id == import_id, MemberRow.line == row.line)
        session.execute(statement.values(body=wanted or None))


def start(session: Session, import_id: str) -> None:
    """Have the rows that have an answer carried out; those that failed before are tried again."""
    row = MemberRow.__table__
    failed = (row.c.import_id == import_id, row.c.result == RowResult.REFUSED.value)
    session.execute(sa.update(row).where(*failed).values(result=None, why=""))
    table = MemberImport.__table__
    values = {"state": ImportState.RUNNING.value, "started_at": clock(), "finished_at": None}
    session.execute(sa.update(table).where(table.c.id == import_id).values(**values))


def next_row(session: Session) -> bool:
    """Carry out the next row of a list that was confirmed; False when none waits.

    The row stays locked until its outcome is written: when the worker dies, another one takes it up, and finds what the
    first may have created.
    """
    row, order = MemberRow.__table__, MemberImport.__table__
    statement = (
        sa.select(row, order.c.atd_id, order.c.created_by)
        .join(order, order.c.id == row.c.import_id)
        .where(order.c.state == ImportState.RUNNING.value, *_to_do(row))
        .order_by(order.c.started_at, row.c.line)
        .limit(1)
        .with_for_update(of=row, skip_locked=True)
    )
    found = session.execute(statement).first()
    if found is None:
        _end(session)
        session.commit()
        return False
    result, organization_id, why = _carry_out(found)
    written = {"result": result.value, "organization_id": organization_id, "why": why}
    session.execute(
        sa.update(row).where(row.c.import_id == found.import_id, row.c.line == found.line).values(**written)
    )
    if organization_id and found.data["email"] and result in (RowResult.CREATED, RowResult.THERE):
        MemberContact.put(session, found.atd_id, organization_id, found.data["email"], found.created_by)
    session.commit()
    if organization_id and found.data["email"]:
        marking.mark([organization_id])
    return True


def _to_do(row: Any) -> tuple[Any, ...]:
    known = sa.or_(row.c.body.is_not(None), row.c.organization_id.is_not(None))
    return row.c.result.is_(None), known, row.c.data["state"].astext != TWICE


def _end(session: Session) -> None:
    """Say of the lists of which nothing is left that they are done."""
    row, order = MemberRow.__table__, MemberImport.__table__
    left = sa.select(row.c.line).where(row.c.import_id == order.c.id, *_to_do(row)).exists()
    session.execute(
        sa.update(order)
        .where(order.c.state == ImportState.RUNNING.value, ~left)
        .values(state=ImportState.DONE.value, finished_at=clock())
    )


def waiting(session: Session) -> bool:
    """Whether a confirmed list has rows left."""
    table = MemberImport.__table__
    return bool(session.scalar(sa.select(sa.exists().where(table.c.state == ImportState.RUNNING.value))))


def _carry_out(row: Any) -> tuple[RowResult, str | None, str]:
    """What becomes of a row: the result, the organization, and why when it is not what was wished."""
    atd = model.Group.get(row.atd_id)
    user = model.User.get(row.created_by)
    if atd is None or user is None or user.state != model.State.ACTIVE:
        return RowResult.REFUSED, None, "gone"
    below = collectivite.descendants(atd)
    if row.body is None:
        result = RowResult.THERE if row.organization_id in below else RowResult.ELSEWHERE
        return result, row.organization_id, ""
    body = territory.body(row.body)
    if body is None:
        return RowResult.REFUSED, None, "gone"
    organization = _present(body)
    if organization is None:
        try:
            organization = _create(body, atd, user.name)
        except tk.NotAuthorized:
            model.Session.rollback()
            return RowResult.REFUSED, None, "rights"
        except tk.ValidationError as refusal:
            model.Session.rollback()
            organization = _present(body)  # somebody else created it at this very moment
            if organization is None:
                return RowResult.REFUSED, None, " ".join(_sentences(refusal))[:500]
        except Exception:
            model.Session.rollback()
            log.exception("Row %s of the list %s cannot be carried out", row.line, row.import_id)
            return RowResult.REFUSED, None, "fault"
        else:
            return RowResult.CREATED, organization, ""
    result = RowResult.THERE if organization.id in below else RowResult.ELSEWHERE
    return result, organization.id, ""


def _present(body: territory.Body) -> model.Group | None:
    for field, code in (("odl_insee", body.insee), ("odl_siren", body.siren)):
        found = collectivite.with_code(field, code) if code else []
        if found:
            return found[0]
    return None


def _create(body: territory.Body, atd: model.Group, user_name: str) -> str:
    """Create a collectivité with the rights of who brought the list; returns its id."""
    data = {identity.PICKED: body.id, "title": body.name, "name": "", "odl_parent": atd.name}
    made = tk.get_action("organization_create")({"user": user_name}, data)
    return made["id"]


def _sentences(refusal: tk.ValidationError) -> list[str]:
    found = [words if isinstance(words, list) else [words] for words in refusal.error_dict.values()]
    return [str(word) for words in found for word in words]
