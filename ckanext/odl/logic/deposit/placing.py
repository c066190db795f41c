"""Where a file belongs that a program sends: known by its model and period, among the datasets of an organization."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl.logic.deposit.facts import Facts
from ckanext.odl.model import Place, StoredFile


@dataclass(frozen=True)
class Where:
    """Where a file belongs: nowhere yet, in a dataset beside other periods, or in the place of a published file."""

    place: Place
    package_id: str | None = None
    resource_id: str | None = None
    sha256: str | None = None

    def values(self) -> dict[str, str]:
        """The same as parameters of ``odl_deposit_update``."""
        named = {"package_id": self.package_id, "resource_id": self.resource_id}
        return {"place": self.place.value, **{key: value for key, value in named.items() if value}}


@dataclass(frozen=True)
class Places:
    """The datasets of an organization in which a file of this model may lie.

    :param schema_id: the model
    :param order: the parameters of ``odl_publish``: ``period``, ``dataset`` and ``title`` say more
    """

    organization: model.Group
    schema_id: str
    order: dict[str, Any]

    def published_already(self, sha256: str) -> Where | None:
        """The published file with these very bytes, model and period."""
        period = self.order.get("period")
        for one in self._files():
            if one.sha256 == sha256 and one.period in (period or one.period,):
                return Where(Place.REPLACE, one.package_id, one.resource_id, one.sha256)
        return None

    def of(self, facts: Facts) -> Where:
        """Where the file belongs, from its model and period.

        :raises ValidationError: (field ``dataset``) several datasets follow this model
        """
        files = self._files()
        period = facts.proposal["resource"].get("odl_period") or ""
        same = [one for one in files if one.period == period]
        chosen = same or files
        packages = {one.package_id: one.title for one in chosen}
        if len(packages) > 1 and self.order.get("title"):
            packages = {id_: title for id_, title in packages.items() if title == self.order["title"]} or packages
        if len(packages) > 1:
            titles = ", ".join(f"“{title}”" for title in packages.values())
            sentence = tk._("Several datasets follow this model: {titles}. Give the name or id of one.")
            raise tk.ValidationError({"dataset": [sentence.format(titles=titles)]})
        if not packages:
            return self._named_place()
        one = next(one for one in chosen if one.package_id in packages)
        if same:
            return Where(Place.REPLACE, one.package_id, one.resource_id, one.sha256)
        return Where(Place.FILE, one.package_id)

    def _named_place(self) -> Where:
        """The dataset that the call names though no file of the model is in it; a new one when it names none."""
        reference = self.order.get("dataset")
        if not reference:
            return Where(Place.DATASET)
        package = model.Package.get(reference)
        if package is None or package.owner_org != self.organization.id or package.state != model.State.ACTIVE:
            raise tk.ValidationError({"dataset": [tk._("There is no such dataset in this organization.")]})
        return Where(Place.FILE, package.id)

    def _files(self) -> list[Any]:
        """The files of this model in the organization's datasets, with their periods; the newest dataset first."""
        package, resource, stored = model.Package, model.Resource, StoredFile.__table__
        p: Any = package
        r: Any = resource
        rows = model.Session.execute(
            sa.select(p.id, p.name, p.title, r.id.label("resource_id"), r.extras, stored.c.sha256)
            .join(r, r.package_id == p.id)
            .outerjoin(stored, stored.c.resource_id == r.id)
            .where(
                p.owner_org == self.organization.id,
                p.type == "dataset",
                p.state == model.State.ACTIVE,
                r.state == model.State.ACTIVE,
            )
            .order_by(p.metadata_created.desc(), r.position)
        )
        wanted = self.order.get("dataset")
        return [
            SimpleNamespace(
                package_id=row.id,
                title=row.title,
                resource_id=row.resource_id,
                sha256=row.sha256,
                period=(row.extras or {}).get("odl_period") or "",
            )
            for row in rows
            if (row.extras or {}).get("odl_schema") == self.schema_id and (not wanted or wanted in (row.id, row.name))
        ]
