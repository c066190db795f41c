"""No English is left on the pages that agents, the staff of an ATD, visitors and administrators see.

The pages are enumerated: every route of ours, CKAN's and the harvester's that answers with a page, then every link of
those pages that leads to a route not seen yet. Each form found on the way is sent twice, empty and with nonsense.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from ckan import model
from ckan.lib import mailer
from ckan.lib.i18n import build_js_translations, get_js_translations_dir
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError, Rule

from .english import english_in, is_english

PLUGINS = "odl scheming_datasets scheming_organizations harvest ckan_harvester dcat activity text_view image_view"

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

#: What goes into the variable parts of a route: by route and name, by name within a blueprint, by name.
ARGUMENTS = {
    "id": "subventions",
    "name": "subventions",
    "dataset": "subventions",
    "group.id": "ecole",
    "organization.id": "valbrune",
    "collectivite.name": "valbrune",
    "atd.name": "pays-d-aurette",
    "user.id": "sylvie",
    "harvest.id": "moissons",
    "harvester.id": "moissons",
    "harvester.source": "moissons",
    "activity.organization_activity.id": "valbrune",
    "activity.group_activity.id": "ecole",
    "activity.user_activity.id": "sylvie",
    "schema_id": "scdl/subventions",
    "schema": "scdl/subventions",
    "version": "2.1.1",
    "kind": "csv",
    "format": "csv",
    "extension": "csv",
    "view_type": "text_view",
    "package_type": "dataset",
    "group_type": "group",
    "user_id": "sylvie",
    "offset": "0",
    "key": "0123",
}

#: Routes that do not answer with a page for people, and those that end a walk.
NOT_PAGES = {
    "api.",
    "dcat",
    "feeds.",
    "static",
    "util.",
    "webassets.",
    "user.logout",
    "user.logged_out_page",
    "user.set_lang",
    "testing.",
    "file.",
    "harvest_resource.",
    "home.robots_txt",
    "scheming_datasets.download",
    "dataset_resource.download",
    "resource.download",
    "dataset.resources_download",
}


@dataclass
class Walk:
    """One person's visit: who, the pages seen, the English found, the forms met."""

    app: Any
    headers: dict[str, str]
    english: dict[str, list[str]] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    visited: set[str] = field(default_factory=set)
    endpoints: set[str] = field(default_factory=set)
    forms: dict[tuple[str, str, str], tuple[str, dict[str, list[str]]]] = field(default_factory=dict)

    def read(self, address: str, answer: Any) -> BeautifulSoup | None:
        """Look for English in *answer*; return the page when it is one."""
        if answer.status_code >= 500:
            self.broken[address] = str(answer.status_code)
        if "text/html" not in answer.headers.get("Content-Type", ""):
            return None
        found = english_in(answer.get_data(as_text=True))
        if found:
            self.english.setdefault(address, []).extend(found)
        page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
        if page.html and page.html.get("lang") != "fr":
            self.english.setdefault(address, []).append("<html lang> is not fr")
        return page

    def visit(self, address: str) -> BeautifulSoup | None:
        if address in self.visited:
            return None
        self.visited.add(address)
        page = self.ask(address, "get", address)
        for form in page.find_all("form") if page else []:
            self._remember(address, form)
        return page

    def ask(self, what: str, method: str, address: str, **request: Any) -> BeautifulSoup | None:
        """Request *address* and read the answer, which *what* names in the findings."""
        try:
            answer = getattr(self.app, method)(address, headers=self.headers, follow_redirects=True, **request)
        except Exception as fault:  # in tests CKAN does not turn a fault into a page
            model.Session.rollback()
            self.broken[what] = repr(fault)
            return None
        return self.read(what, answer)

    def _remember(self, page: str, form: Tag) -> None:
        method = str(form.get("method", "get")).lower()
        action = urlsplit(str(form.get("action") or page))
        target = (action.path or urlsplit(page).path) + (f"?{action.query}" if action.query else "")
        fields = sorted({str(f["name"]) for f in form.find_all(["input", "textarea", "select"]) if f.get("name")})
        if is_typed_in(form):
            self.forms.setdefault((method, urlsplit(target).path, " ".join(fields)), (target, values(form)))

    def send(self, nonsense: str) -> None:
        """Send every form met so far with *nonsense* in each field that is typed in."""
        for (method, _path, _), (target, fields) in sorted(self.forms.items()):
            filled = {name: [nonsense if value is None else value for value in known] for name, known in fields.items()}
            where = f"{method.upper()} {target} with {nonsense!r}"
            if method == "post":
                self.ask(where, "post", target, data=filled)
            else:
                self.ask(where, "get", urlsplit(target).path, query_string=filled)


def is_typed_in(form: Tag) -> bool:
    """Whether *form* asks for something, rather than being one button (delete, follow)."""
    if any(word in str(form.get("action", "")) for word in ("/delete", "/purge", "/logout", "/util/redirect")):
        return False
    boxes = form.select("textarea, input[type=text], input[type=email], input[type=url], input[type=password]")
    return bool(boxes + form.select("input[type=search], input[type=date], input[type=number], input:not([type])"))


def values(form: Tag) -> dict[str, list[Any]]:
    """Return the fields of *form* as a browser would send them, None for those that are typed in."""
    found: dict[str, list[Any]] = {}
    for box in form.find_all(["input", "textarea", "select"]):
        kind = str(box.get("type", "text"))
        if not box.get("name") or kind in {"submit", "button", "reset", "image", "file"}:
            continue
        if kind in {"checkbox", "radio"}:
            continue
        if box.name == "select":
            chosen = box.find("option", selected=True) or box.find("option")
            found.setdefault(str(box["name"]), []).append(str(chosen.get("value", "")) if isinstance(chosen, Tag) else "")
        else:
            found.setdefault(str(box["name"]), []).append(str(box.get("value", "")) if kind == "hidden" else None)
    for button in form.find_all("button"):
        if button.get("name") and button.get("name") not in {"delete", "cancel"}:
            found.setdefault(str(button["name"]), [str(button.get("value", ""))])
    return found


@pytest.fixture
def ckan_config(ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The plugins of the tests, with a harvester and two previews."""
    monkeypatch.setitem(ckan_config, "ckan.plugins", PLUGINS.split())
    return ckan_config


@pytest.fixture
def portal(app: Any) -> dict[str, Any]:
    """An ATD and one of its communes, with something of everything that a page can show."""
    admin = factories.Sysadmin(name="administratrice", fullname="Administratrice", about="")
    context = {"user": admin["name"], "ignore_auth": True}

    def call(name: str, /, **data: Any) -> dict[str, Any]:
        return tk.get_action(name)(dict(context), data)

    people = {
        "agent": factories.User(name="sylvie", fullname="Sylvie Morel", about="Secrétaire de mairie"),
        "atd": factories.User(name="karim", fullname="Karim Attal", about="Animateur"),
        "collegue": factories.User(name="lucie", fullname="Lucie Blanc", about="Agente"),
    }
    atd = factories.Organization(name="pays-d-aurette", title="Pays d’Aurette", description="Syndicat mixte", user=admin)
    commune = factories.Organization(
        name="valbrune", title="Valbrune", description="Une commune", user=admin, groups=[{"name": atd["name"]}]
    )
    call("organization_member_create", id=atd["id"], username="karim", role="admin")
    call("organization_member_create", id=commune["id"], username="sylvie", role="admin")
    call("organization_member_create", id=commune["id"], username="lucie", role="editor")
    factories.Group(name="ecole", title="École", description="Autour de l’école", user=people["agent"])
    context["user"] = "sylvie"
    dataset = call(
        "package_create",
        name="subventions",
        title="Subventions",
        notes="Les aides versées",
        owner_org=commune["id"],
        license_id="cc-by",
        tags=[{"name": "budget"}],
        groups=[{"name": "ecole"}],
    )
    resource = call(
        "resource_create",
        package_id=dataset["id"],
        name="Aides",
        description="Un fichier",
        url="https://exemple.test/aides.csv",
        format="CSV",
    )
    call("package_create", name="prive", title="Privé", owner_org=commune["id"], private=True)
    call("package_create", name="vide", title="Vide", owner_org=commune["id"])
    call("package_patch", id=dataset["id"], notes="Les aides versées aux associations")
    call("resource_patch", id=resource["id"], name="Aides 2025", description="Le fichier de l’année")
    call("organization_patch", id=commune["id"], description="Une commune de montagne")
    call("follow_dataset", id=dataset["id"])
    call("api_token_create", user="sylvie", name="export")
    context["user"] = admin["name"]
    source = call(
        "harvest_source_create",
        name="moissons",
        title="Moissons",
        url="https://exemple.test/moissons",
        source_type="ckan",
        owner_org=atd["id"],
    )
    job = call("harvest_job_create", source_id=source["id"])
    tk.get_action("harvest_source_show")(dict(context), {"id": source["id"]})
    from ckan.lib.search import rebuild  # noqa: PLC0415

    rebuild()
    activities = tk.get_action("package_activity_list")(dict(context), {"id": dataset["id"]})
    organization_activity = tk.get_action("organization_activity_list")(dict(context), {"id": "valbrune"})[0]
    group_activity = tk.get_action("group_activity_list")(dict(context), {"id": "ecole"})[0]
    people["sysadmin"] = admin
    ids = {
        "resource_id": resource["id"],
        "dataset_resource.id": dataset["name"],
        "activity_id": activities[0]["id"],
        "job_id": job["id"],
        "activity.package_changes.id": activities[0]["id"],
        "activity.group_changes.id": group_activity["id"],
        "activity.organization_changes.id": organization_activity["id"],
    }
    return {"people": people, "arguments": {**ARGUMENTS, **ids}}


def fill(rule: Rule, arguments: dict[str, str]) -> dict[str, str] | None:
    """Return a value for each variable part of *rule*, None when one is not known."""
    blueprint = rule.endpoint.rpartition(".")[0]
    filled = {}
    for name in rule.arguments - set(rule.defaults or {}):
        for key in (f"{rule.endpoint}.{name}", f"{blueprint}.{name}", name):
            if key in arguments:
                filled[name] = arguments[key]
                break
        else:
            return None
    return filled


def routes(app: Any) -> Iterator[Rule]:
    for rule in sorted(app.flask_app.url_map.iter_rules(), key=lambda rule: changes_something(rule.endpoint)):
        if "GET" in (rule.methods or set()) and not any(rule.endpoint.startswith(name) for name in NOT_PAGES):
            yield rule


def changes_something(endpoint: str) -> bool:
    """Whether the page of *endpoint* asks to remove or redo something (the harvester's does it at once)."""
    return any(word in endpoint for word in ("delete", "clear", "refresh", "abort"))


def walk(app: Any, portal: dict[str, Any], person: str | None, authorization: Any) -> Walk:
    """Let *person* (None: a visitor) see every page once, then send every form wrongly."""
    headers = authorization(portal["people"][person]) if person else {}
    visit = Walk(app, headers)
    adapter = app.flask_app.url_map.bind(urlsplit(tk.config["ckan.site_url"]).netloc)
    pages = []
    for rule in routes(app):
        filled = fill(rule, portal["arguments"])
        if filled is None:
            continue
        try:
            address = adapter.build(rule.endpoint, filled)
        except BuildError:
            continue
        if any(address.startswith(f"/{language}/") for language in ("en", "zh_TW")):
            continue
        visit.endpoints.add(rule.endpoint)
        pages.append(visit.visit(address))
    for page in pages:
        for link in page.find_all("a", href=True) if page else []:
            follow(visit, adapter, str(link["href"]))
    visit.send("")
    visit.send("@@ ?? <b>")
    return visit


def follow(visit: Walk, adapter: Any, address: str) -> None:
    """Visit *address* if it is a page of a route that has not been seen, or one with another query."""
    parts = urlsplit(address)
    if parts.netloc not in ("", urlsplit(tk.config["ckan.site_url"]).netloc) or address.startswith(("#", "mailto:")):
        return
    try:
        endpoint, _ = adapter.match(parts.path or "/", method="GET")
    except HTTPException:
        return
    seen = f"{endpoint}?{'&'.join(sorted(item.partition('=')[0] for item in parts.query.split('&')))}"
    if seen in visit.endpoints or any(endpoint.startswith(name) for name in NOT_PAGES):
        return
    visit.endpoints.add(seen)
    visit.visit(f"{parts.path}?{parts.query}" if parts.query else parts.path)


@pytest.mark.parametrize("person", [None, "agent", "atd", "sysadmin"])
def test_no_english_is_left(app: Any, portal: dict[str, Any], person: str | None, authorization: Any):
    seen = walk(app, portal, person, authorization)

    print(len(seen.visited), "pages", len(seen.forms), "forms"); print("BROKEN", json.dumps(seen.broken, indent=1, ensure_ascii=False)); print("ENGLISH", json.dumps(seen.english, indent=1, ensure_ascii=False)); assert len(seen.visited) > 100, "the walk ended too early"
    assert seen.english == {}
    assert {where: fault for where, fault in seen.broken.items() if "/odl/" in where} == {}


def test_every_route_of_ours_is_walked(app: Any, portal: dict[str, Any]):
    """A new route with a variable part that the walker does not know must be told to it (ARGUMENTS)."""
    unknown = [rule for rule in routes(app) if rule.endpoint.startswith("odl") and fill(rule, portal["arguments"]) is None]

    assert unknown == []


@pytest.fixture
def _guarded(ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The protection of forms, which the other tests switch off."""
    monkeypatch.setitem(ckan_config, "WTF_CSRF_ENABLED", True)


@pytest.mark.usefixtures("_guarded")
def test_a_form_sent_too_late_is_refused_in_french(app: Any):
    answer = app.post("/user/reset", data={"user": "sylvie"}, follow_redirects=False)

    assert answer.status_code == 400
    assert english_in(answer.get_data(as_text=True)) == []
    assert "Rien n’a été enregistré" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("address", "status"), [("/nulle-part", 404), ("/dataset/nulle-part", 404), ("/ckan-admin/", 403), ("/user/me", 403)]
)
def test_an_error_says_in_french_what_to_do(app: Any, address: str, status: int):
    answer = app.get(address, follow_redirects=False)

    assert answer.status_code in (status, 302)
    assert english_in(answer.get_data(as_text=True)) == [] or answer.status_code == 302


def test_emails_are_french(app: Any, portal: dict[str, Any]):
    user = model.User.get("lucie")
    with app.flask_app.test_request_context("/"):
        mailer.create_reset_key(user)
        group = model.Group.get("valbrune").as_dict()
        bodies = [
            mailer.get_reset_link_body(user),
            mailer.get_invite_body(user, group, "editor"),
            tk.render("emails/reset_password_subject.txt", {"site_title": "Portail"}),
            tk.render("emails/invite_user_subject.txt", {"site_title": "Portail"}),
        ]

    lines = [" ".join(line.split()) for body in bodies for line in [body, *body.splitlines()]]
    assert [line for line in lines if is_english(line)] == []
    assert all(len(body.splitlines()) > 5 for body in bodies[:2]), "paragraphs, for people to read"


def test_scripts_speak_french(app: Any):
    build_js_translations()
    with open(f"{get_js_translations_dir()}/fr.js", encoding="utf-8") as stream:
        texts = json.load(stream)

    assert texts["Cancel"][1] == "Annuler"
    assert texts["Reorder resource view"][1] == "Changer l’ordre des aperçus"
    assert texts["Upload"][1] == "Déposer"


@pytest.mark.parametrize(
    "text",
    [
        "Unpublish",
        "3 collaborators",
        "Select at least one",
        "There are no datasets associated to this harvest source.",
        "Download this file and open it",
    ],
)
def test_english_is_seen(text: str):
    assert english_in(f"<html lang=fr><p>{text}</p></html>") == [text]


@pytest.mark.parametrize("text", ["Description", "API", "Ce jeu de données a 3 fichiers", "ODbL", "Valbrune"])
def test_french_is_left_alone(text: str):
    assert english_in(f"<html lang=fr><p>{text}</p></html>") == []
