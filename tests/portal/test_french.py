"""No English is left on the pages that agents, the staff of an ATD, visitors and administrators see.

Agents and administrators walk through all of them (see ``walk``); errors, e-mails and scripts are looked at apart.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from ckan import model
from ckan.lib import mailer
from ckan.lib.i18n import build_js_translations, get_js_translations_dir
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from .conftest import GOOD, SCHEMA, WRONG, run_checks, upload
from .english import english_in, is_english
from .walk import ARGUMENTS, fill, routes, walk

PLUGINS = "odl scheming_datasets scheming_organizations harvest ckan_harvester dcat activity text_view image_view"

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

WITH_MAIL = GOOD.splitlines()[0] + b",CONTACT\nValbrune,48903,F,Louise,3,2024,lucie.martin@exemple.test\n"
DEPOSIT_PAGES = ("/modele", "/reparer", "/donnees-personnelles", "/ou", "/description", "/publier")


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
    atd = factories.Organization(
        name="pays-d-aurette", title="Pays d’Aurette", description="Syndicat mixte", user=admin, odl_is_atd="true"
    )
    commune = factories.Organization(
        name="valbrune",
        title="Valbrune",
        description="Une commune",
        user=admin,
        groups=[{"name": atd["name"]}],
        odl_public_progress="true",
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
        license_id="lov2",
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
    call("package_create", name="prive", title="Privé", owner_org=commune["id"], private=True, license_id="lov2")
    call("package_create", name="vide", title="Vide", owner_org=commune["id"], license_id="lov2")
    prenoms = call("package_create", name="prenoms", title="Prénoms", owner_org=commune["id"], license_id="lov2")

    def deposit(name: str, content: bytes, **data: str) -> str:
        sent = {"url": f"{name}.csv", "upload": upload(content, f"{name}.csv"), **data}
        return call("resource_create", package_id=prenoms["id"], name=name, **sent)["id"]

    files = {
        "faux": deposit("faux", WRONG, odl_schema=SCHEMA, description="Les prénoms donnés"),
        "bon": deposit("bon", GOOD, odl_schema=SCHEMA),
        "illisible": deposit("illisible", b"\x00\x01\x02", odl_schema=SCHEMA),
        "incomplet": deposit("incomplet", b"a;b;b;\n1;2;3;4;5\n;;;\n", odl_schema=SCHEMA),
        "libre": deposit("libre", "a;b\n1;é\n".encode("cp1252")),
    }
    brought = {
        "faux": call("odl_deposit_create", organization=commune["id"], upload=upload(WRONG, "a-corriger.csv")),
        "libre": call("odl_deposit_create", organization=commune["id"], upload=upload(b"a;b\n1;2\n", "libre.csv")),
        "illisible": call("odl_deposit_create", organization=commune["id"], upload=upload(b"\0\1", "illisible.csv")),
        "courriel": call("odl_deposit_create", organization=commune["id"], upload=upload(WITH_MAIL, "courriels.csv")),
    }
    run_checks()
    brought["attente"] = call("odl_deposit_create", organization=commune["id"], upload=upload(GOOD, "attente.csv"))
    files["attente"] = deposit("attente", GOOD, odl_schema=SCHEMA)
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
    from ckan.lib.search import rebuild  # noqa: PLC0415 (CKAN is loaded by the fixtures)

    rebuild()
    activities = tk.get_action("package_activity_list")(dict(context), {"id": dataset["id"]})
    organization_activity = tk.get_action("organization_activity_list")(dict(context), {"id": "valbrune"})[0]
    group_activity = tk.get_action("group_activity_list")(dict(context), {"id": "ecole"})[0]
    people["sysadmin"] = admin
    ids = {
        "resource_id": resource["id"],
        "odl_report.resource_id": files["faux"],
        "dataset_resource.id": dataset["name"],
        "odl_deposit.id": brought["faux"]["id"],
        "odl_deposit.file_id": brought["faux"]["file"]["id"],
        "odl_deposit_form.id": brought["faux"]["id"],
        "activity_id": activities[0]["id"],
        "job_id": job["id"],
        "activity.package_changes.id": activities[0]["id"],
        "activity.group_changes.id": group_activity["id"],
        "activity.organization_changes.id": organization_activity["id"],
    }
    return {
        "people": people,
        "arguments": {**ARGUMENTS, **ids},
        "reports": [
            *(f"/odl/report/{id_}" for id_ in files.values()),
            *(f"/odl/depot/{deposit['id']}{page}" for deposit in brought.values() for page in ("", *DEPOSIT_PAGES)),
        ],
    }


@pytest.mark.parametrize("person", [None, "agent", "atd", "sysadmin"])
def test_no_english_is_left(app: Any, portal: dict[str, Any], person: str | None, authorization: Any):
    headers = authorization(portal["people"][person]) if person else {}

    seen = walk(app, portal["arguments"], headers, portal["reports"])

    assert len(seen.visited) > 100, "the walk ended too early"
    assert not seen.english, "\n".join(f"{where}: {texts}" for where, texts in seen.english.items())
    assert {where: fault for where, fault in seen.broken.items() if "/odl/" in where} == {}


def test_every_route_of_ours_is_walked(app: Any):
    """A new route with a variable part that the walker does not know must be told to it (ARGUMENTS)."""
    known = {**ARGUMENTS, "odl_report.resource_id": "made by the portal fixture"}
    known |= dict.fromkeys(("odl_deposit.id", "odl_deposit.file_id", "odl_deposit_form.id"), "made there too")
    unknown = [rule for rule in routes(app) if rule.endpoint.startswith("odl") and fill(rule, known) is None]

    assert unknown == []


@pytest.mark.parametrize(("address", "status"), [("/nulle-part", 404), ("/dataset/nulle-part", 404)])
def test_an_error_says_in_french_what_to_do(app: Any, address: str, status: int):
    answer = app.get(address)

    assert answer.status_code == status
    assert english_in(answer.get_data(as_text=True)) == []


def test_a_refusal_says_in_french_whom_to_ask(app: Any, authorization: Any):
    answer = app.get("/ckan-admin/", headers=authorization(factories.User()))

    assert answer.status_code == 403
    assert english_in(answer.get_data(as_text=True)) == []


def test_emails_are_french(app: Any):
    user = model.User.get(factories.User(name="lucie")["id"])
    group = factories.Organization(title="Valbrune")
    with app.flask_app.test_request_context("/"):
        mailer.create_reset_key(user)
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
        "Datasets",
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
