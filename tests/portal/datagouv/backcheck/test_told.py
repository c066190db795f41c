"""What is told of what arrived on data.gouv.fr."""

from __future__ import annotations

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from flask_login import login_user

from ckanext.odl.model import DatagouvLink, Twin
from ckanext.odl.model.datagouv import LINKED, NATIONAL, PORTAL, REVIEW
from tests.national.records import dataset as national_dataset
from tests.portal.conftest import GOOD, call
from tests.portal.datagouv.backcheck.conftest import (
    ELSEWHERE,
    SITE,
    THERE,
    TWIN,
    facts,
    look,
    twin_of,
    visitor,
)

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


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
