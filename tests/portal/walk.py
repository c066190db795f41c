"""A person's walk through the portal, looking for English on each page.

The pages are enumerated: every route of ours, CKAN's and the harvester's that answers with a page, then every link of
those pages that leads to a route not seen yet. Each form found on the way is sent twice, empty and with nonsense.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from ckan import model
from ckan.plugins import toolkit as tk
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError, Rule

from .english import english_in

#: What goes into the variable parts of a route: by route and name, by name within a blueprint, by name.
ARGUMENTS = {
    "id": "subventions",
    "name": "subventions",
    "dataset": "subventions",
    "group.id": "ecole",
    "organization.id": "valbrune",
    "odl_territory.id": "valbrune",
    "odl_collectivite.name": "valbrune",
    "odl_evidence.proof_id": "inconnu",
    "odl_path.name": "valbrune",
    "odl_path.step.step": "p1.elected",
    "atd.name": "pays-d-aurette",
    "odl_atd.name": "pays-d-aurette",
    "odl_datagouv.name": "pays-d-aurette",
    "odl_datagouv.member": "valbrune",
    "odl_datagouv.source_id": "inconnu",
    "odl_datagouv_place.name": "valbrune",
    "odl_datagouv_review.name": "pays-d-aurette",
    "odl_datagouv_review.national_id": "inconnu",
    "odl_models.name": "valbrune",
    "odl_progress.name": "valbrune",
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
    "odl_dcat.",
    "odl_evidence.",
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
        page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
        found = english_in(page)
        if found:
            self.english.setdefault(address, []).extend(found)
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
            found.setdefault(str(box["name"]), []).append(
                str(chosen.get("value", "")) if isinstance(chosen, Tag) else ""
            )
        else:
            found.setdefault(str(box["name"]), []).append(str(box.get("value", "")) if kind == "hidden" else None)
    for button in form.find_all("button"):
        if button.get("name") and button.get("name") not in {"delete", "cancel"}:
            found.setdefault(str(button["name"]), [str(button.get("value", ""))])
    return found


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


def walk(app: Any, arguments: dict[str, str], headers: dict[str, str], more: Iterable[str] = ()) -> Walk:
    """Let the person whom *headers* name (nobody: a visitor) see every page once, then send every form wrongly.

    *arguments* go into the variable parts of the routes; the addresses of *more* show routes with other contents.
    """
    visit = Walk(app, headers)
    adapter = app.flask_app.url_map.bind(urlsplit(tk.config["ckan.site_url"]).netloc)
    pages = [visit.visit(address) for address in more]
    for rule in routes(app):
        filled = fill(rule, arguments)
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
