"""``package_show`` for harvesters of the CKAN API: what is added on reading, and that it is never kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.lib.search.common import make_connection
from ckan.model.group import group_table
from ckan.plugins import toolkit as tk
from ckan.tests.helpers import call_action

from ckanext.odl.datagouv import outgoing_values
from ckanext.odl.logic.datagouv import mirror
from tests.portal.conftest import GOOD, call, upload
from tests.portal.datagouv.feeds import FREQUENCY

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

FIELDS = {"frequency": FREQUENCY + "ANNUAL", "temporal_start": "2024-01-01", "temporal_end": "2024-12-31"}
OUTLINE = {"type": "Polygon", "coordinates": [[[3.5, 44.5], [3.6, 44.5], [3.6, 44.6], [3.5, 44.5]]]}


@pytest.fixture(autouse=True)
def outlines(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "communes.geojson"
    feature = {"type": "Feature", "properties": {"insee": "48903"}, "geometry": OUTLINE}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    monkeypatch.setitem(tk.config, "ckanext.odl.datagouv.outlines", str(path))


@pytest.fixture
def dated(commune: dict[str, Any], agent: dict[str, Any]) -> dict[str, Any]:
    fields = {**FIELDS, "odl_territory": "commune 48903 Valbrune"}
    return call(
        "package_create", agent, name="dated", title="Jeu", owner_org=commune["id"], license_id="lov2", **fields
    )


def extras(package: dict[str, Any]) -> dict[str, str]:
    found = [extra["key"] for extra in package.get("extras") or []]
    assert len(found) == len(set(found)), found
    return {extra["key"]: extra["value"] for extra in package.get("extras") or []}


def anonymous(app: Any, name: str = "dated") -> dict[str, Any]:
    """What data.gouv.fr reads."""
    answer = app.get("/api/3/action/package_show", query_string={"id": name})
    assert answer.status_code == 200
    return answer.json["result"]


def shown_well(package: dict[str, Any]) -> None:
    found = extras(package)
    geometry = json.loads(found.pop("spatial"))
    assert {key: geometry[key] for key in OUTLINE} == OUTLINE
    assert found == FIELDS
    assert {key: package[key] for key in FIELDS} == FIELDS


def kept_clean(package_id: str) -> None:
    """Neither the database nor the index holds what is added on reading."""
    model.Session.expire_all()
    package: Any = model.Package.get(package_id)
    assert outgoing_values.SPATIAL not in package.extras
    document = search.show(package_id)
    for kept in ("data_dict", "validated_data_dict"):
        keys = {extra["key"] for extra in json.loads(document[kept]).get("extras") or []}
        assert keys & {"spatial", *(FIELDS if kept == "validated_data_dict" else ())} == set()


def test_harvesters_find_frequency_period_and_outline(app: Any, dated: dict[str, Any]) -> None:
    shown_well(anonymous(app))
    shown_well(call_action("package_show", id="dated"))
    kept_clean(dated["id"])


def test_without_the_index_too(app: Any, dated: dict[str, Any]) -> None:
    make_connection().delete(q=f"id:{dated['id']}", commit=True)
    shown_well(anonymous(app))


def test_every_key_that_the_national_harvester_wants(app: Any, dated: dict[str, Any], agent: dict[str, Any]) -> None:
    call("resource_create", agent, package_id="dated", upload=upload(GOOD), url="a.csv")
    call("resource_create", agent, package_id="dated", url="https://exemple.fr/x", resource_type="metadata")
    call("resource_create", agent, package_id="dated", url="https://exemple.fr/y", resource_type="documentation")
    model.Session.execute(sa.update(group_table).values(description=None))
    model.Session.commit()
    search.rebuild(dated["id"])
    package = anonymous(app)
    wanted = (
        "id name title notes license_id license_title tags metadata_created metadata_modified organization resources"
        " private type author author_email maintainer maintainer_email state"
    )
    assert set(wanted.split()) - set(package) == set()
    assert package["type"] == "dataset"
    assert package["organization"]["description"] == ""
    assert isinstance(package["organization"]["image_url"], str)
    keys = "id position name description format mimetype size hash created last_modified url resource_type"
    types = []
    for resource in package["resources"]:
        assert set(keys.split()) - set(resource) == set()
        assert isinstance(resource["format"], str)
        types.append(resource["resource_type"])
    assert types == [None, "file", "documentation"]
    assert package["resources"][0]["url"].startswith("http://test.ckan.net/dataset/")
    member = call("package_show", agent, id="dated")
    assert set(member) == set(package)


def test_show_then_update(app: Any, dated: dict[str, Any], agent: dict[str, Any]) -> None:
    package = call("package_show", agent, id="dated")
    shown_well(package)
    package["title"] = "Autre titre"
    call("package_update", agent, **package)
    shown_well(anonymous(app))
    kept_clean(dated["id"])
    again = call("package_show", agent, id="dated")
    assert again["title"] == "Autre titre"
    call("package_update", agent, **again)
    kept_clean(dated["id"])


def test_show_then_update_through_the_api(
    app: Any, dated: dict[str, Any], agent: dict[str, Any], authorization: Any
) -> None:
    package = {**anonymous(app), "notes": "Changé"}
    answer = app.post("/api/3/action/package_update", json=package, headers=authorization(agent))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    shown_well(anonymous(app))
    kept_clean(dated["id"])


def test_changed_field_wins_over_its_copy(app: Any, dated: dict[str, Any], agent: dict[str, Any]) -> None:
    package = anonymous(app)
    call("package_update", agent, **{**package, "frequency": FREQUENCY + "MONTHLY", "temporal_end": "2025-12-31"})
    found = extras(anonymous(app))
    assert (found["frequency"], found["temporal_end"]) == (FREQUENCY + "MONTHLY", "2025-12-31")


def test_removed_field_is_gone(app: Any, dated: dict[str, Any], agent: dict[str, Any]) -> None:
    package = anonymous(app)
    for key in FIELDS:
        del package[key]
    call("package_update", agent, **{**package, "odl_territory": "france France"})
    assert extras(anonymous(app)) == {}
    kept_clean(dated["id"])


@pytest.mark.parametrize("rebuild", [False, True])
def test_upload_after_indexing(app: Any, dated: dict[str, Any], agent: dict[str, Any], rebuild: bool) -> None:
    shown_well(anonymous(app))
    if rebuild:
        search.rebuild(dated["id"])
    resource = call("resource_create", agent, package_id="dated", upload=upload(GOOD), url="a.csv")
    call("resource_patch", agent, id=resource["id"], upload=upload(GOOD + b"\n"), name="Autre")
    call("resource_update", agent, **{**call("resource_show", agent, id=resource["id"]), "description": "Texte"})
    shown_well(anonymous(app))
    kept_clean(dated["id"])


def test_every_way_of_writing(app: Any, dated: dict[str, Any], agent: dict[str, Any]) -> None:
    call("package_patch", agent, id="dated", title="Un")
    call("package_revise", agent, match={"id": dated["id"]}, update={"title": "Deux"})
    call("package_patch", agent, id="dated", extras=anonymous(app)["extras"])
    call("bulk_update_private", None, datasets=[dated["id"]], org_id=dated["owner_org"])
    call("bulk_update_public", None, datasets=[dated["id"]], org_id=dated["owner_org"])
    shown_well(anonymous(app))
    copy = {**anonymous(app), "name": "copy"}
    del copy["id"]
    new = call("package_create", agent, **copy)
    shown_well(anonymous(app, "copy"))
    kept_clean(new["id"])
    kept_clean(dated["id"])


def test_form_of_the_dataset(app: Any, dated: dict[str, Any], agent: dict[str, Any], authorization: Any) -> None:
    page = app.get("/dataset/edit/dated", headers=authorization(agent)).get_data(as_text=True)
    assert outgoing_values.SPATIAL not in page.split("<form", 1)[1]
    form = {"title": "Du formulaire", "owner_org": dated["owner_org"], "license_id": "lov2", "save": "save", **FIELDS}
    app.post("/dataset/edit/dated", data=form, headers=authorization(agent))
    assert anonymous(app)["title"] == "Du formulaire"
    kept_clean(dated["id"])


def test_page_of_the_dataset_does_not_show_it_twice(app: Any, dated: dict[str, Any]) -> None:
    page = app.get("/dataset/dated").get_data(as_text=True)
    assert "&#34;coordinates&#34;" not in page
    assert "temporal_start" not in page


def test_extra_of_somebody_is_kept(app: Any, commune: dict[str, Any], agent: dict[str, Any]) -> None:
    own = json.dumps({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]})
    mine = [{"key": "spatial", "value": own}, {"key": "source", "value": "registre"}]
    data = {"owner_org": commune["id"], "license_id": "lov2", "odl_territory": "commune 48903 Valbrune"}
    call("package_create", agent, name="own", title="Jeu", extras=mine, **data)
    assert extras(anonymous(app, "own")) == {"spatial": own, "source": "registre"}
    call("package_update", agent, **anonymous(app, "own"))
    assert extras(anonymous(app, "own")) == {"spatial": own, "source": "registre"}


def test_extra_that_would_hide_a_field_is_still_refused(commune: dict[str, Any], agent: dict[str, Any]) -> None:
    with pytest.raises(tk.ValidationError):
        call(
            "package_create",
            agent,
            title="Jeu",
            owner_org=commune["id"],
            license_id="lov2",
            extras=[{"key": "frequency", "value": "annual"}],
        )


def test_activity_keeps_the_dataset_as_it_is_stored(dated: dict[str, Any]) -> None:
    package_activities = call("package_activity_list", None, id=dated["id"], include_hidden_activity=True)
    for activity in package_activities:
        full = call("activity_show", None, id=activity["id"])
        assert extras(full["data"]["package"]) == {}
    assert package_activities


def test_other_types_are_left_alone() -> None:
    shown: dict[str, Any] = {"type": "harvest", "frequency": "DAILY"}
    mirror.show({}, shown)
    assert shown == {"type": "harvest", "frequency": "DAILY"}
