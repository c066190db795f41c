"""A commune that the portal knows well, and files of hers."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from ckan.tests import factories

from ckanext.odl.scdl import blank_csv, catalogue
from tests.portal.conftest import call, upload
from tests.portal.pages.conftest import look

__all__ = ["look"]

SIREN, SIRET = "214800955", "21480095500012"
PAGE = "/en/odl/collectivite/mende/modeles"


@pytest.fixture
def mende() -> dict[str, Any]:
    return factories.Organization(
        title="Ville de Mende",
        name="mende",
        odl_kind="commune",
        odl_siren=SIREN,
        odl_insee="48095",
        odl_has='["dae"]',
        user=factories.Sysadmin(),
    )


@pytest.fixture
def clerk(mende: dict[str, Any]) -> dict[str, Any]:
    """An editor of the commune."""
    return joined(mende, "editor")


@pytest.fixture
def boss(mende: dict[str, Any]) -> dict[str, Any]:
    """An admin of the commune."""
    return joined(mende, "admin")


def joined(organization: dict[str, Any], role: str) -> dict[str, Any]:
    user = factories.User()
    call("organization_member_create", None, id=organization["id"], username=user["name"], role=role)
    return user


def publish(user: dict[str, Any], organization: dict[str, Any], schema: str, **more: Any) -> dict[str, Any]:
    """A dataset with one file that follows a model; ``content`` for other bytes than its examples."""
    content = more.pop("content", None) or blank_csv(catalogue().table(schema), with_example=True)
    period = more.pop("period", "")
    subject = schema.rpartition("/")[2]
    data = {"name": f"{subject}-{organization['name']}", "title": subject.capitalize(), "license_id": "lov2", **more}
    package = call("package_create", user, owner_org=organization["id"], **data)
    name = f"{subject}.csv"
    more_of_it = {"odl_period": period} if period else {}
    call(
        "resource_create",
        user,
        package_id=package["id"],
        name=name,
        url=name,
        upload=upload(content, name),
        odl_schema=schema,
        **more_of_it,
    )
    return call("package_show", user, id=package["id"])


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
