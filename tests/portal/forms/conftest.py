"""A small territory: an ATD with two communes and an EPCI, another ATD with one commune, and their people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories

PEOPLE = {
    "sysadmin": None,
    "atd_admin": ("atd", "admin"),
    "atd_editor": ("atd", "editor"),
    "atd_member": ("atd", "member"),
    "other_atd_admin": ("other-atd", "admin"),
    "own_admin": ("saint-exemple", "admin"),
    "own_editor": ("saint-exemple", "editor"),
    "neighbour_admin": ("villeneuve", "admin"),
    "epci_admin": ("cc-du-causse", "admin"),
    "stranger": None,
}


@dataclass
class Territory:
    names: dict[str, str] = field(default_factory=dict)

    def call(self, who: str, action: str, **data: Any) -> Any:
        """Call an action as the API does, with the rights of *who*."""
        user = self.names.get(who, "")
        context: dict[str, Any] = {"user": user, "ignore_auth": False}
        if user:
            context["auth_user_obj"] = model.User.get(user)
        return tk.get_action(action)(context, data)


@pytest.fixture
def territory(clean_db: None, clean_index: None) -> Territory:
    made = Territory()
    for who in PEOPLE:
        user = factories.Sysadmin() if who == "sysadmin" else factories.User()
        made.names[who] = user["name"]

    def organization(name: str, parent: str | None = None, **fields: Any) -> None:
        users = [
            {"name": made.names[who], "capacity": place[1]}
            for who, place in PEOPLE.items()
            if place and place[0] == name
        ]
        groups = [{"name": parent}] if parent else []
        made.call("sysadmin", "organization_create", name=name, users=users, groups=groups, **fields)

    organization("atd", title="Agence du Causse", odl_kind="syndicat", odl_is_atd=True)
    organization("other-atd", title="Agence du Plateau", odl_kind="departement", odl_is_atd=True)
    commune = {"odl_kind": "commune", "odl_insee": "48150", "odl_default_licence": "lov2"}
    organization("saint-exemple", "atd", title="Saint-Exemple", **commune)
    organization("villeneuve", "atd", title="Villeneuve", odl_kind="commune", odl_insee="2A001")
    organization("cc-du-causse", "atd", title="CC du Causse", odl_kind="epci", odl_siren="200000990")
    organization("lointaine", "other-atd", title="Lointaine", odl_kind="commune", odl_insee="12001")
    return made


@pytest.fixture
def page(app: Any, territory: Territory) -> Callable[..., BeautifulSoup]:
    """A function that opens a page, or posts a form to it, with the rights of somebody."""

    def open_page(who: str, address: str, form: dict[str, Any] | None = None, status: int = 200) -> BeautifulSoup:
        user = territory.names.get(who)
        headers = {"Authorization": factories.APIToken(user=user)["token"]} if user else {}
        if form is None:
            answer = app.get(address, headers=headers, status=status)
        else:
            answer = app.post(
                address,
                data=form,
                headers=headers,
                content_type="multipart/form-data",
                follow_redirects=False,
            )
            wrong = [
                line.get_text(" ", strip=True)
                for line in BeautifulSoup(answer.body, "html.parser").select(".error-explanation")
            ]
            assert answer.status_code == status, wrong
        found = BeautifulSoup(answer.body, "html.parser")
        found.location = answer.headers.get("Location", "")  # type: ignore[attr-defined] (a word of ours)
        return found

    return open_page
