"""The review list: national datasets that wait for a person, and what is decided of them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.model.group import group_table
from ckan.plugins import toolkit as tk

from ckanext.odl import config, intake
from ckanext.odl.datagouv import incoming, likeness
from ckanext.odl.datagouv.comparing import Difference
from ckanext.odl.harvest import processing, run
from ckanext.odl.logic.path import acting
from ckanext.odl.logic.state import iso
from ckanext.odl.model import StoredFile, Twin
from ckanext.odl.model.datagouv import ARCHIVED, FLAGGED, IGNORED, IMPORTED, LINKED, NATIONAL, REVIEW, TWIN_STATES
from ckanext.odl.model.validation import clock
from ckanext.odl.scdl import catalogue

from .following import told

_TWIN: Any = Twin.__table__
_GROUP: Any = group_table
DECISIONS = ACCEPT, IGNORE, SAME, RECONSIDER = "accept", "ignore", "twin", "reconsider"
#: From which states each decision may be taken. What the import created is never let go of: it would come in twice.
_FROM = {
    ACCEPT: (REVIEW, IGNORED),
    IGNORE: (REVIEW, LINKED),
    SAME: (REVIEW, IGNORED, LINKED),
    RECONSIDER: (IGNORED, LINKED),
}
#: What is brought in while the person waits; the rest follows in the background.
_AT_ONCE = 10


def found(
    organization_ids: list[str], state: str, q: str, *, start: int, rows: int, ids: list[str] | None = None
) -> dict[str, Any]:
    """A page of the list: ``count``, ``results``, ``totals`` (how many there are in each state)."""
    mine = (_TWIN.c.organization_id.in_(organization_ids), _TWIN.c.origin == NATIONAL)
    by_state = sa.select(_TWIN.c.state, sa.func.count()).where(*mine).group_by(_TWIN.c.state)
    totals = dict.fromkeys(TWIN_STATES, 0) | {row[0]: row[1] for row in model.Session.execute(by_state)}
    chosen = [*mine, *([_TWIN.c.national_id.in_(ids)] if ids else [_TWIN.c.state == state])]
    chosen += [sa.func.lower(_TWIN.c.title).contains(word.lower(), autoescape=True) for word in q.split()]
    count = model.Session.execute(sa.select(sa.func.count()).select_from(_TWIN).where(*chosen)).scalar_one()
    statement = sa.select(Twin).where(*chosen).order_by(_TWIN.c.first_seen.desc(), _TWIN.c.national_id)
    twins = list(model.Session.scalars(statement.limit(rows).offset(start).execution_options(populate_existing=True)))
    return {"count": count, "results": _shown(twins), "totals": totals}


def _shown(twins: list[Twin]) -> list[dict[str, Any]]:
    groups = {
        row.id: {"id": row.id, "name": row.name, "title": row.title or row.name}
        for row in model.Session.execute(
            sa.select(_GROUP.c.id, _GROUP.c.name, _GROUP.c.title).where(
                _GROUP.c.id.in_({twin.organization_id for twin in twins})
            )
        )
    }
    shelves = _shelves({twin.organization_id for twin in twins if twin.state in (REVIEW, IGNORED)})
    own = _by_id([twin.package_id for twin in twins if twin.package_id])
    people = acting.names_of((twin.decided_by for twin in twins), ())
    return [_line(twin, groups, shelves.get(twin.organization_id), own, people) for twin in twins]


def _line(twin: Twin, groups: Any, shelf: _Shelf | None, own: dict[str, Any], people: dict[str, str]) -> dict[str, Any]:
    package = own.get(twin.package_id or "")
    candidates = shelf.candidates(twin) if shelf and twin.state in (REVIEW, IGNORED) else []
    record = twin.record or {}
    against = package.id if package else (candidates[0]["id"] if candidates else None)
    return {
        "national_id": twin.national_id,
        "title": twin.title,
        "url": f"{config.datagouv_url()}/datasets/{twin.national_id}",
        "organization": groups.get(twin.organization_id),
        "state": twin.state,
        "description": " ".join(str(record.get("description") or "").split())[:300],
        "files": len(record.get("resources") or []),
        "quality": (record.get("quality") or {}).get("score"),
        "license_id": record.get("license"),
        "national_organization": (record.get("organization") or {}).get("name"),
        "package": {"id": package.id, "name": package.name, "title": package.title} if package else None,
        "differences": _differences(against, record) if against and record else [],
        "candidates": candidates,
        "local_fields": twin.local_fields or [],
        "national_modified": iso(twin.national_modified),
        "first_seen": iso(twin.first_seen),
        "last_seen": iso(twin.last_seen),
        "gone_since": iso(twin.gone_since),
        "decided_by": people.get(twin.decided_by or ""),
        "decided": iso(twin.decided_at),
        "problem": told(twin.error) if twin.error else None,
    }


class _Shelf:
    """The datasets of one collectivité that nothing of data.gouv.fr is known to be."""

    def __init__(self, packages: dict[str, dict[str, Any]]) -> None:
        self._packages = packages
        self._shelf = likeness.Shelf(packages.values())

    def candidates(self, twin: Twin) -> list[dict[str, str]]:
        """Those that this one may be, the likeliest first, with the reason in words."""
        likely = self._shelf.likely({"title": twin.title, **(twin.record or {})}, catalogue())
        return [
            {
                "id": one.id,
                "name": self._packages[one.id]["name"],
                "title": self._packages[one.id]["title"] or self._packages[one.id]["name"],
                "why": _reason(one),
            }
            for one in likely
        ]


def _shelves(organization_ids: set[str]) -> dict[str, _Shelf]:
    """The shelf of each of these organizations, in three queries."""
    package: Any = model.Package
    taken = sa.select(_TWIN.c.package_id).where(_TWIN.c.package_id.is_not(None))
    free = (
        package.owner_org.in_(organization_ids),
        package.state == model.State.ACTIVE,
        package.type == "dataset",
        package.id.not_in(taken),
    )
    session: Any = model.Session()
    owners: dict[str, str] = {}
    packages: dict[str, dict[str, Any]] = {}
    for row in session.execute(sa.select(package.id, package.name, package.title, package.owner_org).where(*free)):
        owners[row.id] = row.owner_org
        packages[row.id] = {"id": row.id, "name": row.name, "title": row.title, "resources": []}
    files = {file["id"]: file for file in intake.resources(session, *free)}
    uploads = [id_ for id_, file in files.items() if file["url_type"] == "upload"]
    stored = sa.select(StoredFile.resource_id, StoredFile.sha256).where(StoredFile.resource_id.in_(uploads))
    for row in session.execute(stored):
        files[row.resource_id]["sha256"] = row.sha256
    for file in files.values():
        packages[file["package_id"]]["resources"].append(file)
    by_owner: dict[str, dict[str, dict[str, Any]]] = {}
    for id_, owner in owners.items():
        by_owner.setdefault(owner, {})[id_] = packages[id_]
    return {owner: _Shelf(theirs) for owner, theirs in by_owner.items()}


def _reason(one: likeness.Likely) -> str:
    return {
        likeness.SAME_CONTENT: tk._("the same file: {file}"),
        likeness.SAME_ADDRESS: tk._("a file at the same address: {file}"),
        likeness.SAME_MODEL: tk._("a file of the same model for the same period: {file}"),
        likeness.SAME_NAME: tk._("a file of the same name: {file}"),
        likeness.SAME_TITLE: tk._("same title"),
        likeness.NEAR_TITLE: tk._("similar title"),
    }[one.why].format(file=one.file)


def _by_id(ids: list[str]) -> dict[str, Any]:
    package: Any = model.Package
    rows = model.Session.execute(sa.select(package.id, package.name, package.title).where(package.id.in_(ids)))
    return {row.id: row for row in rows}


def _differences(package_id: str, record: dict[str, Any]) -> list[Difference]:
    try:
        ours = tk.get_action("package_show")({"ignore_auth": True}, {"id": package_id})
    except tk.ObjectNotFound:
        return []
    return list(incoming.differences(ours, incoming.dataset(record, catalogue(), national_url=config.datagouv_url())))


# -- deciding --------------------------------------------------------------------------------------------------------


def decide(twins: list[Twin], decision: str, user_id: str, package: Any = None) -> dict[str, dict[str, Any]]:
    """Note a decision, and do what follows from it at once as far as a person can wait for it.

    :param package: with ``twin``, the dataset of ours that it is
    :returns: by national id, ``state`` and ``package_id``, or ``error`` (a sentence)
    """
    results: dict[str, dict[str, Any]] = {}
    for twin in twins:
        results[twin.national_id] = _decide(twin.national_id, decision, user_id, package)
    if decision == ACCEPT:
        accepted = [id_ for id_, result in results.items() if "error" not in result]
        for number, id_ in enumerate(accepted):
            if number >= _AT_ONCE:
                break
            outcome = processing.bring_in_pending(id_)
            found = model.Session.get(Twin, id_, populate_existing=True)
            results[id_]["package_id"] = found.package_id if found else None
            if outcome and outcome.problems:
                results[id_]["problem"] = told(outcome.problems[0])
        if len(accepted) > _AT_ONCE:
            run.send()
    return results


def _decide(national_id: str, decision: str, user_id: str, package: Any) -> dict[str, Any]:
    # Under the lock of the row: of two people who decide at once, the second sees what the first decided.
    statement = sa.select(Twin).where(_TWIN.c.national_id == national_id).with_for_update()
    twin = model.Session.scalars(statement.execution_options(populate_existing=True)).first()
    if twin is None or twin.state not in _FROM[decision]:
        model.Session.rollback()
        return {"error": _not_possible(twin.state if twin else "")}
    values: dict[str, Any] = {"decided_by": user_id, "decided_at": clock(), "error": None}
    if decision == ACCEPT:
        values |= {"state": IMPORTED, "package_id": None, "fingerprint": "", "written": None, "gone_since": None}
    elif decision == IGNORE:
        values |= {"state": IGNORED, "package_id": None}
    elif decision == SAME:
        values |= {"state": LINKED, "package_id": package.id}
    else:
        values |= {"state": REVIEW, "package_id": None}
    model.Session.execute(sa.update(_TWIN).where(_TWIN.c.national_id == national_id).values(values))
    model.Session.commit()
    return {"state": values["state"], "package_id": values["package_id"]}


def _not_possible(state: str) -> str:
    if state in (IMPORTED, FLAGGED, ARCHIVED):
        return tk._("This dataset has already come in: change or delete it on its own page.")
    if state == REVIEW:
        return tk._("Nothing has been decided of this dataset yet.")
    return tk._("This was decided meanwhile. Reload the page.")
