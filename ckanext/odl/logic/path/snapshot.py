"""What the portal knows of one collectivité, gathered for the rules in a bounded number of queries.

Twelve queries at most, whatever the number of datasets, files, people and proofs (``tests/portal/path`` counts them).
The fields of organizations and datasets (extras) come with the rows that carry them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import Session, aliased

from ckanext.odl import onboarding
from ckanext.odl.intake import own_session
from ckanext.odl.logic import addresses, reference, state
from ckanext.odl.logic.datagouv import checking
from ckanext.odl.logic.path import facts, national
from ckanext.odl.model import PathHistory, PathMandate, PathProgress, PathProof, StoredFile, Validation, extras
from ckanext.odl.model.path import EVIDENCE, PROPOSAL, WAIVER
from ckanext.odl.onboarding import ETP_BANDS, PROFILES, FileFacts, Snapshot

#: Views that show a table, a map or a chart; CKAN's others show a text, a picture, a page.
DATA_VIEWS = (
    "datatables_view",
    "recline_view",
    "recline_grid_view",
    "recline_graph_view",
    "recline_map_view",
    "geo_view",
    "geojson_view",
    "shp_view",
)


class Ancestor(NamedTuple):
    """An organization above, nearest first."""

    id: str
    name: str
    title: str
    is_atd: bool


@dataclass(frozen=True)
class Gathered:
    """A snapshot, and what the portal keeps beside it."""

    snapshot: Snapshot
    fields: Mapping[str, str]
    ancestors: tuple[Ancestor, ...]
    #: The stored progress: what :meth:`Progress.to_dict` gave last time, None the first time.
    previous: dict[str, Any] | None = None
    computed_on: dt.date | None = None
    advanced_on: dt.date | None = None
    proposals: int = 0
    states: Mapping[str, tuple[str, dt.date]] = field(default_factory=dict)
    #: Steps one of whose proofs a person took back since: they are to do again, not out of date.
    withdrawn: frozenset[str] = frozenset()

    @property
    def known_before(self) -> dict[str, tuple[str, dt.date]]:
        """What the next evaluation is compared with."""
        return {id_: state for id_, state in self.states.items() if id_ not in self.withdrawn}


def gather(organization_id: str, session: Session | None = None, day: dt.date | None = None) -> Gathered | None:
    """Everything the rules may look at, None when there is no such active organization.

    :param session: read inside this one (its transaction, its locks), in one of its own by default
    :param day: the day to judge by; without it nothing is said of what depends on the day of the look
    """
    if session is None:
        with own_session() as own:
            return gather(organization_id, own, day)
    group = _group(session, organization_id)
    if group is None:
        return None
    fields: dict[str, str] = group.extras or {}
    ancestors = _ancestors(session, organization_id)
    members = _members(session, [organization_id, *(above.id for above in ancestors if above.is_atd)])
    packages = _packages(session, organization_id)
    seen = national.read(session, organization_id)
    files, rows = _files(session, organization_id)
    contacts = _contacts(session, {str(row.maintainer_email) for row in packages if row.maintainer_email})
    proofs, withdrawn = _proofs(session, organization_id)
    mandates = session.scalars(
        sa.select(PathMandate)
        .where(PathMandate.organization_id == organization_id, PathMandate.removed_at.is_(None))
        .order_by(PathMandate.since)
    ).all()
    contact = fields.get("odl_contact") or ""
    address = addresses.of([organization_id], session=session, contacts={organization_id: contact}).get(organization_id)
    deposits = facts.last_deposits(packages, proofs)
    people = facts.people(members, organization_id, deposits)
    inside = {row.user_id for row in members if row.user_state == "active"}
    snapshot = Snapshot(
        id=organization_id,
        name=group.name,
        title=group.title or group.name,
        **reference.identity(fields),
        etp_band=facts.known(fields.get("odl_etp_band"), ETP_BANDS),
        competences=facts.words(fields.get("odl_competences")),
        has=facts.words(fields.get("odl_has")),
        profile=facts.known(fields.get("odl_profile"), PROFILES),
        description=(group.description or "").strip(),
        has_image=bool(group.image_url),
        contact=contact,
        address=address.email if address else "",
        website=fields.get("odl_website") or "",
        default_licence=fields.get("odl_default_licence") or None,
        datasets=tuple(seen.of(facts.dataset(row, files.get(row.id, ()), contacts, inside)) for row in packages),
        people=people,
        mandates=tuple(
            onboarding.Mandate(id=row.id, function=row.role, since=row.since, until=row.until, name=row.title)
            for row in mandates
        ),
        proofs=tuple(facts.proof(row) for row in proofs if row.kind in EVIDENCE),
        waivers=tuple(
            onboarding.Waiver(row.step, row.value, row.given_on, row.author_id, row.outcome)
            for row in proofs
            if row.kind == WAIVER
        ),
        proposals=tuple(
            onboarding.Proposal(row.step, row.value, row.given_on, row.author_id)
            for row in proofs
            if row.kind == PROPOSAL
        ),
        history=tuple(sorted((group.history or {}).items())),
        precheck=facts.precheck([row for row in packages if not seen.came_in(row.id)], rows, fields, day),
    )
    previous = group.progress
    return Gathered(
        snapshot=snapshot,
        fields=fields,
        ancestors=ancestors,
        previous=previous,
        computed_on=group.computed_on,
        advanced_on=group.advanced_on,
        proposals=len(snapshot.proposals),
        states=previous_states(previous),
        withdrawn=withdrawn,
    )


def previous_states(progress: dict[str, Any] | None) -> dict[str, tuple[str, dt.date]]:
    """Step → (state, since) of a stored progress."""
    steps = (progress or {}).get("steps") or {}
    return {id_: (step["state"], dt.date.fromisoformat(step["since"])) for id_, step in steps.items()}


def _group(session: Session, organization_id: str) -> Any:
    """What CKAN knows of it, the last computation, and how many lines of history each step has."""
    group: Any = model.Group
    progress = PathProgress.__table__
    return session.execute(
        sa.select(
            group.name,
            group.title,
            group.description,
            group.image_url,
            extras.of_groups(),
            progress.c.progress,
            progress.c.computed_on,
            progress.c.advanced_on,
            _lines_of_history(organization_id),
        )
        .outerjoin(progress, progress.c.organization_id == group.id)
        .where(group.id == organization_id, group.is_organization, group.state == model.State.ACTIVE)
    ).first()


def _ancestors(session: Session, organization_id: str) -> tuple[Ancestor, ...]:
    group: Any = model.Group
    member: Any = aliased(model.Member)
    up = (
        sa.select(member.table_id.label("id"), sa.literal(1).label("height"))
        .where(_is_parent(member), member.group_id == organization_id)
        .cte(recursive=True)
    )
    above: Any = aliased(model.Member)
    # CKAN forbids loops; the height keeps one that slipped in from never ending.
    up = up.union(
        sa.select(above.table_id, up.c.height + 1)
        .join(up, above.group_id == up.c.id)
        .where(_is_parent(above), up.c.height < 10)
    )
    rows = session.execute(
        sa.select(group.id, group.name, group.title, extras.of_groups(), up.c.height)
        .join(up, up.c.id == group.id)
        .where(group.state == model.State.ACTIVE, group.is_organization)
        .order_by(up.c.height)
    )
    return tuple(
        Ancestor(row.id, row.name, row.title or row.name, (row.extras or {}).get("odl_is_atd") == "true")
        for row in rows
    )


def _is_parent(member: Any) -> Any:
    # Whatever the capacity: CKAN writes "parent" or "public" there, by the way it was made.
    return sa.and_(member.table_name == "group", member.state == model.State.ACTIVE)


def _members(session: Session, organization_ids: list[str]) -> list[Any]:
    member: Any = model.Member
    user: Any = model.User
    return list(
        session.execute(
            sa.select(
                member.group_id,
                member.capacity,
                user.id.label("user_id"),
                user.state.label("user_state"),
                user.sysadmin,
                user.last_active,
            )
            .join(user, user.id == member.table_id)
            .where(
                member.group_id.in_(organization_ids),
                member.table_name == "user",
                member.state == model.State.ACTIVE,
            )
        )
    )


def _packages(session: Session, organization_id: str) -> list[Any]:
    package: Any = model.Package
    return list(
        session.execute(
            sa.select(*checking.columns()).where(_owned(organization_id)).order_by(package.metadata_created, package.id)
        )
    )


def _owned(organization_id: str) -> Any:
    package: Any = model.Package
    return sa.and_(
        package.owner_org == organization_id,
        package.state == model.State.ACTIVE,
        package.type == "dataset",
    )


def _files(
    session: Session, organization_id: str
) -> tuple[dict[str, list[FileFacts]], dict[str, list[dict[str, Any]]]]:
    """The files of each dataset, with the word of the portal for each, and as they are stored: three queries."""
    r: Any = model.Resource
    package: Any = model.Package
    view: Any = model.ResourceView
    has_view = sa.exists().where(view.resource_id == r.id, view.view_type.in_(DATA_VIEWS)).label("has_view")
    rows = session.execute(
        sa.select(
            r.id,
            r.package_id,
            r.name,
            r.url,
            r.url_type,
            r.format,
            r.mimetype,
            r.description,
            r.hash,
            r.size,
            r.resource_type,
            r.created,
            r.last_modified,
            r.extras,
            has_view,
        )
        .join(package, package.id == r.package_id)
        .where(r.state == model.State.ACTIVE, _owned(organization_id))
        .order_by(r.package_id, r.position)
    ).all()
    mine = (
        sa.select(r.id)
        .join(package, package.id == r.package_id)
        .where(r.state == model.State.ACTIVE, _owned(organization_id))
    )
    stored = {
        file.resource_id: file
        for file in session.scalars(sa.select(StoredFile).where(StoredFile.resource_id.in_(mine)))
    }
    checks = {
        (row.resource_id, row.sha256, row.schema_id, row.schema_version): row
        for row in session.execute(sa.select(*state.SUMMARY).where(Validation.resource_id.in_(mine)))
    }
    checked = {key[0] for key, row in checks.items() if row.counts is not None}
    found: dict[str, list[FileFacts]] = defaultdict(list)
    as_stored: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        resource = {**(row.extras or {}), **row._mapping}
        resource.pop("extras", None)
        at = state.judge(resource, stored.get(row.id), checks)
        found[row.package_id].append(facts.file(resource, at, row.id in checked))
        as_stored[row.package_id].append(resource)
    return found, as_stored


def _contacts(session: Session, addresses: set[str]) -> dict[str, list[tuple[str, bool]]]:
    """The accounts behind e-mail addresses: (id, active) by address in small letters."""
    found: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    if addresses:
        user: Any = model.User
        wanted = {address.strip().lower() for address in addresses}
        for row in session.execute(
            sa.select(user.id, user.email, user.state).where(sa.func.lower(user.email).in_(wanted))
        ):
            found[row.email.lower()].append((row.id, row.state == "active"))
    return dict(found)


def _proofs(session: Session, organization_id: str) -> tuple[list[PathProof], frozenset[str]]:
    """What counts today, in the order in which it was given; and the steps with a proof taken back since the last
    computation."""
    table = PathProgress.__table__
    computed = sa.select(table.c.computed_at).where(table.c.organization_id == organization_id).scalar_subquery()
    found = session.scalars(
        sa.select(PathProof)
        .where(
            PathProof.organization_id == organization_id,
            sa.or_(PathProof.ended_at.is_(None), PathProof.ended_at > computed),
        )
        .order_by(PathProof.created_at)
    ).all()
    withdrawn = frozenset(proof.step for proof in found if proof.ended_at and proof.kind in EVIDENCE)
    return [proof for proof in found if not proof.ended_at], withdrawn


def _lines_of_history(organization_id: str) -> Any:
    lines = (
        sa.select(PathHistory.step, sa.func.count().label("lines"))
        .where(PathHistory.organization_id == organization_id, PathHistory.step != "")
        .group_by(PathHistory.step)
        .subquery()
    )
    return sa.select(sa.func.jsonb_object_agg(lines.c.step, lines.c.lines)).scalar_subquery().label("history")
