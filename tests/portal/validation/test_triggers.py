"""However a file arrives or changes, its content is checked once against its model, and only then."""

from __future__ import annotations

import hashlib

import pytest
import sqlalchemy as sa
from ckan import model

from ckanext.odl.model import StoredFile, Validation
from tests.portal.conftest import GOOD, HEADER, SCHEMA, WRONG, call, run_checks, state_of, upload

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


def checks() -> int:
    return model.Session.scalar(sa.select(sa.func.count()).select_from(Validation))


def test_a_deposited_file_is_checked(deposit):
    resource = deposit(GOOD)
    assert state_of(resource)["badge"] == "checking"

    run_checks()

    found = state_of(resource)
    assert (found["badge"], found["state"], found["current"]) == ("valid", "done", True)
    assert found["sha256"] == hashlib.sha256(GOOD).hexdigest()
    assert found["size"] == len(GOOD)


def test_a_wrong_file_is_kept_and_reported(deposit):
    resource = deposit(WRONG)
    run_checks()

    found = state_of(resource)
    assert found["badge"] == "invalid"
    assert {(error["cell"], error["field"]) for error in found["report"]["errors"]} == {
        ("C3", "ENFANT_SEXE"),
        ("E3", "NOMBRE_OCCURRENCES"),
    }


def test_a_new_file_in_an_old_resource_is_checked(deposit, agent):
    resource = deposit(WRONG)
    run_checks()

    call("resource_update", agent, **{**resource, "upload": upload(GOOD)})

    assert state_of(resource)["badge"] == "checking"
    run_checks()
    assert state_of(resource)["badge"] == "valid"


def test_a_patched_file_is_checked(deposit, agent):
    resource = deposit(WRONG)
    run_checks()

    call("resource_patch", agent, id=resource["id"], upload=upload(GOOD))
    run_checks()

    assert state_of(resource)["badge"] == "valid"


def test_a_file_given_to_what_package_create_made_is_checked(commune, agent):
    """CKAN takes no file in package_create: vendors make the dataset with its entries, then send the bytes."""
    resources = [{"name": "prenoms.csv", "url": "https://exemple.test/prenoms.csv", "odl_schema": SCHEMA}]
    package = call(
        "package_create",
        agent,
        name="prenoms-vendeur",
        title="Prénoms",
        owner_org=commune["id"],
        license_id="lov2",
        resources=resources,
    )
    resource = package["resources"][0]
    assert state_of(resource)["badge"] == "checking"  # as a link to another site

    call("resource_patch", agent, id=resource["id"], upload=upload(GOOD))
    run_checks()

    assert state_of(resource)["badge"] == "valid"


def test_a_file_in_package_update_is_checked(deposit, dataset, agent):
    resource = deposit(WRONG)
    run_checks()
    package = call("package_show", agent, id=dataset["id"])

    package["resources"][0]["upload"] = upload(GOOD)
    call("package_update", agent, **package)
    run_checks()

    assert state_of(resource)["badge"] == "valid"


def test_a_file_in_package_revise_is_checked(deposit, dataset, agent):
    resource = deposit(WRONG)
    run_checks()

    call(
        "package_revise",
        agent,
        match={"id": dataset["id"]},
        **{f"update__resources__{resource['id'][:8]}__upload": upload(GOOD)},
    )
    run_checks()

    assert state_of(resource)["badge"] == "valid"


def test_a_changed_model_is_checked_against(deposit, agent):
    resource = deposit(GOOD)
    run_checks()

    call("resource_patch", agent, id=resource["id"], odl_schema="scdl/subventions")
    assert state_of(resource)["badge"] == "checking"
    run_checks()

    found = state_of(resource)
    assert (found["badge"], found["schema_id"]) == ("invalid", "scdl/subventions")


def test_a_model_that_comes_back_needs_no_new_check(deposit, agent):
    resource = deposit(GOOD)
    run_checks()
    call("resource_patch", agent, id=resource["id"], odl_schema="scdl/subventions")
    run_checks()

    call("resource_patch", agent, id=resource["id"], odl_schema=SCHEMA)

    assert run_checks() == 0
    assert state_of(resource)["badge"] == "valid"


@pytest.mark.parametrize(
    "change", [{"title": "Un autre titre"}, {"notes": "Une autre description"}, {"tags": [{"name": "naissances"}]}]
)
def test_words_on_the_dataset_check_nothing_again(deposit, dataset, agent, change):
    deposit(GOOD)
    run_checks()
    before = checks()

    call("package_patch", agent, id=dataset["id"], **change)

    assert (run_checks(), checks()) == (0, before)


def test_a_new_order_checks_nothing_again(deposit, dataset, agent):
    first, second = deposit(GOOD, "a.csv"), deposit(WRONG, "b.csv")
    run_checks()

    call("package_resource_reorder", agent, id=dataset["id"], order=[second["id"], first["id"]])

    assert run_checks() == 0
    assert (state_of(first)["badge"], state_of(second)["badge"]) == ("valid", "invalid")


def test_the_same_bytes_again_check_nothing_again(deposit, agent):
    resource = deposit(GOOD)
    run_checks()

    call("resource_update", agent, **{**resource, "upload": upload(GOOD)})

    assert run_checks() == 0
    assert state_of(resource)["badge"] == "valid"


def test_a_file_without_model_has_its_sha256_and_size_known(deposit):
    resource = deposit(b"a;b\n1;2\n", "notes.csv", schema="")

    file = model.Session.get(StoredFile, resource["id"])
    assert file
    assert (file.sha256, file.size) == (hashlib.sha256(b"a;b\n1;2\n").hexdigest(), 8)
    assert state_of(resource)["badge"] == "no_schema"


def test_a_file_without_model_is_told_which_one_it_looks_like(deposit):
    resource = deposit(GOOD, schema="")
    run_checks()

    assert state_of(resource)["report"]["guess"]["id"] == SCHEMA


def test_a_link_that_is_not_safe_is_not_fetched(dataset, agent):
    resource = call(
        "resource_create",
        agent,
        package_id=dataset["id"],
        url="http://exemple.test/a.csv",
        odl_schema=SCHEMA,
        name="a",
    )

    assert run_checks() == 0
    assert state_of(resource)["badge"] == "to_check"


def test_a_report_is_not_shown_for_other_bytes(deposit, agent):
    """Between the arrival of a file and the reading of its bytes, the old report is not the new one's."""
    resource = deposit(GOOD)
    run_checks()
    model.Session.execute(sa.update(StoredFile).values(stamp="2001-01-01T00:00:00"))
    model.Session.commit()

    found = state_of(resource)

    assert (found["badge"], found["current"], found["report"]) == ("checking", False, None)


def test_a_row_more_is_another_file(deposit, agent):
    resource = deposit(GOOD)
    run_checks()

    more = (HEADER + "Valbrune,48903,F,Louise,3,2024\nValbrune,48903,M,Malo,1,2024\n").encode()
    call("resource_update", agent, **{**resource, "upload": upload(more)})
    run_checks()

    found = state_of(resource)
    assert (found["badge"], found["report"]["file"]["rows"]) == ("valid", 2)
    history = call("odl_validation_list", agent, resource_id=resource["id"])
    assert [past["counts"]["rows"] for past in history["results"]] == [2, 1]
