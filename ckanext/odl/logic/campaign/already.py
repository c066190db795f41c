"""What members have published already, whichever way it came to the portal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from ckan import model


def published(
    schema_id: str, period: str, organization_ids: Collection[str], since: dt.datetime | None = None
) -> dict[str, str]:
    """The public datasets of these organizations with a file of this model and period, by organization (one query).

    :param period: year, month or day; of a model without one, only files that came or changed *since* count
    :returns: organization -> id of a dataset
    """
    if not organization_ids or not schema_id or not (period or since):
        return {}
    r: Any = model.Resource
    package: Any = model.Package
    statement = (
        sa.select(package.owner_org, package.id, r.extras)
        .join(package, package.id == r.package_id)
        .where(
            package.owner_org.in_(organization_ids),
            package.state == model.State.ACTIVE,
            package.private.is_(False),
            r.state == model.State.ACTIVE,
            sa.type_coerce(r.extras, sa.Text).contains(f'"odl_schema": "{schema_id}"', autoescape=True),
        )
        .order_by(package.metadata_created.desc())
    )
    if not period and since is not None:
        moment = since.astimezone(dt.timezone.utc).replace(tzinfo=None)  # as CKAN keeps its times
        statement = statement.where(sa.func.coalesce(r.last_modified, r.created) >= moment)
    rows = model.Session.execute(statement)
    return {row.owner_org: row.id for row in rows if not period or (row.extras or {}).get("odl_period") == period}
