"""How a collectivité's data stand, whatever their number: counts and lists cost the page and not the portal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from ckan import authz, model, types
from ckan.plugins import toolkit as tk

from ckanext.odl.logic import collectivite, state
from ckanext.odl.logic.state import BADGES, FileState
from ckanext.odl.model import Deposit, DepositState, Validation

# Name of the field in the search index, see ckanext.odl.search.
_STATE_FIELD = "vocab_odl_state"
#: What a person can do something about, the most pressing first.
_STEPS = ("unreadable", "invalid", "to_check", "no_schema")


class Place(NamedTuple):
    """An organization in a list."""

    id: str
    name: str
    title: str


@dataclass(frozen=True)
class Step:
    """Something worth doing for one file. ``guess`` is the model that its columns look like, if any."""

    package: dict[str, Any]
    resource: dict[str, Any]
    file: FileState
    guess: dict[str, Any] | None = None


def collectivites(user_name: str, but_below: Iterable[model.Group] = ()) -> list[Place]:
    """The organizations that this person works for, by title: member there, or staff of one above.

    :param but_below: organizations to leave out with all those under them: their dashboards list them
    """
    left_out = {group.id for group in but_below}
    group, member = model.Group, model.Member
    statement = sa.select(group.id, group.name, group.title).where(group.is_organization, group.state == "active")
    if not authz.is_sysadmin(user_name):
        memberships = model.Session.execute(
            sa.select(member.group_id, member.capacity)
            .join(model.User, model.User.id == member.table_id)
            .join(group, group.id == member.group_id)
            .where(
                model.User.name == user_name,
                member.table_name == "user",
                member.state == "active",
                member.capacity.in_(authz.get_roles_with_permission("read")),
                group.is_organization,
                group.state == "active",
            )
        ).all()
        memberships = [row for row in memberships if row.group_id not in left_out]
        ids = {row.group_id for row in memberships}
        cascading = tk.config["ckan.auth.roles_that_cascade_to_sub_groups"]
        for row in memberships:
            if row.capacity in cascading:
                organization = model.Group.get(row.group_id)
                below = organization.get_children_group_hierarchy(type=organization.type) if organization else []
                ids |= {child[0] for child in below}
        if not ids:
            return []
        statement = statement.where(group.id.in_(ids))
    found = [Place(row.id, row.name, row.title or row.name) for row in model.Session.execute(statement)]
    return sorted(found, key=lambda place: fold(place.title))


def works_for(user_name: str) -> tuple[bool, bool]:
    """Whether this person works for at least one organization (sysadmins do not count as such), and staffs an ATD."""
    member, group = model.Member, model.Group
    is_staff = sa.and_(member.capacity.in_(collectivite.STAFF_ROLES), collectivite.marked_as_atd())
    statement = (
        sa.select(sa.func.count(), sa.func.bool_or(is_staff))
        .select_from(member)
        .join(model.User, model.User.id == member.table_id)
        .join(group, group.id == member.group_id)
        .where(
            model.User.name == user_name,
            model.User.state == "active",
            member.table_name == "user",
            member.state == "active",
            group.is_organization,
            group.state == "active",
        )
    )
    number, staffs = model.Session.execute(statement).one()
    return bool(number), bool(staffs)


def fold(text: str) -> str:
    """A text without case and accents, to search and to sort."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def counts(context: types.Context, organization_id: str, query: str = "") -> dict[str, int]:
    """How many datasets that this person may see are in each state, the most pressing state first."""
    found = tk.get_action("package_search")(
        tk.fresh_context(context),
        {
            **_scope(organization_id, query),
            "rows": 0,
            "facet.field": [_STATE_FIELD],
            "facet.limit": -1,
        },
    )
    facet = found["facets"].get(_STATE_FIELD, {})
    return {badge: facet[badge] for badge in BADGES if facet.get(badge)}


def counts_of(context: types.Context, places: list[Place]) -> dict[str, dict[str, int]]:
    """The same for several organizations, by name, in one search for each state."""
    found: dict[str, dict[str, int]] = {place.name: {} for place in places}
    if not places:
        return found
    owners = " OR ".join(f'"{place.id}"' for place in places)
    for badge in BADGES:
        answer = tk.get_action("package_search")(
            tk.fresh_context(context),
            {
                "fq": f'+owner_org:({owners}) +{_STATE_FIELD}:"{badge}"',
                "include_private": True,
                "include_drafts": True,
                "rows": 0,
                "facet.field": ["organization"],
                "facet.limit": -1,
            },
        )
        for name, number in answer["facets"]["organization"].items():
            found[name][badge] = number
    return found


def datasets(
    context: types.Context, organization_id: str, found: dict[str, int], *, start: int, rows: int, query: str = ""
) -> list[dict[str, Any]]:
    """One page of the datasets, the most pressing first, then by title.

    :param found: what :func:`counts` answered for the same organization and query
    """
    page: list[dict[str, Any]] = []
    for badge, number in found.items():
        if start >= number:
            start -= number
            continue
        answer = tk.get_action("package_search")(
            tk.fresh_context(context),
            {
                **_scope(organization_id, query, badge),
                "rows": rows - len(page),
                "start": start,
                "sort": "title_string asc",
            },
        )
        page += answer["results"]
        start = 0
        if len(page) >= rows:
            break
    return page


def _scope(organization_id: str, query: str = "", badge: str = "") -> dict[str, Any]:
    state_filter = f' +{_STATE_FIELD}:"{badge}"' if badge else ""
    return {
        # Words only: what else people type (quotes, colons, OR) would be read as Solr's own syntax.
        "q": " ".join(re.findall(r"\w+", query.lower())),
        "fq": f'+owner_org:"{organization_id}"{state_filter}',
        "include_private": True,
        "include_drafts": True,
    }


def next_steps(context: types.Context, organization_id: str, found: dict[str, int], limit: int = 3) -> list[Step]:
    """The most useful things to do next: what cannot be read, what is nearly right, what looks like a model."""
    steps: list[Step] = []
    for badge in (badge for badge in _STEPS if found.get(badge)):
        packages = datasets(context, organization_id, {badge: found[badge]}, start=0, rows=20)
        resources = {resource["id"]: (package, resource) for package in packages for resource in package["resources"]}
        files = state.of_resources([resource for _package, resource in resources.values()])
        candidates = [file for file in files if file.badge == badge and file.is_upload]
        guesses = _guesses(candidates) if badge == "no_schema" else {}
        if badge == "no_schema":  # where the columns look like no model, there is none to choose
            candidates = [file for file in candidates if file.resource_id in guesses]
        # What is nearly right comes first: the least work for the most good.
        candidates.sort(key=lambda file: file.counts.get("errors") or 0)
        steps += [
            Step(*resources[file.resource_id], file, guesses.get(file.resource_id))
            for file in candidates[: limit - len(steps)]
        ]
        if len(steps) >= limit:
            break
    return steps


def _guesses(files: list[FileState]) -> dict[str, dict[str, Any]]:
    """The models that files without one look like (``id``, ``version``, ``matched``, ``total``), by resource.

    Where the person who deposited a file said that none fits, none does.
    """
    deposit = Deposit.__table__
    refused = sa.select(deposit.c.resource_id).where(
        deposit.c.resource_id.in_([file.resource_id for file in files]),
        deposit.c.schema_chosen,
        deposit.c.schema_id == "",
        deposit.c.state == DepositState.PUBLISHED.value,
    )
    said = set(model.Session.scalars(refused))
    checks = [file.check.id for file in files if file.check and file.resource_id not in said]
    rows = model.Session.execute(
        sa.select(Validation.resource_id, Validation.report["guess"]).where(Validation.id.in_(checks))
    )
    return {resource_id: guess for resource_id, guess in rows if guess}


def doubt(file: FileState) -> str:
    """Why a file is to be checked again.

    ``link`` (a link that the portal does not read), ``limit`` (our own limits stopped the check), ``silent`` (the
    other site did not answer), ``interrupted`` (something else did).
    """
    if not file.is_read:
        return "link"
    if file.check and file.check.status == "incomplete" and file.state == "done":
        return "limit"
    return "interrupted" if file.is_upload else "silent"
