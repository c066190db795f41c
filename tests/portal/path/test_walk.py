"""A commune walks the whole path with what people have: forms, files, proofs, its ATD. Then things decay."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import io
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model

from ckanext.odl.logic.path import recompute
from ckanext.odl.model import PathProgress
from ckanext.odl.scdl import catalogue
from ckanext.odl.territory import reference
from tests.portal.conftest import WRONG, call, run_checks, upload
from tests.portal.path.conftest import account, ask, organization, step

pytestmark = [
    pytest.mark.ckan_config(
        "ckan.plugins", "odl scheming_datasets scheming_organizations harvest dcat activity datatables_view"
    ),
    pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index"),
]

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SENTENCE = "Ce jeu dit, ligne par ligne, ce que la commune a décidé ou constaté dans l’année, avec les montants. "
TODAY = dt.datetime.now(dt.timezone.utc).date()
ANNUAL = "http://publications.europa.eu/resource/authority/frequency/ANNUAL"
SCHEMAS = [
    "scdl/prenoms",
    "scdl/subventions",
    "scdl/deliberations",
    "scdl/equipements",
    "scdl/menus-collectifs",
    "scdl/plats-menus-collectifs",
    "scdl/catalogue",
    "scdl/budget",
    "atlasante/schema-dae",
    "openmaraude/schema-stationstaxi",
]


def example_file(schema_id: str) -> bytes:
    """A file made of the examples of the model; the catalogue has a row for each dataset."""
    fields = catalogue().table(schema_id, catalogue().get(schema_id).latest)["fields"]
    examples = {field["name"]: field.get("example", "") for field in fields}
    rows = [examples]
    if schema_id == "scdl/catalogue":
        rows = [{**examples, "ID": f"jeu-{number}"} for number in range(len(SCHEMAS))]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(examples))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def states(user: dict[str, Any], commune: dict[str, Any]) -> dict[str, str]:
    shown = ask("odl_progress_show", user, id=commune["id"])
    return {found["id"]: found["state"] for phase in shown["phases"] for found in phase["steps"]}


def real_commune() -> Any:
    """A small commune of the official list."""
    source = reference()
    return next(
        body
        for body in map(source.commune, source.communes)
        if body and body.department == "48" and body.siren and body.population and body.population < 3000
    )


@pytest.fixture
def place(atd):
    return organization("la-commune", atd, title="La Commune")


@pytest.fixture
def workers(place):
    return [account("sylvie", place), account("marc", place)]


def walk(place, workers, adviser):
    """Do all that can be done; returns the datasets."""
    agent = workers[0]
    body = real_commune()
    call(
        "organization_patch",
        adviser,
        id=place["id"],
        odl_kind="commune",
        odl_siren=body.siren,
        odl_insee=body.insee,
        odl_population=str(body.population),
        odl_population_year=str(body.population_year),
        odl_department=body.department,
        odl_etp_band="lt50",
        odl_competences=["urbanisme"],
        odl_has=["dae"],
        description=SENTENCE * 2,
        image_url="https://la-commune.exemple.test/logo.png",
        odl_contact="mairie@la-commune.exemple.test",
        odl_website="https://la-commune.exemple.test",
        odl_default_licence="lov2",
    )
    datasets = []
    for number, schema_id in enumerate(SCHEMAS):
        package = call(
            "package_create",
            agent,
            name=f"jeu-{number}",
            title=f"Jeu du sujet {chr(65 + number)}",
            notes=SENTENCE * 2,
            owner_org=place["id"],
            license_id="lov2",
            tag_string="commune,données,ouverture",
            frequency=ANNUAL,
            temporal_start=f"{TODAY.year}-01-01",
            temporal_end=f"{TODAY.year}-12-31",
            odl_territory=f"fr:commune:{body.insee}",
            odl_service="Secrétariat",
            maintainer_email="mairie@la-commune.exemple.test",
            odl_procedure="Exporter du logiciel de mairie, vérifier les dates, déposer.",
        )
        call(
            "resource_create",
            agent,
            package_id=package["id"],
            upload=upload(example_file(schema_id), f"jeu-{number}.csv"),
            url=f"jeu-{number}.csv",
            name=f"Jeu {number}",
            format="CSV",
            odl_schema=schema_id,
            odl_period=str(TODAY.year),
        )
        datasets.append(call("package_show", agent, id=package["id"]))
    run_checks()
    call(
        "resource_view_create",
        agent,
        resource_id=datasets[0]["resources"][0]["id"],
        title="Tableau",
        view_type="datatables_view",
    )
    shown = ask("odl_progress_show", agent, id=place["id"])
    for phase in shown["phases"]:
        for found in phase["steps"]:
            if found["accepts"] and found["state"] not in ("done", "not_applicable"):
                ask("odl_step_update", agent, id=place["id"], step=found["id"], evidence=proof(found["accepts"]))
    duties = ask("odl_duties_show", agent, id=place["id"])["duties"]
    for duty in duties:
        for kind in duty["accepts"] if duty["applies"] == "yes" else ():
            ask("odl_step_update", agent, id=place["id"], step=duty["id"], evidence=proof([kind]))
    return datasets


def proof(accepts: list[str]) -> dict[str, Any]:
    if "note" in accepts:
        return {"kind": "note", "value": "Conseil municipal du 4 mai : présenté et adopté"}
    if "url" in accepts:
        return {"kind": "url", "value": "https://la-commune.exemple.test/open-data"}
    if "file" in accepts:
        return {"kind": "file", "upload": upload(PNG, "scan.png")}
    return {"kind": "confirmation"}


def seen_today(*people: dict[str, Any]) -> None:
    """What CKAN writes when they log in."""
    for person in people:
        model.User.get(person["name"]).last_active = dt.datetime.now(dt.timezone.utc)
    model.Session.commit()


def test_from_nothing_to_all_six_phases_and_back(place, workers, adviser):
    agent = workers[0]
    before = ask("odl_progress_show", agent, id=place["id"])
    assert before["done"] < 3
    assert before["current"] == "p1"
    assert len(before["next"]) == 3

    datasets = walk(place, workers, adviser)
    seen_today(*workers)
    recompute.recompute(place["id"])

    after = states(agent, place)
    left = {id_: state for id_, state in after.items() if state not in ("done", "not_applicable")}
    assert left == {}
    shown = ask("odl_progress_show", agent, id=place["id"])
    assert [phase["done"] for phase in shown["phases"]] == [phase["applicable"] for phase in shown["phases"]]
    assert (shown["stale"], shown["minutes_left"], shown["current"], shown["next"]) == (0, 0, None, [])
    declared = {found["id"] for phase in shown["phases"] for found in phase["steps"] if found["declared"]}
    assert "p1.elected" in declared
    assert not declared & {"p1.identity", "p2.first_valid", "p3.volume", "p4.owners"}  # those are proved by the portal

    # a file is replaced by a wrong one: what was proved by it has to be brought up to date
    for dataset, schema_id in zip(datasets, SCHEMAS, strict=True):
        if schema_id != "scdl/catalogue":
            call(
                "resource_update",
                agent,
                **{**dataset["resources"][0], "upload": upload(WRONG, "faux.csv"), "url": "faux.csv"},
            )
    run_checks()
    recompute.recompute(place["id"])
    assert states(agent, place)["p3.socle"] == "stale"
    wrong = len(SCHEMAS) - ("scdl/catalogue" in SCHEMAS)
    assert ask("odl_progress_show", agent, id=place["id"])["files_to_mend"] == wrong
    found = step(agent, place, "p3.socle")
    assert found["stale_since"]
    assert found["reason"]
    lines = ask("odl_history_list", agent, id=place["id"], step="p3.socle")["results"]
    assert (lines[0]["before"]["state"], lines[0]["after"]["state"], lines[0]["who"]) == ("done", "stale", None)

    # a colleague leaves
    call("organization_member_delete", None, id=place["id"], username=workers[1]["name"])
    recompute.recompute(place["id"])
    assert states(agent, place)["p1.team"] == "stale"

    # time passes: proofs end, and one that lasts does not
    later = TODAY + dt.timedelta(days=500)
    recompute.recompute(place["id"], later)
    row = model.Session.get(PathProgress, place["id"])
    aged = {id_: told["state"] for id_, told in row.progress["steps"].items()}
    for reviewed in ("p1.agreement", "p4.internal", "p6.review", "p2.privacy", "p3.fresh"):
        assert aged[reviewed] == "stale", reviewed
    assert aged["p1.training"] == "done"
    assert row.stale >= 5
    assert row.stale_since
    assert {reason["code"] for reason in row.why} >= {"stale", "to_mend"}


def test_a_proof_says_before_it_ends_that_it_will(place, workers):
    agent = workers[0]
    given = TODAY - dt.timedelta(days=330)
    ask(
        "odl_step_update",
        agent,
        id=place["id"],
        step="p4.internal",
        evidence={"kind": "note", "value": "Réunion des services", "given_on": given.isoformat()},
    )

    found = step(agent, place, "p4.internal")

    assert (found["state"], found["expires_soon"]) == ("done", True)
    assert found["proof"]["expires_on"] > TODAY.isoformat()
    listed = ask("odl_progress_list", agent, problem="expiring")
    assert listed["count"] == 1
    assert listed["results"][0]["why"]


def test_a_proof_taken_back_is_to_do_again_and_one_that_ended_is_to_be_renewed(place, workers):
    agent = workers[0]
    note = {"kind": "note", "value": "Adjointe aux finances"}
    found = ask("odl_step_update", agent, id=place["id"], step="p1.elected", evidence=note)
    assert found["state"] == "done"
    assert found["declared"]

    found = ask("odl_step_update", agent, id=place["id"], step="p1.elected", withdraw=found["proof"]["id"])
    assert found["state"] == "todo"

    old = (TODAY - dt.timedelta(days=800)).isoformat()
    found = ask("odl_step_update", agent, id=place["id"], step="p4.internal", evidence={**note, "given_on": old})
    assert found["state"] == "stale"
    assert found["reason"]


def test_queries_of_a_list_do_not_grow(place, workers, adviser, atd):
    from tests.portal.path.test_snapshot import queries  # noqa: PLC0415 (for this test only)

    def asked():
        model.Session.rollback()
        held = model.Group.get(atd["id"])  # kept for the session: whether it reads it again must not be chance
        assert held is not None
        with queries() as sent:
            ask("odl_progress_list", adviser, atd=atd["id"], rows=50, q="commune", sort="title")
        # CKAN reads the account anew for each question that is asked about it.
        return len([statement for statement in sent if not statement.startswith('SELECT "user".password')])

    few = asked()
    for number in range(30):
        organization(f"commune-{number}", atd, title=f"Commune {number}")
    assert asked() <= few
    assert few <= 12
    assert model.Session.execute(sa.select(sa.func.count()).select_from(PathProgress.__table__)).scalar() >= 31
