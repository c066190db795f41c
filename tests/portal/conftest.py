"""What the tests inside a portal have in common: a commune, its agent, her files, and a worker that works at once."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from werkzeug.datastructures import FileStorage

from ckanext.odl import intake, jobs
from ckanext.odl.model import State, Validation

#: A model of five plain columns is enough for most tests.
SCHEMA = "scdl/prenoms"
HEADER = "COMMUNE_NOM,COLL_INSEE,ENFANT_SEXE,ENFANT_PRENOM,NOMBRE_OCCURRENCES,ANNEE\n"
GOOD = (HEADER + "Valbrune,48903,F,Louise,3,2024\n").encode()
WRONG = (HEADER + "Valbrune,48903,F,Louise,3,2024\nValbrune,48903,X,Jade,beaucoup,2024\n").encode()


def upload(content: bytes, name: str = "prenoms.csv") -> FileStorage:
    """A file as a form sends it."""
    return FileStorage(io.BytesIO(content), filename=name)


def run_checks() -> int:
    """Do what a worker does, for all that waits; returns how many checks that was."""
    ids = list(model.Session.scalars(sa.select(Validation.id).where(Validation.state == State.WAITING.value)))
    model.Session.rollback()
    with intake.own_session() as session:
        checks = jobs.Checks(session)
        while checks.next():
            pass
    model.Session.expire_all()
    return len(ids)


@pytest.fixture
def commune() -> dict[str, Any]:
    return factories.Organization(title="Valbrune", name="valbrune", user=factories.Sysadmin())


@pytest.fixture
def agent(commune: dict[str, Any]) -> dict[str, Any]:
    """An agent of the commune."""
    user = factories.User(name="sylvie")
    call("organization_member_create", None, id=commune["id"], username=user["name"], role="editor")
    return user


@pytest.fixture
def dataset(commune: dict[str, Any], agent: dict[str, Any]) -> dict[str, Any]:
    return call("package_create", agent, name="prenoms", title="Prénoms", owner_org=commune["id"], license_id="lov2")


@pytest.fixture
def deposit(dataset: dict[str, Any], agent: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """A function that puts a file on the portal, in the commune's dataset, and returns the resource."""

    def put(content: bytes = GOOD, name: str = "prenoms.csv", schema: str = SCHEMA, **more: Any) -> dict[str, Any]:
        data = {"package_id": dataset["id"], "name": name, "odl_schema": schema, **more}
        return call("resource_create", agent, upload=upload(content, name), url=name, **data)

    return put


def call(action: str, user: dict[str, Any] | None, **data: Any) -> Any:
    """Call an action with the rights of *user*; with those of the portal itself when there is none."""
    name = user["name"] if user else tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(action)({"user": name}, data)


def state_of(resource: dict[str, Any], user: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the API says of a file, freshly read."""
    model.Session.expire_all()
    return call("odl_validation_show", user, id=resource["id"])
