"""Looking at data.gouv.fr: what arrived of what left, what was lost, what was refused; and never a guess."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from flask_login import login_user

from ckanext.odl import config
from ckanext.odl.logic.datagouv import looking
from ckanext.odl.logic.path import snapshot
from ckanext.odl.model import DatagouvLink, Twin
from ckanext.odl.model.datagouv import LINKED, NATIONAL, PORTAL, REVIEW
from tests.national.records import dataset as national_dataset
from tests.national.records import organization
from tests.national.server import Fault, NationalServer
from tests.portal.conftest import GOOD, call, upload

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

SITE = "http://test.ckan.net"
THERE = "6b0200000000000000000001"
ELSEWHERE = "6b0200000000000000000002"
SOURCE = "6b0200000000000000000101"
JOB = "6b0200000000000000000201"
TWIN = "6b0200000000000000000301"


@pytest.fixture
def atd() -> dict[str, Any]:
    return factories.Organization(name="aurette", title="Pays d’Aurette", odl_is_atd="true", user=factories.Sysadmin())


@pytest.fixture
def commune(atd: dict[str, Any]) -> dict[str, Any]:
    return factories.Organization(
        name="valbrune", title="Valbrune", groups=[{"name": atd["name"]}], user=factories.Sysadmin()
    )


@pytest.fixture
def file(dataset: dict[str, Any], agent: dict[str, Any]) -> dict[str, Any]:
    data = {"package_id": dataset["id"], "name": "Prénoms 2024", "odl_schema": "scdl/prenoms"}
    return call("resource_create", agent, upload=upload(GOOD), url="prenoms.csv", format="CSV", **data)


class National:
    """The stand-in, told by what a person would see there."""

    def __init__(self, server: NationalServer) -> None:
        self.server = server
        self.items: list[dict[str, Any]] = []
        self.job: dict[str, Any] = {
            "id": JOB,
            "status": "done",
            "created": "2099-01-01T00:00:00+00:00",
            "started": "2099-01-01T00:00:00+00:00",
            "ended": "2099-01-01T00:10:00+00:00",
            "errors": [],
        }
        self.source: dict[str, Any] = {
            "id": SOURCE,
            "name": "Portail d’Aurette",
            "url": f"{SITE}/odl/dcat/aurette.rdf",
            "backend": "dcat",
            "active": True,
            "deleted": None,
            "validation": {"state": "accepted", "comment": None},
        }

    def takes(self, package: dict[str, Any], id_: str = TWIN, owner: str = THERE) -> dict[str, Any]:
        """data.gouv.fr took a dataset; as it left unless told otherwise."""
        record = national_dataset(
            1,
            owner,
            id=id_,
            title=package["title"],
            slug=f"{package['name']}-{id_[-3:]}",
            license="lov2",
            tags=[],
            temporal_coverage=None,
            frequency="unknown",
            description="",
            contact_points=[],
            resources=[],
            harvest={
                "backend": "DCAT",
                "domain": "test.ckan.net",
                "remote_id": f"{SITE}/dataset/{package['id']}",
                "remote_url": f"{SITE}/dataset/{package['id']}",
                "last_update": "2099-01-01T00:05:00+00:00",
            },
            metrics={"reuses": 0, "discussions": 0, "views": 12, "resources_downloads": 3},
        )
        record["organization"] |= {"name": "Valbrune"}
        self.server.datasets[id_] = record
        self.item(package, "done", dataset={"id": id_, "title": package["title"]})
        return record

    def item(self, package: dict[str, Any], status: str, *messages: str, dataset: Any = None) -> None:
        self.items.append(
            {
                "remote_id": f"{SITE}/dataset/{package['id']}",
                "status": status,
                "errors": [{"message": message} for message in messages],
                "ended": "2099-01-01T00:05:00+00:00",
                "dataset": dataset,
            }
        )

    def ready(self) -> None:
        """What was said above is what the stand-in answers now."""
        by_status: dict[str, int] = {}
        for item in self.items:
            by_status[item["status"]] = by_status.get(item["status"], 0) + 1
        job = {**self.job, "items": {"by_status": by_status, "total": len(self.items)}}
        source = {**self.source, "last_job": job}
        self.server.hand = {
            "/api/1/harvest/sources/[]": [source],
            f"/api/1/harvest/source/{SOURCE}/": source,
            f"/api/1/harvest/source/{SOURCE}/jobs/[]": [job],
            f"/api/1/harvest/job/{JOB}/": job,
            f"/api/1/harvest/job/{JOB}/items/[]": self.items,
            **{key: value for key, value in self.server.hand.items() if "reuses" in key or "discussions" in key},
        }


@pytest.fixture
def national(monkeypatch: pytest.MonkeyPatch, ckan_config: Any, atd: dict[str, Any]) -> Iterator[National]:
    organizations = [organization(THERE, "Pays d’Aurette"), organization(ELSEWHERE, "Une autre")]
    with NationalServer([], organizations) as server:
        monkeypatch.setitem(ckan_config, "ckanext.odl.datagouv.url", server.url)
        monkeypatch.setitem(ckan_config, "ckanext.odl.datagouv.loopback", True)
        monkeypatch.setitem(ckan_config, "ckanext.odl.datagouv.rate", "1000")
        DatagouvLink.put(model.Session(), atd["id"], national_id=THERE, national_name="Pays d’Aurette")
        model.Session.commit()
        yield National(server)


def look(national: National, atd: dict[str, Any], **options: Any) -> None:
    national.ready()
    looking.look(atd["id"], config.datagouv_client(tries=1, patience=0, **options))
    model.Session.expire_all()


def twin_of(package: dict[str, Any], user: dict[str, Any] | None) -> dict[str, Any]:
    return call("odl_datagouv_twin_show", user, id=package["id"])


def visitor(action: str, **data: Any) -> Any:
    return tk.get_action(action)({"user": "", "ignore_auth": False}, data)


def facts(organization_: dict[str, Any], package: dict[str, Any]) -> Any:
    gathered = snapshot.gather(organization_["id"])
    assert gathered is not None
    return next(one for one in gathered.snapshot.datasets if one.id == package["id"])


def test_nothing_is_said_before_the_first_look(dataset, agent, commune, national):
    found = twin_of(dataset, agent)
    assert (found["state"], found["looked_at"], found["url"]) == ("unknown", None, "")
    assert facts(commune, dataset).twin is None


def test_a_carried_dataset_is_found_by_its_identifier(dataset, agent, commune, atd, national):
    record = national.takes(dataset)
    look(national, atd)

    found = twin_of(dataset, agent)

    assert (found["state"], found["national_id"]) == ("arrived", TWIN)
    assert found["url"] == f"{national.server.url}/datasets/{TWIN}"
    assert found["since"] == record["internal"]["created_at_internal"]
    assert found["looked_at"]
    assert found["error"] is None
    assert found["metrics"]["views"] == 12
    assert found["losses"] == []
    assert found["compared"]
    twin = facts(commune, dataset).twin
    assert twin.found
    assert twin.checked_on
    row = model.Session.get(Twin, TWIN)
    assert (row.origin, row.state, row.organization_id, row.package_id) == (
        PORTAL, LINKED, commune["id"], dataset["id"],
    )  # fmt: skip


def test_what_was_lost_is_told_field_by_field(dataset, file, agent, atd, national):
    record = national.takes(dataset)
    record["license"] = "notspecified"
    look(national, atd)

    found = twin_of(dataset, agent)

    assert {(loss["field"], loss["kind"]) for loss in found["losses"]} >= {("Licence", "gone"), ("Fichier", "gone")}
    licence = next(loss for loss in found["losses"] if loss["field"] == "Licence")
    assert "Licence Ouverte" in licence["ours"]
    assert licence["remedy"]
    shown = call("odl_datagouv_backcheck_show", agent, id="valbrune")
    assert shown["counts"]["with_losses"] == 1
    assert shown["datasets"][0]["losses"] == len(found["losses"])


def test_all_that_a_file_has_arrives(dataset, file, agent, atd, national):
    record = national.takes(dataset)
    address = f"{SITE}/dataset/{dataset['id']}/resource/{file['id']}/download"
    stored = call("odl_validation_show", agent, id=file["id"])
    record["resources"] = [
        {
            "id": "a", "title": "Prénoms 2024", "url": address, "format": "csv", "filesize": len(GOOD),
            "checksum": {"type": "sha256", "value": stored["sha256"]},
            "schema": {"name": "scdl/prenoms", "version": stored["schema_version"]},
        }
    ]  # fmt: skip
    look(national, atd)
    assert twin_of(dataset, agent)["losses"] == []


def test_a_refusal_is_told_in_words(dataset, agent, commune, atd, national):
    national.item(dataset, "failed", "missing title on dataset", "Quelque chose d’inconnu")
    national.job["status"] = "done-errors"
    look(national, atd)

    found = twin_of(dataset, agent)

    assert found["state"] == "failed"
    assert [problem["code"] for problem in found["problems"]] == ["title-missing", "unknown"]
    assert "Quelque chose d’inconnu" in found["problems"][1]["sentence"]
    assert facts(commune, dataset).twin.found is False
    shown = call("odl_datagouv_backcheck_show", agent, id="valbrune")
    assert shown["harvester"]["state"] == "done_with_errors"
    assert shown["counts"] == {"failed": 1}


def test_a_twin_is_ours_whoever_owns_it_there(dataset, agent, atd, national):
    national.takes(dataset, owner=ELSEWHERE)
    look(national, atd)
    found = twin_of(dataset, agent)
    assert (found["state"], found["owner"]["id"]) == ("arrived", ELSEWHERE)


def test_a_dataset_given_to_another_organization_is_still_found(dataset, agent, atd, national):
    record = national.takes(dataset)
    look(national, atd)
    record["organization"] = {"id": ELSEWHERE, "name": "Une autre"}
    national.items.clear()
    look(national, atd)
    assert (twin_of(dataset, agent)["national_id"], twin_of(dataset, agent)["owner"]["id"]) == (TWIN, ELSEWHERE)


def test_a_dataset_deleted_there_is_missing(dataset, agent, commune, atd, national):
    record = national.takes(dataset)
    look(national, atd)
    record["deleted"] = "2099-01-02T00:00:00+00:00"
    national.items.clear()
    look(national, atd)
    assert (twin_of(dataset, agent)["state"], twin_of(dataset, agent)["url"]) == ("missing", "")
    assert facts(commune, dataset).twin.found is False
    assert model.Session.get(Twin, TWIN).gone_since is not None


def test_a_near_title_is_a_doubt_and_never_a_twin(dataset, agent, commune, atd, national):
    other = national_dataset(2, THERE, id="6b0200000000000000000302", title="Prénoms", harvest=None, resources=[])
    national.server.datasets[other["id"]] = other
    look(national, atd)
    assert twin_of(dataset, agent)["state"] == "missing"

    national.takes(dataset)
    look(national, atd)
    (doubt,) = twin_of(dataset, agent)["duplicates"]
    assert (doubt["id"], doubt["why"]) == (other["id"], "near_title")


def test_a_failed_look_keeps_what_was_known_and_says_so(dataset, agent, commune, atd, national):
    national.takes(dataset)
    look(national, atd)
    before = twin_of(dataset, agent)
    national.server.faults = [Fault("500")]
    look(national, atd)

    found = twin_of(dataset, agent)

    assert found["error"]["sentence"]
    assert found["error"]["remedy"]
    assert {**found, "error": None} == before
    assert facts(commune, dataset).twin.found


@pytest.mark.parametrize("kind", ["500-html", "half", "html", "total", "429"])
def test_a_list_that_is_not_whole_says_nothing(kind, dataset, agent, commune, atd, national):
    national.server.faults = [Fault(kind, where=r"/api/1/(datasets|harvest)/", value=3 if kind == "total" else None)]
    look(national, atd)
    found = twin_of(dataset, agent)
    assert (found["state"], found["looked_at"]) == ("unknown", None)
    assert found["error"]["sentence"]
    assert facts(commune, dataset).twin is None


def test_switched_off_nothing_is_asked(dataset, agent, atd, national, monkeypatch, ckan_config):
    national.takes(dataset)
    look(national, atd)
    asked = len(national.server.requests)
    monkeypatch.setitem(ckan_config, "ckanext.odl.datagouv.enabled", False)
    look(national, atd)
    assert len(national.server.requests) == asked
    assert twin_of(dataset, agent)["error"]["code"] == "switched-off"
    assert twin_of(dataset, agent)["state"] == "arrived"
    with pytest.raises(tk.ValidationError):
        call("odl_datagouv_backcheck", agent, id="valbrune")


def test_lists_are_read_once_and_records_only_when_they_move(dataset, agent, commune, atd, national):
    for number in range(4):
        package = call(
            "package_create", agent, name=f"jeu-{number}", title=f"Jeu {number}", owner_org=commune["id"],
            license_id="lov2",
        )  # fmt: skip
        national.takes(package, id_=f"6b02000000000000000004{number:02}")
    look(national, atd)
    assert len(national.server.asked(f"/harvest/job/{JOB}/items/")) == 1
    assert len(national.server.asked("/datasets/?")) == 1
    assert len([at for at in national.server.requests if "/datasets/6b02" in at]) == 4

    national.server.requests.clear()
    look(national, atd)
    assert len(national.server.requests) == 3  # the harvesters, the items, the datasets


def test_a_look_cut_short_goes_on(dataset, agent, commune, atd, national):
    packages = []
    for number in range(3):
        package = call(
            "package_create", agent, name=f"jeu-{number}", title=f"Jeu {number}", owner_org=commune["id"],
            license_id="lov2",
        )  # fmt: skip
        packages.append(package)
        national.takes(package, id_=f"6b02000000000000000004{number:02}")
    national.ready()
    looking.ask([atd["id"]])
    client = config.datagouv_client(tries=1, patience=0)
    turns = 1
    while not looking.advance(atd["id"], lambda: True, client):
        turns += 1
    assert turns > 2
    assert len(national.server.asked("/datasets/?")) == 1
    assert all(twin_of(package, agent)["compared"] for package in packages)


def test_a_worker_does_what_was_asked(dataset, agent, atd, national):
    national.takes(dataset)
    national.ready()
    assert call("odl_datagouv_backcheck", agent, id="valbrune") == {"queued": [atd["id"]]}
    assert call("odl_datagouv_backcheck_show", agent, id="valbrune")["waiting"]
    looks = looking.Looks(config.datagouv_client(tries=1, patience=0))
    assert looks.next()
    assert not looks.next()
    assert not call("odl_datagouv_backcheck_show", agent, id="valbrune")["waiting"]
    assert twin_of(dataset, agent)["state"] == "arrived"


def test_the_sweep_asks_once_a_day(dataset, atd, national):
    national.ready()
    assert looking.sweep()["due"] == 1
    looking.Looks(config.datagouv_client(tries=1, patience=0)).next()
    assert looking.sweep()["due"] == 0


def test_one_taken_for_new_is_ours_when_it_bears_our_identifier(dataset, agent, commune, atd, national):
    national.takes(dataset)
    Twin.put(model.Session(), TWIN, organization_id=commune["id"], origin=NATIONAL, state=REVIEW)
    model.Session.commit()
    look(national, atd)
    row = model.Session.get(Twin, TWIN)
    assert (row.origin, row.state, row.package_id) == (PORTAL, LINKED, dataset["id"])


def test_reuses_and_discussions_are_named(dataset, agent, atd, national):
    record = national.takes(dataset)
    record["metrics"] = {"reuses": 1, "discussions": 1, "discussions_open": 1, "views": 3}
    national.server.hand = {
        "/api/1/reuses/[]": [{"id": "r", "title": "Carte des prénoms", "page": "https://www.data.gouv.fr/reuses/r"}],
        "/api/1/discussions/[]": [{"id": "d", "title": "Une erreur ?", "created": "2026-01-02T00:00:00+00:00"}],
    }
    look(national, atd)
    found = twin_of(dataset, agent)
    assert [reuse["title"] for reuse in found["reuses"]] == ["Carte des prénoms"]
    assert [one["title"] for one in found["discussions"]] == ["Une erreur ?"]


def test_a_visitor_sees_the_link_and_not_what_is_wrong(dataset, file, agent, atd, national):
    national.takes(dataset)
    look(national, atd)
    found = visitor("odl_datagouv_twin_show", id=dataset["id"])
    assert found["url"]
    assert found["metrics"]["views"] == 12
    assert not {"losses", "problems", "duplicates", "error"} & found.keys()
    with pytest.raises(tk.ObjectNotFound):
        visitor("odl_datagouv_backcheck_show", id="valbrune")


def test_a_private_dataset_that_is_still_there_is_said(dataset, agent, atd, national):
    national.takes(dataset)
    look(national, atd)
    call("package_patch", agent, id=dataset["id"], private=True)
    look(national, atd)
    found = twin_of(dataset, agent)
    assert found["state"] == "left"
    assert found["sentence"]
    with pytest.raises(tk.ObjectNotFound):
        visitor("odl_datagouv_twin_show", id=dataset["id"])


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"validation": {"state": "pending"}}, "to_validate"),
        ({"validation": {"state": "refused", "comment": "Adresse privée"}}, "refused"),
        ({"url": "https://ailleurs.fr/feed.rdf"}, "absent"),
        ({"active": False}, "inactive"),
    ],
)
def test_the_harvester_is_told_as_it_fares(changed, state, dataset, agent, atd, national):
    national.source |= changed
    look(national, atd)
    shown = call("odl_datagouv_backcheck_show", agent, id="valbrune")
    assert shown["harvester"]["state"] == state
    assert shown["harvester"]["sentence"]
    assert twin_of(dataset, agent)["state"] == "waiting"
    assert shown["carrier"]["name"] == "aurette"


def test_the_box_of_a_dataset_and_the_state_of_a_collectivite_are_readable(app, dataset, file, agent, atd, national):
    national.takes(dataset)
    look(national, atd)
    with app.flask_app.test_request_context("/"):
        login_user(model.User.get(agent["name"]))
        box = tk.render_snippet("odl/datagouv/snippets/twin.html", {"pkg": dataset})
        state = tk.render_snippet("odl/datagouv/snippets/state.html", {"organization": {"id": "valbrune"}})
        row = model.Session.get(DatagouvLink, dataset["owner_org"])
        line = tk.render_snippet("odl/datagouv/snippets/row.html", {"row": {"backcheck": row.backcheck}})
    assert f"/datasets/{TWIN}" in box
    assert "data.gouv.fr" in box
    assert "Prénoms" in state
    assert "<table" in state
    assert line.strip()
