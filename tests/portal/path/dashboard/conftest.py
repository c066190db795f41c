"""A région over a syndicat over communes, an ATD beside them, their people, and where each collectivité stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.odl.model import PathProgress

#: Person -> (organization, role).
PEOPLE = {
    "sysadmin": None,
    "region": ("region-lirac", "admin"),
    "atd": ("causses", "admin"),
    "atd_editor": ("causses", "editor"),
    "atd_member": ("causses", "member"),
    "other_atd": ("plateau", "admin"),
    "agent": ("saint-exemple", "editor"),
    "stranger": None,
}
#: Organization -> (parent, title, fields).
ORGANIZATIONS = {
    "region-lirac": ("", "Région Lirac", {"odl_kind": "region", "odl_is_atd": True}),
    "causses": ("region-lirac", "Causses Numérique", {"odl_kind": "syndicat", "odl_is_atd": True}),
    "plateau": ("", "Agence du Plateau", {"odl_kind": "departement", "odl_is_atd": True}),
    "saint-exemple": ("causses", "Saint-Exemple", {"odl_kind": "commune", "odl_insee": "48901"}),
    "valbrune": ("causses", "Valbrune", {"odl_kind": "commune", "odl_insee": "48903"}),
    "hautes-terres": ("causses", "Hautes Terres", {"odl_kind": "epci"}),
    "lointaine": ("plateau", "Lointaine", {"odl_kind": "commune", "odl_insee": "12999"}),
}
PHASES = [{"id": f"p{number}", "done": 0, "applicable": 8} for number in range(1, 7)]


class Territory:
    """The organizations and people above, by the names that are theirs here."""

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {}

    def call(self, who: str | None, action: str, **data: Any) -> Any:
        """Call an action with the rights of *who* (nobody: of someone without an account)."""
        model.Session.expire_all()
        context: Any = {"user": self.users[who]["name"] if who else "", "ignore_auth": False}
        return tk.get_action(action)(context, data)

    def id(self, name: str) -> str:
        return model.Group.get(name).id

    def stands(self, name: str, **values: Any) -> None:
        """Write where an organization stands, as a computation would have."""
        group = model.Group.get(name)
        fields = ORGANIZATIONS.get(name, ("", "", {}))[2]
        done = values.pop("phase_done", None) or {}
        row = {
            "organization_id": group.id,
            "computed_at": sa.func.now(),
            "computed_on": dt.date(2026, 3, 2),
            "sort_title": group.title.lower(),
            "kind": fields.get("odl_kind", "commune"),
            "department": str(fields.get("odl_insee", ""))[:2],
            "current": "p1",
            "applicable": 48,
            "has_contact": True,
            "last_activity": dt.date(2026, 2, 1),
            "why": [],
            "phases": [{**phase, "done": done.get(phase["id"], 0)} for phase in PHASES],
            **values,
        }
        table = PathProgress.__table__
        model.Session.execute(sa.delete(table).where(table.c.organization_id == group.id))
        model.Session.execute(sa.insert(table).values(row))
        model.Session.commit()


@pytest.fixture
def territory(clean_db: None, clean_index: None) -> Territory:
    made = Territory()
    for who in PEOPLE:
        made.users[who] = factories.Sysadmin() if who == "sysadmin" else factories.User(fullname=f"Prénom {who}")
    for name, (parent, title, fields) in ORGANIZATIONS.items():
        users = [
            {"name": made.users[who]["name"], "capacity": place[1]}
            for who, place in PEOPLE.items()
            if place and place[0] == name
        ]
        groups = [{"name": parent}] if parent else []
        made.call("sysadmin", "organization_create", name=name, title=title, users=users, groups=groups, **fields)
    for name in ORGANIZATIONS:
        made.stands(name, is_atd=bool(ORGANIZATIONS[name][2].get("odl_is_atd")))
    return made


@pytest.fixture
def visit(app: Any, territory: Territory, authorization: Any) -> Callable[..., Any]:
    """A function that opens an address, or posts a form to it, with the rights of somebody; returns the answer."""
    known: dict[str | None, dict[str, str]] = {None: {}}

    def open_page(
        who: str | None, address: str, form: dict[str, Any] | None = None, status: int = 200, **more: Any
    ) -> Any:
        if who not in known:
            known[who] = authorization(territory.users[str(who)])
        headers = {**known[who], **more.pop("headers", {})}
        follow = more.pop("follow", False)
        if form is None:
            answer = app.get(address, headers=headers, follow_redirects=follow, **more)
        else:
            answer = app.post(address, data=form, headers=headers, follow_redirects=follow, **more)
        assert answer.status_code == status, BeautifulSoup(answer.data, "html.parser").get_text(" ", strip=True)[:2000]
        model.Session.expire_all()
        return answer

    return open_page


@pytest.fixture
def look(visit: Callable[..., Any]) -> Callable[..., BeautifulSoup]:
    """The same, read as a page."""
    return lambda *asked, **more: BeautifulSoup(visit(*asked, **more).data, "html.parser")
