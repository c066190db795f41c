"""A file chosen once in CKAN's form of a file: kept when a field is wrong, for its owner, for a day, then swept."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import storage
from ckanext.odl.logic.deposit import staging
from ckanext.odl.model import Deposit, DepositFile
from ckanext.odl.model.validation import clock
from tests.portal.conftest import GOOD, SCHEMA, WRONG
from tests.portal.forms.test_dataset_form import error_of, owner, value_of
from tests.portal.forms.test_resource_form import form_of

from .conftest import refusal, sweep

pytestmark = pytest.mark.usefixtures("with_plugins")

CSV = "nomAttribuant;montant\nSaint-Exemple;1 200,50\n".encode("cp1252")
NEW = "/dataset/arbres/resource/new"


@pytest.fixture(params=["active", "draft"])
def arbres(territory, request):
    """A dataset; a draft is in the second step of its creation."""
    return territory.call(
        "own_editor",
        "package_create",
        name="arbres",
        title="Arbres",
        owner_org=owner(),
        license_id="lov2",
        state=request.param,
    )


DONE = {"save": "go-dataset-complete"}


def file(content: bytes, name: str):
    return io.BytesIO(content), name


def wrong(page, **more):
    """The form as it comes back after a wrong year, with a file that was chosen."""
    sent = form_of(page("own_editor", NEW)) | {"upload": (io.BytesIO(CSV), "subventions 2025.csv")}
    return page("own_editor", "/en" + NEW, sent | {"odl_period": "jamais", "save": "go-dataset-complete"} | more)


def resources(territory) -> list[dict]:
    model.Session.expire_all()
    return territory.call("own_editor", "package_show", id="arbres")["resources"]


def bytes_of(resource: dict) -> bytes:
    return b"".join(storage.stream(resource))


def kept() -> int:
    return model.Session.scalar(sa.select(sa.func.count()).select_from(Deposit.__table__))


def test_the_second_submission_needs_no_file(page, territory, arbres):
    form = wrong(page)
    assert "Write a year" in error_of(form, "odl_period")
    assert "subventions 2025.csv" in form.select_one(".odl-kept").get_text()
    assert "kept for 24 hours" in form.get_text()
    assert "please choose your file again" not in form.get_text()
    assert value_of(form, "url") == ""

    again = page("own_editor", "/en" + NEW, form_of(form) | {"odl_period": "2026-13", "save": "go-dataset-complete"})
    assert value_of(again, "odl_staged") == value_of(form, "odl_staged")
    page("own_editor", NEW, form_of(again) | {"odl_period": "2025", "save": "go-dataset-complete"}, 302)

    (resource,) = resources(territory)
    assert resource["url"].endswith("/subventions-2025.csv")
    assert resource["url_type"] == "upload"
    assert bytes_of(resource) == CSV
    assert "odl_staged" not in resource
    assert kept() == 0


def test_another_file_or_a_link_takes_its_place(page, territory, arbres):
    form = wrong(page)
    link = form_of(form) | {"url": "exemple.test/s.csv", "odl_period": "2025", "save": "go-dataset-complete"}
    again = page("own_editor", "/en" + NEW, link)
    assert "Write the whole address" in error_of(again, "url")
    assert (value_of(again, "url"), value_of(again, "odl_staged")) == (
        "exemple.test/s.csv",
        value_of(form, "odl_staged"),
    )

    other = form_of(again) | {
        "url": "",
        "upload": (io.BytesIO(b"a;b\n1;2\n"), "autre.csv"),
        "save": "go-dataset-complete",
    }
    page("own_editor", NEW, other, 302)
    assert bytes_of(resources(territory)[0]) == b"a;b\n1;2\n"


def test_replacing_a_file_likewise(page, territory, arbres):
    page("own_editor", NEW, form_of(page("own_editor", NEW)) | {"upload": file(b"a;b\n", "un.csv"), **DONE}, 302)
    edit = f"/dataset/arbres/resource/{resources(territory)[0]['id']}/edit"
    target = edit if arbres["state"] == "active" else NEW  # where CKAN's form of a draft goes

    sent = form_of(page("own_editor", edit)) | {"upload": file(CSV, "deux.csv"), "odl_period": "jamais", **DONE}
    form = page("own_editor", "/en" + target, sent)
    assert "deux.csv" in form.get_text()
    assert bytes_of(resources(territory)[0]) == b"a;b\n"
    page("own_editor", target, form_of(form) | {"odl_period": "", **DONE}, 302)

    assert bytes_of(resources(territory)[0]) == CSV
    assert resources(territory)[0]["url"].endswith("/deux.csv")


@pytest.mark.parametrize("who", ["atd_editor", "sysadmin", "own_admin"])
def test_nobody_else_uses_it(page, territory, arbres, who):
    form = wrong(page)
    sent = form_of(form) | {"odl_period": "2025", "save": "go-dataset-complete"}

    refused = page(who, "/en" + NEW, sent)

    assert "no longer kept" in error_of(refused, "url")
    assert not refused.select("[name=odl_staged]")
    assert resources(territory) == []
    page("own_editor", NEW, sent, 302)
    assert bytes_of(resources(territory)[0]) == CSV


def test_after_a_day_it_is_asked_for_again_and_taken_away(page, territory, arbres):
    form = wrong(page)
    file = model.Session.scalars(sa.select(DepositFile)).one()
    model.Session.execute(sa.update(Deposit.__table__).values(expires_at=clock(-1)))
    model.Session.commit()

    late = page("own_editor", "/en" + NEW, form_of(form) | {"odl_period": "2025", "save": "go-dataset-complete"})
    assert "choose it again" in error_of(late, "url")
    assert value_of(late, "odl_period") == "2025"
    assert resources(territory) == []

    assert sweep()["forms"] == 1
    assert kept() == 0
    with pytest.raises(storage.MissingFile):
        list(storage.kept(file.id, file.name))
    assert sweep()["forms"] == 0


def test_no_list_and_no_call_tells_of_it(page, territory, arbres):
    reference = value_of(wrong(page), "odl_staged")

    assert territory.call("own_editor", "odl_deposit_list", organization="saint-exemple")["count"] == 0
    with pytest.raises(Exception, match="no such deposit"):
        territory.call("own_editor", "odl_deposit_show", id=reference)


def test_over_the_api_a_reference_means_nothing(territory, page, arbres):
    reference = value_of(wrong(page), "odl_staged")
    made = territory.call(
        "own_editor", "resource_create", package_id="arbres", url="https://exemple.test/a.csv", odl_staged=reference
    )
    assert "odl_staged" not in made
    assert staging.of_form(reference, model.User.get(territory.names["own_editor"]).id)


def test_a_wrong_file_of_a_strict_collectivite_is_shown_where_it_waits(page, territory, worker):
    territory.call("sysadmin", "organization_patch", id="saint-exemple", odl_strictness="block")
    territory.call("own_editor", "package_create", name="arbres", title="A", owner_org=owner(), license_id="lov2")
    sent = form_of(page("own_editor", NEW)) | {"upload": (io.BytesIO(WRONG), "p.csv"), "odl_schema": SCHEMA}

    form = page("own_editor", "/en" + NEW, sent | {"save": "go-dataset-complete"})

    assert "waits with its report" in error_of(form, "url")
    deposit = territory.call("own_editor", "odl_deposit_list", organization="saint-exemple")["results"][0]
    assert form.select_one(".odl-error a")["href"].endswith(f"/odl/depot/{deposit['id']}")
    assert not form.select("[name=odl_staged]")
    assert [link["href"] for link in form.select(".odl-problems a")] == [
        "#field-upload",
        form.select_one(".odl-error a")["href"],
    ]
    good = form_of(form) | {"upload": (io.BytesIO(GOOD), "p.csv"), "odl_schema": SCHEMA, "save": "go-dataset-complete"}
    page("own_editor", NEW, good, 302)
    assert bytes_of(resources(territory)[0]) == GOOD


def test_a_wrong_file_keeps_the_new_dataset_a_draft(page, territory, worker):
    territory.call("sysadmin", "organization_patch", id="saint-exemple", odl_strictness="block")
    new = {"name": "arbres", "title": "Arbres", "owner_org": owner(), "license_id": "lov2", "state": "draft"}
    territory.call("own_editor", "package_create", **new)
    sent = form_of(page("own_editor", NEW)) | {"upload": (io.BytesIO(WRONG), "p.csv"), "odl_schema": SCHEMA}

    tells_it = tk.check_ckan_version(min_version="2.12")  # 2.11 says it on the page of the dataset
    form = page("own_editor", "/en" + NEW, sent | {"save": "go-metadata"}, 200 if tells_it else 302)

    assert "cannot be public yet" in form.get_text() or form.location.endswith("/dataset/arbres")
    assert len(resources(territory)) == 1
    assert model.Package.get("arbres").state == "draft"
    refusal(lambda: territory.call("own_editor", "package_patch", id="arbres", state="active"))
