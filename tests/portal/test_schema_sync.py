"""``ckan odl schemas sync`` against a catalogue of our own making on this machine, and what people then see."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from ckan import model
from ckan.cli.cli import ckan
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.odl import brought, config
from ckanext.odl.logic.datagouv import sending
from ckanext.odl.model import SchemaVersion, Validation
from ckanext.odl.scdl import catalogue, packaged
from tests.portal.conftest import GOOD, HEADER, SCHEMA, call, run_checks, state_of, upload

NEXT = "1.2.0"
#: With a column that the packaged version does not have, and one more word for a child's sex.
NEW = (HEADER.strip() + ",SOURCE\nValbrune,48903,X,Louise,3,2024,mairie\n").encode()


def prenoms(*more: dict[str, Any], **other: Any) -> dict[str, Any]:
    """An invented next version of a small model."""
    constraints = {"ENFANT_SEXE": {"required": True, "enum": ["F", "M", "X"]}}
    fields = [
        {"name": name, "type": "string", "constraints": constraints.get(name, {"required": True})}
        for name in HEADER.strip().split(",")
    ]
    source = {"name": "SOURCE", "type": "string", "constraints": {"required": True}}
    return {"title": "Prénoms inventés", "fields": [*fields, source, *more], **other}


class National:
    """A stand-in of the national site: what it answers to each path, and what it was asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes | int] = {}
        self.schemas: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.url = ""

    def publish(self, id_: str, version: str, content: Any, form: str = "tableschema", path: str = "") -> None:
        """Put a version into the catalogue; *content* is a schema, bytes, or the status that its file answers with."""
        path = path or f"/{id_}/{version}/schema.json"
        schema = self.schemas.setdefault(
            id_, {"name": id_, "title": f"Modèle {id_}", "description": "Inventé", "schema_type": form, "versions": []}
        )
        if version not in [one["version_name"] for one in schema["versions"]]:
            address = path if "://" in path else self.url + path
            schema["versions"].append({"version_name": version, "schema_url": address})
        self.files[path] = content if isinstance(content, bytes | int) else json.dumps(content).encode()

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        if path == "/schemas.json" and path not in self.files:
            return 200, json.dumps({"version": 1, "schemas": list(self.schemas.values())}).encode()
        found = self.files.get(path, 404)
        return (found, b"<p>Erreur</p>") if isinstance(found, int) else (200, found)


@pytest.fixture
def national(with_plugins: None, clean_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[National]:
    site = National()

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content = site.answer(self.path)
            with suppress(ConnectionError):  # who asked hangs up on what is too large
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setitem(tk.config, "ckanext.odl.schemas.catalogue_url", f"{site.url}/schemas.json")
    monkeypatch.setitem(tk.config, "ckanext.odl.datagouv.loopback", True)
    site.publish(SCHEMA, packaged().get(SCHEMA).latest, 500)
    brought.forget()
    yield site
    server.shutdown()
    server.server_close()
    model.Session.rollback()
    model.Session.execute(sa.delete(SchemaVersion.__table__))
    model.Session.commit()
    brought.forget()


@pytest.fixture
def sync(national: National, cli: Any) -> Callable[..., Any]:
    """A function that runs the command; its answer has ``exit_code`` and ``output``."""

    def run(*arguments: str) -> Any:
        answer = cli.invoke(ckan, ["odl", "schemas", "sync", "--language", "fr", *arguments])
        assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
        return answer

    return run


def kept() -> dict[tuple[str, str], str]:
    table = SchemaVersion.__table__
    rows = model.Session.execute(sa.select(table.c.schema_id, table.c.version, table.c.content))
    found = {(row.schema_id, row.version): row.content for row in rows}
    model.Session.rollback()
    return found


def text(html: Any) -> str:
    return " ".join(html.get_text(" ").split())


# -- the command


def test_a_new_version_comes_in_and_what_it_changes_is_told(national, sync):
    national.publish(SCHEMA, NEXT, prenoms())

    answer = sync()

    assert answer.exit_code == 0
    assert f"({SCHEMA})\u00a0: version {NEXT} ajoutée" in answer.output
    assert "Colonne ajoutée (obligatoire)\u00a0: SOURCE." in answer.output
    assert "ENFANT_SEXE" in answer.output
    assert "Versions ajoutées\u00a0: 1" in answer.output
    assert catalogue().get(SCHEMA).versions[0] == NEXT
    assert catalogue().get(SCHEMA).accepted[0] == NEXT
    assert national.asked == ["/schemas.json", f"/{SCHEMA}/{NEXT}/schema.json"]


def test_a_second_run_finds_all_as_it_is(national, sync):
    national.publish(SCHEMA, NEXT, prenoms())
    sync()
    before = kept()

    answer = sync()

    assert answer.exit_code == 0
    assert "Versions ajoutées\u00a0: 0, déjà là et inchangées\u00a0: 1, refusées\u00a0: 0" in answer.output
    assert kept() == before


def test_a_dry_run_tells_and_writes_nothing(national, sync):
    national.publish(SCHEMA, NEXT, prenoms())
    national.publish(SCHEMA, "1.3.0", prenoms({"name": "NOTE", "type": "string"}))

    answer = sync("--dry-run")

    assert "rien n’a été écrit" in answer.output
    assert f"version {NEXT} serait ajoutée" in answer.output
    assert f"Depuis la version {NEXT}" in answer.output
    assert "NOTE" in answer.output
    assert kept() == {}
    assert catalogue() is packaged()


def test_another_content_under_the_same_number_is_refused_and_said(national, sync):
    national.publish(SCHEMA, NEXT, prenoms())
    sync()
    before = kept()
    national.publish(SCHEMA, NEXT, prenoms({"name": "AUTRE", "type": "string"}))

    answer = sync()

    assert answer.exit_code == 1
    assert f"un autre contenu à la version {NEXT} du modèle {SCHEMA}" in answer.output
    assert "nouveau numéro de version" in answer.output
    assert kept() == before


def test_each_schema_stands_alone(national, sync):
    pattern = {"name": "CODE", "type": "string", "constraints": {"pattern": "(a)\\1"}}
    national.publish(SCHEMA, NEXT, prenoms(pattern))
    national.publish(SCHEMA, "1.3.0", prenoms())
    national.publish("scdl/subventions", "3.0.0", 503)
    national.publish("scdl/deliberations", "9.0.0", b"<!doctype html>")
    national.publish("scdl/equipements", "9.0.0", prenoms(), path="https://ailleurs.exemple.fr/schema.json")
    national.publish("scdl/catalogue", "9.0.0", b" " * (1 << 20) + b"{}")
    national.publish("etalab/schema-bal", "9.0.0", b"a: b", form="other")

    answer = sync()

    assert answer.exit_code == 1
    assert set(kept()) == {(SCHEMA, "1.3.0")}
    said = answer.output
    assert f"La version {NEXT} du modèle {SCHEMA} est refusée\u00a0: une règle d’écriture" in said
    assert "CODE" in said
    assert "la version 3.0.0 du modèle scdl/subventions répond par une erreur (503)" in said
    assert "La version 9.0.0 du modèle scdl/deliberations est refusée\u00a0: sa description est mal formée" in said
    assert "une adresse que le portail ne lit pas (ailleurs.exemple.fr)" in said
    assert "La version 9.0.0 du modèle scdl/catalogue est refusée\u00a0: elle dépasse" in said
    assert "La version 9.0.0 du modèle etalab/schema-bal n’est ni un Table Schema" in said
    assert said.count("→") == 6

    national.publish("scdl/subventions", "3.0.0", prenoms())
    sync()
    assert set(kept()) == {(SCHEMA, "1.3.0"), ("scdl/subventions", "3.0.0")}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (500, "répond par une erreur (500)"),
        (b"<!doctype html><p>Maintenance</p>", "n’est pas du JSON"),
        (b'{"datasets": []}', "ne ressemble pas au catalogue"),
    ],
)
def test_a_catalogue_that_cannot_be_read_changes_nothing(national, sync, answer, said):
    national.publish(SCHEMA, NEXT, prenoms())
    sync()
    before = kept()
    national.files["/schemas.json"] = answer

    found = sync()

    assert found.exit_code == 2
    assert said in found.output
    assert "ckanext.odl.schemas.catalogue_url" in found.output
    assert kept() == before
    assert catalogue().get(SCHEMA).latest == NEXT


def test_a_catalogue_that_does_not_answer_changes_nothing(national, sync, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.odl.schemas.catalogue_url", "http://127.0.0.1:1/schemas.json")

    answer = sync()

    assert answer.exit_code == 2
    assert "ne répond pas (127.0.0.1)" in answer.output


def test_a_catalogue_on_this_machine_is_for_tests_only(national, sync, monkeypatch):
    monkeypatch.setattr(config, "datagouv_loopback", lambda: False)  # the command reads the settings of the tests again

    answer = sync()

    assert answer.exit_code == 2
    assert "n’est pas permise" in answer.output
    assert national.asked == []


def test_a_schema_that_the_portal_does_not_have_comes_when_asked(national, sync, app):
    national.publish("invente/parcs", "1.0.0", prenoms())

    told = sync().output
    assert "invente/parcs" in told
    assert kept() == {}

    added = sync("--add", "invente/parcs")
    page = BeautifulSoup(app.get("/odl/schemas/invente/parcs").body, "html.parser")

    assert "modèle ajouté, version 1.0.0" in added.output
    assert "Modèle invente/parcs" in page.h1.get_text()
    assert "SOURCE" in text(page)
    assert "invente/parcs" in text(BeautifulSoup(app.get("/odl/schemas").body, "html.parser"))
    assert app.get("/odl/schemas/invente/parcs/modele.csv").body.encode("utf-8").count(b"SOURCE") == 1


def test_for_a_program_each_outcome_is_one_line_of_json(national, sync):
    national.publish(SCHEMA, NEXT, prenoms())
    national.publish("scdl/subventions", "3.0.0", 404)

    lines = [json.loads(line) for line in sync("--json").output.splitlines() if line.startswith("{")]

    assert {(line["id"], line["version"], line["result"]) for line in lines} == {
        (SCHEMA, NEXT, "added"),
        ("scdl/subventions", "3.0.0", "refused"),
    }
    assert all(line["remedy"] for line in lines if line["result"] == "refused")


# -- files


def test_a_file_is_judged_against_a_version_brought(national, sync, deposit):
    national.publish(SCHEMA, NEXT, prenoms())
    sync()

    newer = deposit(NEW, odl_schema_version=NEXT)
    older = deposit(NEW, name="autres.csv", odl_schema_version="1.1.6")
    run_checks()

    assert (state_of(newer)["schema_version"], state_of(newer)["badge"]) == (NEXT, "valid")
    assert (state_of(older)["schema_version"], state_of(older)["badge"]) == ("1.1.6", "invalid")
    assert call("odl_validate", None, upload=upload(NEW), schema=f"{SCHEMA}@{NEXT}")["status"] == "valid"
    guessed = call("odl_validate", None, upload=upload(NEW))
    assert guessed["guess"]["version"] == NEXT


def test_a_map_whose_description_is_partly_elsewhere_is_refused_and_ours_serves(national, sync):
    """The national files of maps refer to definitions on other machines; those that ship with us are in one piece."""
    zones, place = "etalab/schema-zfe", {"type": "Feature", "properties": {}, "geometry": None}
    places = json.dumps({"type": "FeatureCollection", "features": [place]})
    content = {"type": "object", "properties": {"features": {"$ref": "https://geojson.org/schema/Feature.json"}}}
    before = call("odl_validate", None, upload=upload(places.encode(), "zfe.geojson"), schema=zones)
    national.publish(zones, "9.0.0", content, form="jsonschema")

    answer = sync()

    assert answer.exit_code == 1
    assert "une partie de sa description est à une autre adresse" in answer.output
    assert "la version que le portail a déjà continue de servir" in answer.output
    assert not any("geojson.org" in path for path in national.asked)
    after = call("odl_validate", None, upload=upload(places.encode(), "zfe.geojson"), schema=zones)
    assert (after["schema"], after["status"]) == (before["schema"], before["status"])
    assert after["status"] in ("valid", "invalid")


def test_an_older_report_stays_what_it_is(national, sync, deposit):
    declared, silent = deposit(GOOD, odl_schema_version="1.1.6"), deposit(GOOD, name="autres.csv")
    run_checks()
    before = {one["id"]: state_of(one) for one in (declared, silent)}
    national.publish(SCHEMA, NEXT, prenoms())

    answer = sync()
    call("package_patch", None, id=declared["package_id"], notes="Une autre description")
    assert run_checks() == 0

    assert "Une organisation a un fichier dans une version plus ancienne" in answer.output
    for one in (declared, silent):
        after = state_of(one)
        assert (after["badge"], after["schema_version"]) == ("valid", "1.1.6")
        assert after["report"] == before[one["id"]]["report"]

    (record,) = sending.records([call("package_show", None, id=declared["package_id"])])
    assert [file.schema_url for file in record.files] == [packaged().get(SCHEMA).schema_url("1.1.6")] * 2

    call("odl_validation_run", None, id=silent["id"])
    run_checks()
    assert (state_of(silent)["schema_version"], state_of(silent)["badge"]) == (NEXT, "invalid")
    versions = model.Session.scalars(sa.select(Validation.schema_version).where(Validation.resource_id == silent["id"]))
    assert sorted(versions) == ["1.1.6", NEXT]


# -- pages


def page_of(app: Any, address: str, user: dict[str, Any]) -> BeautifulSoup:
    token = factories.APIToken(user=user["name"])["token"]
    return BeautifulSoup(app.get(address, headers={"Authorization": token}).body, "html.parser")


def test_the_page_of_the_model_shows_what_changed(national, sync, app):
    national.publish(SCHEMA, NEXT, prenoms())
    sync()

    page = BeautifulSoup(app.get(f"/odl/schemas/{SCHEMA}").body, "html.parser")
    newest = page.select_one(".odl-versions li")

    assert f"Version {NEXT}" in text(newest)
    assert "Colonne ajoutée (obligatoire) : SOURCE." in text(newest)
    assert "apportée du catalogue national le" in text(newest) or "brought from the national" in text(newest)
    shown = call("odl_schema_show", None, id=SCHEMA)
    assert (shown["version"], shown["urls"]["schema"]) == (NEXT, f"{national.url}/{SCHEMA}/{NEXT}/schema.json")


def test_those_who_have_files_read_of_it_and_the_others_do_not(national, sync, app, deposit, commune, agent):
    deposit(GOOD, odl_schema_version="1.1.6")
    run_checks()
    atd = factories.Organization(name="causses", title="Causses", user=factories.Sysadmin(), odl_is_atd="true")
    call("member_create", None, id=commune["id"], object=atd["id"], object_type="group", capacity="parent")
    other = factories.Organization(name="autre", user=factories.Sysadmin())
    adviser, neighbour = factories.User(), factories.User()
    call("organization_member_create", None, id=atd["id"], username=adviser["name"], role="editor")
    call("organization_member_create", None, id=other["id"], username=neighbour["name"], role="editor")
    assert not page_of(app, "/odl/collectivite/valbrune", agent).select("#odl-schema-news")
    national.publish(SCHEMA, NEXT, prenoms())
    sync()

    mine = page_of(app, "/odl/collectivite/valbrune", agent).select_one("[aria-labelledby=odl-schema-news]")
    theirs = page_of(app, "/odl/atd/causses", adviser).select_one("[aria-labelledby=odl-schema-news]")

    assert mine is not None
    assert theirs is not None
    assert NEXT in text(mine)
    assert "prenoms.csv" in text(mine)
    assert "SOURCE" in text(mine)
    assert "Valbrune" in text(theirs)
    assert "prenoms.csv" not in text(theirs)
    assert not page_of(app, "/odl/collectivite/autre", neighbour).select("#odl-schema-news")


def test_the_news_ends_when_the_file_follows_the_new_version(national, sync, app, deposit, agent):
    resource = deposit(NEW, odl_schema_version="1.1.6")
    run_checks()
    national.publish(SCHEMA, NEXT, prenoms())
    sync()
    assert page_of(app, "/odl/collectivite/valbrune", agent).select("#odl-schema-news")

    call("resource_patch", agent, id=resource["id"], odl_schema_version=NEXT)
    run_checks()

    assert not page_of(app, "/odl/collectivite/valbrune", agent).select("#odl-schema-news")
    assert state_of(resource)["badge"] == "valid"
