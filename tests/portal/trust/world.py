"""A portal with everything that can leak: two communes of one ATD, their people, and a marker in every private text.

A marker is a word that exists nowhere else; :attr:`World.markers` says who may read it.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from bs4 import BeautifulSoup
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp

from ckanext.odl.logic.path import recompute
from ckanext.odl.model import Covered, PathProgress, Twin
from tests.portal.conftest import HEADER, SCHEMA, call, run_checks, upload
from tests.portal.trust.people import EDITORS, EVERYBODY, INSIDE, MEMBERS, PEOPLE, STAFF, STATES

PASSWORD = "une phrase de passe assez longue"
ORGANIZATIONS = {
    "above": ("", "Grande Région", {"odl_is_atd": "true"}),
    "atd": ("above", "Causses Numérique", {"odl_is_atd": "true"}),
    "other": ("", "Agence du Plateau", {"odl_is_atd": "true"}),
    "a": ("atd", "Valbrune", {"odl_public_progress": "true", "odl_kind": "commune"}),
    "b": ("atd", "Pont-de-Lirac", {"odl_kind": "commune"}),
}
#: Tables whose every row is compared; a table that a version of CKAN does not have is left out.
TABLES = (
    "activity", "api_token", "group", "group_extra", "group_revision", "member", "package", "package_extra", "resource",
    "resource_view", "tag", "user_following_dataset", "user_following_group",
)  # fmt: skip


@dataclass
class World:
    """The portal, its people and its things by the names that are theirs here."""

    flask_app: Any
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    clients: dict[str, Any] = field(default_factory=dict)
    orgs: dict[str, str] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    resources: dict[str, str] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)
    #: Marker -> who may read it.
    markers: dict[str, frozenset[str]] = field(default_factory=dict)

    #: Added to every text that people type, to every file's columns, and as more wrong cells.
    more_text: str = ""
    more_name: str = ""
    more_functions: tuple[str, ...] = ()
    more_columns: tuple[str, ...] = ()
    more_cells: tuple[str, ...] = ()

    def mark(self, what: str, readers: frozenset[str]) -> str:
        """A new marker, known to *readers* only."""
        marker = f"zq{what}qz"
        self.markers[marker] = readers
        return marker

    def text(self, what: str, readers: frozenset[str]) -> str:
        """A text of people that holds a new marker."""
        return f"{self.mark(what, readers)} {self.more_text}".strip()

    def ask(self, who: str, method: str, address: str, **request: Any) -> Any:
        """What *who* gets from an address; where it redirects to is not followed."""
        headers = {"Authorization": self.tokens[who]} if who in self.tokens else {}
        model.Session.remove()
        headers |= request.pop("headers", {})
        answer = getattr(self.clients[who], method)(address, headers=headers, follow_redirects=False, **request)
        answer.get_data()  # to its end, when it is written while it is sent
        return answer

    def act(self, who: str, action: str, data: dict[str, Any]) -> Any:
        """What *who* gets from an action over the API; files make it a form."""
        address = f"/api/3/action/{action}"
        if any(hasattr(value, "stream") for value in data.values()):
            return self.ask(who, "post", address, data=data)
        return self.ask(who, "post", address, json=data)

    def leaks(self, who: str, answer: Any) -> list[str]:
        """The markers in *answer* that *who* may not read."""
        text = content_of(answer)
        return [marker for marker, readers in self.markers.items() if who not in readers and marker.encode() in text]

    @cached_property
    def tables(self) -> list[str]:
        present = sa.inspect(_engine()).get_table_names()
        ours = (name for name in present if name.startswith("odl_") and not name.endswith("_alembic_version"))
        return sorted([*ours, *(name for name in TABLES if name in present and name != "api_token")])

    def fingerprint(self) -> dict[str, str]:
        """A sum of all rows of each table."""
        model.Session.remove()
        sums = [
            f"SELECT '{name}' AS name, md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS rows "
            f'FROM "{name}" t'
            for name in self.tables
        ]
        with _engine().connect() as connection:
            return {row[0]: row[1] for row in connection.execute(sa.text(" UNION ALL ".join(sums)))}

    def settle(self) -> None:
        """Compute what waits to be computed, so that a reader finds nothing to bring up to date."""
        run_checks()
        for id_ in model.Session.scalars(sa.select(PathProgress.__table__.c.organization_id)).all():
            recompute.recompute(id_)
        model.Session.remove()

    def unknown(self) -> Any:
        """The same names, of things that do not exist."""
        nothing = "00000000-0000-4000-8000-000000000000"
        return SimpleNamespace(
            orgs=dict.fromkeys(self.orgs, "inconnue"),
            packages=dict.fromkeys(self.packages, nothing),
            resources=dict.fromkeys(self.resources, nothing),
            things=dict.fromkeys(self.things, nothing),
        )


def _engine() -> Any:
    return model.meta.engine


def content_of(answer: Any) -> bytes:
    """All that an answer says: headers, body, and the parts of a workbook."""
    body = answer.get_data()
    said = [str(answer.headers).encode(), body]
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            said += [book.read(name) for name in book.namelist()]
    return b"\n".join(said)


def build(flask_app: Any, **more: Any) -> World:
    """Make the whole of it in an empty database; *more* as :class:`World` has it."""
    world = World(flask_app, **more)
    _people(world)
    for state in STATES:
        _dataset(world, state)
    _replaced_file(world)
    _path(world)
    _national(world)
    _deposits(world)
    _campaign(world)
    _covered(world)
    world.settle()
    return world


def _people(world: World) -> None:
    world.users["sysadmin"] = factories.Sysadmin(password=PASSWORD)
    for name, (parent, title, fields) in ORGANIZATIONS.items():
        made = factories.Organization(name=f"org-{name}", title=title, user=world.users["sysadmin"], **fields)
        world.orgs[name] = made["name"]
        if parent:
            above = {"object": world.orgs[parent], "object_type": "group", "capacity": "parent"}
            call("member_create", None, id=made["id"], **above)
    call("odl_group_update", None, atd=world.orgs["atd"], ids=[world.orgs["a"]], group=world.mark("group", INSIDE))
    for who, place in MEMBERS.items():
        world.users[who] = factories.User(name=who.replace("_", "-"), password=PASSWORD)
        if place:
            role = {"username": world.users[who]["name"], "role": place[1]}
            call("organization_member_create", None, id=world.orgs[place[0]], **role)
    for who, user in world.users.items():
        world.tokens[who] = factories.APIToken(user=user["name"])["token"]
    for who in PEOPLE:
        world.clients[who] = CKANTestApp(world.flask_app).test_client()
    world.clients["session_a"] = session(world, "editor_a")
    call("organization_member_delete", None, id=world.orgs["a"], username=world.users["removed"]["name"])


def session(world: World, who: str) -> Any:
    """A browser in which *who* has logged in by the form."""
    client = CKANTestApp(world.flask_app).test_client()
    form = {"login": world.users[who]["name"], "password": PASSWORD, "_csrf_token": csrf_token(client, "/user/login")}
    answer = client.post("/user/login", data=form, follow_redirects=False)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client


def csrf_token(client: Any, address: str) -> str:
    """The token that a page gives to the forms of this browser."""
    page = BeautifulSoup(client.get(address).get_data(as_text=True), "html.parser")
    return str(page.select("input[name=_csrf_token]")[0]["value"])


def _dataset(world: World, state: str) -> None:
    readers = EVERYBODY if state == "public" else INSIDE

    def text(what: str) -> str:
        return world.mark(f"{what}{state}", readers)

    editor = world.users["editor_a"]
    made = call(
        "package_create",
        editor,
        name=f"jeu-{text('name')}",
        title=world.text(f"title{state}", readers),
        notes=world.text(f"notes{state}", readers),
        odl_service=world.text(f"service{state}", readers),
        odl_procedure=world.text(f"procedure{state}", readers),
        odl_homologation_note=world.text(f"homologation{state}", readers),
        owner_org=world.orgs["a"],
        license_id="lov2",
        private=state != "public",  # what was public once, CKAN's activities tell for ever
    )
    world.packages[state] = made["id"]
    name = world.text(f"resource{state}", readers)
    world.resources[state] = _deposit(world, made["id"], text("cell"), text("file"), name)
    if state == "draft":
        call("package_patch", editor, id=made["id"], state="draft", private=False)
    if state == "deleted":
        run_checks()
        call("package_patch", editor, id=made["id"], state="deleted", private=False)


def _deposit(world: World, package_id: str, cell: str, file: str, name: str, **of: Any) -> str:
    rows = [[*HEADER.strip().split(","), *world.more_columns], ["Valbrune", "48903", "F", "Louise", "3", "2024"]]
    rows += [["Valbrune", "48903", "F", "Jade", wrong, "2024"] for wrong in (cell, *world.more_cells)]
    table = io.StringIO()
    csv.writer(table).writerows(rows)
    file = f"{file}{world.more_name}.csv"
    action = "resource_update" if of else "resource_create"
    data = {"package_id": package_id, "name": name, "url": file, "odl_schema": SCHEMA, "description": name, **of}
    return call(action, world.users["editor_a"], upload=upload(table.getvalue().encode(), file), **data)["id"]


def _replaced_file(world: World) -> None:
    """A file of the public dataset that held something else before: only those who mend it may still read that."""
    package = world.packages["public"]
    first = (world.mark("cellreplaced", EDITORS), world.mark("filereplaced", EDITORS))
    resource = _deposit(world, package, *first, "Prénoms")
    run_checks()
    world.resources["replaced"] = _deposit(world, package, "beaucoup", "prenoms", "Prénoms", id=resource)
    found = call("odl_validation_list", None, resource_id=resource)
    assert found["count"] >= 1
    rows = sa.text("SELECT id FROM odl_validation WHERE resource_id = :id AND file_name LIKE '%filereplaced%'")
    world.things["former_check"] = model.Session.execute(rows, {"id": resource}).scalar_one()


def _deposits(world: World) -> None:
    """A draft with a wrong cell, and one that was given up."""

    def of(action: str, **data: Any) -> Any:
        return tk.get_action(action)({"user": world.users["editor_a"]["name"], "ignore_auth": False}, data)

    for state in ("draft", "abandoned"):
        row = f"Valbrune,48903,F,Louise,{world.mark(f'depositcell{state}', EDITORS)},2024\n"
        file = upload((HEADER + row).encode(), f"{world.mark(f'depositfile{state}', EDITORS)}.csv")
        made = of("odl_deposit_create", organization=world.orgs["a"], upload=file, schema=SCHEMA)
        world.things[f"deposit_{state}"] = made["id"]
        of("odl_deposit_update", id=made["id"], package={"notes": world.text(f"deposit{state}", EDITORS)})
    of("odl_deposit_abandon", id=world.things["deposit_abandoned"], why=world.text("depositwhy", EDITORS))


def _campaign(world: World) -> None:
    """A list of members, a campaign that is open, a link that works and one that was revoked."""

    def of(action: str, **data: Any) -> Any:
        return tk.get_action(action)({"user": world.users["staff_atd"]["name"], "ignore_auth": False}, data)

    row = f"{world.mark('listname', STAFF)};{world.mark('listmail', STAFF)}@exemple.fr\n"
    listed = of("odl_member_import", atd=world.orgs["atd"], upload=upload(f"Nom;Courriel\n{row}".encode(), "liste.csv"))
    world.things["list"] = listed["id"]
    contact = {"name": "Anne Roux", "email": "anne@exemple.fr"}
    campaign = of("odl_campaign_create", atd=world.orgs["atd"], schema=SCHEMA, due_on="2099-12-31", contact=contact)
    world.things["campaign"] = campaign["id"]
    ids = {name: model.Group.get(world.orgs[name]).id for name in ("a", "b")}
    mails = {ids["a"]: f"{world.mark('campaignmail', STAFF)}@exemple.fr"}
    of("odl_campaign_update", id=campaign["id"], title=world.text("campaign", STAFF)[:150], emails=mails)
    of("odl_campaign_open", id=campaign["id"])
    for name in ("a", "b"):
        made = of("odl_deposit_link_create", campaign=campaign["id"], organization=ids[name])
        world.things[f"link_{name}"] = made["url"].rpartition("/")[2]
    of("odl_deposit_link_revoke", campaign=campaign["id"], organizations=[ids["b"]])


def _covered(world: World) -> None:
    """A public dataset of the ATD that speaks of its two communes, of which one refuses to be in it."""
    staff, ids = world.users["staff_atd"], {name: model.Group.get(world.orgs[name]).id for name in ("a", "b")}
    made = call(
        "package_create", staff, name="prenoms-partages", title="Prénoms partagés", owner_org=world.orgs["atd"],
        license_id="lov2", private=False,
    )  # fmt: skip
    file = upload((HEADER + "Valbrune,48903,F,Louise,3,2024\n").encode(), "partages.csv")
    data = {"package_id": made["id"], "name": "Partagés", "url": "partages.csv", "upload": file}
    resource = call("resource_create", staff, **data)
    Covered.put(model.Session(), made["id"], resource["id"], {ids["a"]: 2, ids["b"]: 1})
    model.Session.commit()
    why = world.text("coverwhy", INSIDE)
    tk.get_action("odl_cover_refuse")(
        {"user": world.users["editor_a"]["name"], "ignore_auth": False},
        {"id": made["id"], "organization": world.orgs["a"], "why": why},
    )
    world.things["covered"] = made["id"]


def _path(world: World) -> None:
    def of(who: str, action: str, **data: Any) -> Any:
        return tk.get_action(action)({"user": world.users[who]["name"], "ignore_auth": False}, data)

    def step(who: str, id_: str, **data: Any) -> Any:
        return of(who, "odl_step_update", id=world.orgs["a"], step=id_, **data)

    def text(what: str) -> str:
        return world.text(what, INSIDE)

    document = b"%PDF-1.4\n" + world.mark("proofbytes", INSIDE).encode()
    given = step(
        "editor_a", "p1.decision", kind="file", value=text("proofnote"),
        upload=upload(document, f"{text('prooffile')}.pdf"),
    )  # fmt: skip
    world.things["proof"] = given["proof"]["id"]
    note = step("editor_a", "p1.elected", kind="note", value=text("note"))
    world.things["note"] = note["proof"]["id"]
    other = step("editor_a", "p1.elected", kind="note", value=text("withdrawn"))
    withdrawn = other["proof"]["id"]
    step("editor_a", "p1.elected", withdraw=withdrawn, reason=text("withdrawal"))
    step("editor_a", "p1.training", propose_not_applicable=True, reason=text("proposal"))
    step("staff_atd", "p1.agreement", waive=True, reason=text("waiver"))
    of("staff_atd", "odl_call_note", id=world.orgs["a"], note=text("call"))
    for title in (*world.more_functions, world.mark("mandate", INSIDE)):
        mandates = of("editor_a", "odl_mandate_update", id=world.orgs["a"], role="elu", title=title)
    world.things["mandate"] = mandates["results"][0]["id"]


def _national(world: World) -> None:
    """A source of the ATD, a run that waits, and a dataset of data.gouv.fr that waits for a decision."""
    staff = {"user": world.users["staff_atd"]["name"], "ignore_auth": False}
    title = world.text("source", STAFF)[:200]  # no longer one is taken
    made = tk.get_action("odl_datagouv_source_create")(staff, {"atd": world.orgs["atd"], "title": title})
    world.things["source"] = made["id"]
    world.things["run"] = tk.get_action("odl_datagouv_run")(staff, {"id": made["id"]})["id"]
    commune = model.Group.get(world.orgs["a"])
    assert commune is not None
    # asked for by its address, which a page that refuses repeats: its id is no marker
    world.things["found"] = "6b0200000000000000000001"
    Twin.put(
        model.Session(), world.things["found"], organization_id=commune.id, origin="national", state="review",
        title=world.text("found", STAFF),
    )  # fmt: skip
    for what in ("national", "refused"):
        world.things[what] = f"zq{what}qz"
        values = {"organization_id": commune.id, "origin": "national", "title": world.text(what, STAFF)}
        state = "review" if what == "national" else "ignored"
        record = {"id": what, "title": what, "resources": []}
        Twin.put(model.Session(), world.things[what], state=state, record=record, source_id=made["id"], **values)
    model.Session.commit()


def world_of(request: Any, kept: dict[str, World], make: Callable[[Any], World] = build) -> World:
    """The world of a module: made in an emptied database for its first test."""
    if "world" not in kept:
        for fixture in ("clean_db", "clean_index", "clean_redis"):
            request.getfixturevalue(fixture)
        kept["world"] = make(request.getfixturevalue("loaded").app)
    return kept["world"]
