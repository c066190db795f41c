"""A commune under its ATD, and the people around them."""

from __future__ import annotations

from typing import Any

import pytest
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from tests.portal.conftest import call


def organization(name: str, parent: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """An organization, under *parent* when there is one."""
    found = factories.Organization(name=name, user=factories.Sysadmin(), **more)
    if parent:
        call("member_create", None, id=found["id"], object=parent["id"], object_type="group", capacity="parent")
    return found


def account(name: str, of: dict[str, Any] | None = None, role: str = "editor") -> dict[str, Any]:
    """An account, member of an organization when there is one."""
    user = factories.User(name=name)
    if of:
        call("organization_member_create", None, id=of["id"], username=name, role=role)
    return user


@pytest.fixture
def region() -> dict[str, Any]:
    return organization("region", title="Grande Région", odl_is_atd="true")


@pytest.fixture
def atd(region: dict[str, Any]) -> dict[str, Any]:
    """The ATD of the commune; another ATD is above it."""
    return organization("causses", region, title="Causses Numérique", odl_is_atd="true")


@pytest.fixture
def member(commune: dict[str, Any], atd: dict[str, Any]) -> dict[str, Any]:
    """The commune, under the ATD."""
    call("member_create", None, id=commune["id"], object=atd["id"], object_type="group", capacity="parent")
    return commune


@pytest.fixture
def adviser(atd: dict[str, Any]) -> dict[str, Any]:
    return account("adviser", atd)


@pytest.fixture
def people(member: dict[str, Any], agent: dict[str, Any], region: dict[str, Any], adviser: dict[str, Any]) -> dict:
    """One account of each kind: of this commune, of its ATD and the one above, of others."""
    found = {
        "anonymous": {"name": ""},
        "stranger": account("stranger"),
        "agent": agent,
        "reader": account("reader", member, "member"),
        "other_agent": account("other-agent", organization("pont-de-lirac")),
        "atd": adviser,
        "parent_atd": account("regional", region, "admin"),
        "other_atd": account("other-adviser", organization("other-atd", odl_is_atd="true")),
        "removed": account("removed", member),
        "sysadmin": factories.Sysadmin(),
    }
    call("organization_member_delete", None, id=member["id"], username="removed")
    return found


def ask(action: str, user: dict[str, Any], /, **data: Any) -> Any:
    """Call an action through authorization, as over the API."""
    return tk.get_action(action)({"user": user["name"], "ignore_auth": False}, data)


def outcome(action: str, user: dict[str, Any], **data: Any) -> str:
    """What this person gets: ``done``, ``hidden`` (as if there were nothing), ``refused`` or ``unfit``."""
    try:
        ask(action, user, **data)
    except tk.ObjectNotFound:
        return "hidden"
    except tk.NotAuthorized:
        return "refused"
    except tk.ValidationError:
        return "unfit"
    return "done"


def step(user: dict[str, Any], organization: dict[str, Any], id_: str) -> dict[str, Any]:
    """One step of a path, as *user* reads it."""
    shown = ask("odl_progress_show", user, id=organization["id"])
    return next(found for phase in shown["phases"] for found in phase["steps"] if found["id"] == id_)
