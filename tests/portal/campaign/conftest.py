"""A structure with three members, its people, and a list of members like those that are kept in spreadsheets."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from werkzeug.datastructures import FileStorage

from ckanext.odl.intake import own_session
from ckanext.odl.logic.campaign import links, work
from tests.portal import conftest
from tests.portal.conftest import SCHEMA

from .smtp import Server

CONTACT = {"name": "Anne Roux", "email": "anne@causses.exemple.fr", "phone": "04 00 00 00 00"}
EMAILS = {"badaroux": "mairie@badaroux.exemple.fr", "chanac": "mairie@chanac.exemple.fr"}
SERVICE = "smtp.server"
#: Files of Badaroux.
GOOD, WRONG = (content.replace(b"48903", b"48013") for content in (conftest.GOOD, conftest.WRONG))
PEOPLE = {
    "sysadmin": None,
    "atd": ("causses", "admin"),
    "atd_editor": ("causses", "editor"),
    "atd_member": ("causses", "member"),
    "other_atd": ("plateau", "admin"),
    "agent": ("badaroux", "editor"),
    "neighbour": ("chanac", "editor"),
    "stranger": None,
}
ORGANIZATIONS = {
    "causses": ("", "Causses Numérique", {"odl_kind": "syndicat", "odl_is_atd": True}),
    "plateau": ("", "Agence du Plateau", {"odl_kind": "departement", "odl_is_atd": True}),
    "badaroux": ("causses", "Badaroux", {"odl_kind": "commune", "odl_insee": "48013"}),
    "chanac": ("causses", "Chanac", {"odl_kind": "commune", "odl_insee": "48039"}),
    "florac": ("causses", "Florac", {"odl_kind": "commune", "odl_insee": "48061"}),
    "millau": ("plateau", "Millau", {"odl_kind": "commune", "odl_insee": "12145"}),
}


class Place:
    """The organizations and people above, by the names that are theirs here."""

    def __init__(self) -> None:
        self.users: dict[str, str] = {}

    def call(self, who: str | None, action: str, **data: Any) -> Any:
        """Call an action as the API does, with the rights of *who* (None: of someone without an account)."""
        model.Session.expire_all()
        user = self.users.get(who or "", "")
        context: dict[str, Any] = {"user": user, "ignore_auth": False}
        if user:
            context["auth_user_obj"] = model.User.get(user)
        return tk.get_action(action)(context, data)

    def id(self, name: str) -> str:
        return model.Group.get(name).id


@pytest.fixture
def place(clean_db: None, clean_index: None) -> Place:
    made = Place()
    for who in PEOPLE:
        made.users[who] = (factories.Sysadmin() if who == "sysadmin" else factories.User(name=who))["name"]
    for name, (parent, title, fields) in ORGANIZATIONS.items():
        users = [
            {"name": made.users[who], "capacity": role[1]} for who, role in PEOPLE.items() if role and role[0] == name
        ]
        groups = [{"name": parent}] if parent else []
        made.call("sysadmin", "organization_create", name=name, title=title, users=users, groups=groups, **fields)
    return made


def file_of(text: str | bytes, name: str = "membres.csv") -> FileStorage:
    """A file as a form sends it."""
    content = text.encode() if isinstance(text, str) else text
    return FileStorage(io.BytesIO(content), filename=name)


def run_pieces() -> int:
    """Do what a worker does for campaigns; returns how many pieces that was."""
    number = 0
    with own_session() as session:
        while work.next_piece(session):
            number += 1
    model.Session.rollback()
    model.Session.expire_all()
    return number


@pytest.fixture
def page(app: Any, place: Place) -> Callable[..., BeautifulSoup]:
    """A function that opens a page, or posts a form to it, with the rights of somebody."""

    def open_page(who: str | None, address: str, form: dict[str, Any] | None = None, status: int = 200) -> Any:
        headers = {}
        if who:
            headers["Authorization"] = factories.APIToken(user=place.users[who])["token"]
        if form is None:
            answer = app.get(address, headers=headers, follow_redirects=False)
        else:
            answer = app.post(
                address, data=form, headers=headers, content_type="multipart/form-data", follow_redirects=False
            )
        assert answer.status_code == status, BeautifulSoup(
            answer.data.decode("utf-8", "replace"), "html.parser"
        ).get_text(" ", strip=True)[:2000]
        found = BeautifulSoup(answer.data.decode("utf-8", "replace"), "html.parser")
        found.location = answer.headers.get("Location", "")  # type: ignore[attr-defined] (a word of ours)
        found.headers = answer.headers  # type: ignore[attr-defined] (likewise)
        return found

    return open_page


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch, with_plugins: None) -> Iterator[Server]:
    with Server() as server:
        monkeypatch.setitem(tk.config, SERVICE, server.address)
        monkeypatch.setitem(tk.config, "smtp.mail_from", "portail@exemple.fr")
        yield server


@pytest.fixture
def campaign(place: Place) -> dict[str, Any]:
    """A campaign of three members, one without an address, that is not sent yet."""
    due = (links.today().replace(year=links.today().year + 1)).isoformat()
    made = place.call(
        "atd", "odl_campaign_create", atd="causses", schema=SCHEMA, period="2024", due_on=due, contact=CONTACT
    )
    emails = {place.id(name): email for name, email in EMAILS.items()}
    return place.call("atd", "odl_campaign_update", id=made["id"], emails=emails)
