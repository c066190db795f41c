"""The feeds that data.gouv.fr reads: which datasets they hold, page by page.

The database says which datasets there are, the index only what is in them: a dataset that the index has lost stops the
feed. A feed that is too short would have data.gouv.fr archive the rest.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import ARRAY

from ckanext.odl import config
from ckanext.odl.datagouv import outgoing
from ckanext.odl.logic import collectivite, index
from ckanext.odl.model import DatagouvLink, Twin
from ckanext.odl.model.datagouv import NATIONAL, OWN

log = logging.getLogger(__name__)

_WANTED = "id,metadata_modified,validated_data_dict"
_SAME = 22  # characters of a time that the index keeps as the database does


class NotReady(Exception):
    """The feed would not be complete now. ``args[0]`` says why, for the log."""


class Withheld(Exception):
    """The ATD decided that nothing of this organization leaves."""


@dataclass(frozen=True)
class Page:
    """One page: the datasets (as ``package_show`` gives them), where the next one begins, how many there are in all.

    ``after`` is the id after which the next page begins, None on the last one; ``total`` is known on the first only.
    """

    packages: list[dict[str, Any]]
    after: str | None
    total: int | None


@dataclass(frozen=True)
class LeftOut:
    """An organization whose datasets are not in the feed of its ATD, and why (a code of ``outgoing.REASONS``)."""

    organization_id: str
    reason: str


@dataclass(frozen=True)
class Membership:
    """Whose datasets are in the feed of an organization, and who is left out."""

    organization_ids: list[str]
    left_out: list[LeftOut]


def membership(organization: model.Group) -> Membership:
    """Tell whose datasets the feed of *organization* holds: its own and, for an ATD, those of the members it carries.

    A member that has its own harvester is left out; where that member is itself an ATD, so are those under it, which
    it carries. The cost is that of three queries, whatever the number of members.
    """
    below: list[Any] = []
    if collectivite.is_atd(organization):
        below = organization.get_children_group_hierarchy(type=collectivite.ORGANIZATION)
    parents = {row[0]: row[3] for row in below}
    ids = [organization.id, *parents]
    links = {
        link.organization_id: link
        for link in model.Session.scalars(sa.select(DatagouvLink).where(DatagouvLink.organization_id.in_(ids)))
    }
    own = {id_ for id_ in parents if id_ in links and links[id_].mode == OWN}
    feeding = own and {
        group.id
        for group in model.Session.scalars(sa.select(model.Group).where(model.Group.id.in_(own)))
        if collectivite.is_atd(group)
    }

    def reason(id_: str) -> str | None:
        if id_ in links and links[id_].withheld:
            return outgoing.WITHHELD
        above, seen = id_, set()
        while above in parents and above not in seen:
            if above in own and (above == id_ or above in feeding):
                return outgoing.OWN_HARVESTER
            seen.add(above)
            above = parents[above]
        return None

    reasons = {id_: reason(id_) for id_ in ids}
    return Membership(
        [id_ for id_ in ids if reasons[id_] is None], [LeftOut(id_, why) for id_, why in reasons.items() if why]
    )


def page(organization: model.Group | None = None, *, after: str = "", contents: bool = True) -> Page:
    """Return one page of a feed, in the order of the ids: an edit, a new dataset or one that goes moves no other.

    :param organization: whose feed; None for that of the whole portal
    :param after: the id after which the page begins, "" for the first
    :param contents: False to make the checks alone
    :raises NotReady: the index does not answer, or does not hold what the database holds
    :raises Withheld: nothing of the organization leaves
    """
    ids = None
    if organization is not None:
        ids = membership(organization).organization_ids
        if not ids:
            raise Withheld(organization.id)
    total = _checked_total(ids) if not after else None
    package: Any = model.Package
    rows = config.feed_rows()
    statement = sa.select(package.id, package.metadata_modified).where(*leaving(ids), package.id > after)
    found = model.Session.execute(statement.order_by(package.id).limit(rows + 1)).all()
    modified = {row[0]: row[1] for row in found[:rows]}
    documents = _documents(list(modified))
    packages = [_package(id_, modified[id_], documents[id_]) for id_ in modified] if contents else []
    return Page(packages, list(modified)[-1] if len(found) > rows else None, total)


def leaving(organization_ids: list[str] | None) -> list[Any]:
    """The conditions under which a dataset is in a feed, the same as :func:`ckanext.odl.datagouv.outgoing.withheld`.

    :param organization_ids: of these organizations; None for all whose datasets may leave
    """
    package: Any = model.Package
    twin: Any = Twin
    came_in = sa.exists().where(twin.package_id == package.id, twin.origin == NATIONAL)
    conditions = [*_public(organization_ids), sa.not_(came_in)]
    if organization_ids is None:
        link: Any = DatagouvLink
        held_back = sa.exists().where(link.organization_id == package.owner_org, link.withheld)
        conditions.append(sa.not_(held_back))
    return conditions


def _public(organization_ids: list[str] | None) -> list[Any]:
    package: Any = model.Package
    conditions = index.public()
    if organization_ids is not None:
        conditions.append(package.owner_org == sa.any_(sa.cast(organization_ids, ARRAY(sa.Text))))
    return conditions


def _checked_total(organization_ids: list[str] | None) -> int:
    """The number of datasets in the feed, after a look at whether the index knows as many public ones."""
    package: Any = model.Package
    public = model.Session.scalar(sa.select(sa.func.count()).select_from(package).where(*_public(organization_ids)))
    filters = ["dataset_type:dataset", "state:active", "capacity:public"]
    if organization_ids is not None:
        filters.append(index.any_of("owner_org", organization_ids))
    indexed = _ask_index(filters, rows=0, fl="id").hits
    if indexed < (public or 0):
        raise NotReady(f"the index knows {indexed} public datasets, the database {public}")
    count = sa.select(sa.func.count()).select_from(package).where(*leaving(organization_ids))
    return model.Session.scalar(count) or 0


def _documents(ids: list[str]) -> dict[str, dict[str, Any]]:
    if not ids:
        return {}
    found = {
        document["id"]: document
        for document in _ask_index(
            [index.any_of("id", ids)], rows=len(ids), fl="id,metadata_modified,validated_data_dict"
        )
    }
    missing = [id_ for id_ in ids if "validated_data_dict" not in found.get(id_, {})]
    if missing:
        raise NotReady(f"the index lacks {len(missing)} datasets, among them {missing[0]}")
    return found


def _ask_index(filters: list[str], **more: Any) -> Any:
    try:
        return index.ask(filters, **more)
    except index.NoAnswer as error:
        raise NotReady(*error.args) from error


def _package(id_: str, modified: Any, document: dict[str, Any]) -> dict[str, Any]:
    """The dataset as the index keeps it; read from the database when it changed since."""
    if str(document.get("metadata_modified", "")).rstrip("Z")[:_SAME] == modified.isoformat()[:_SAME]:
        return json.loads(document["validated_data_dict"])
    context: Any = {"ignore_auth": True, "user": "", "use_cache": False}
    return tk.get_action("package_show")(context, {"id": id_})
