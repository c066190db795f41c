"""The form of a file: upload and link without JavaScript, model and version, what it says of a wrong value."""

from __future__ import annotations

import io

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from .test_dataset_form import error_of, labels_of, owner, value_of

pytestmark = pytest.mark.usefixtures("with_plugins")

CSV = "nomAttribuant;montant\nSaint-Exemple;1 200,50\n".encode("cp1252")
NEW = "/dataset/arbres/resource/new"


@pytest.fixture
def arbres(territory):
    return territory.call(
        "own_editor", "package_create", name="arbres", title="Arbres", owner_org=owner(), license_id="lov2"
    )


def form_of(page, selector: str = "#resource-edit") -> dict[str, str]:
    """What a browser without JavaScript would send, the file left out."""
    sent = {}
    for control in page.select(f"{selector} input, {selector} select, {selector} textarea"):
        kind = control.get("type")
        boxes = kind in ("radio", "checkbox")
        if kind == "file" or control["name"] == "_csrf_token" or (boxes and not control.has_attr("checked")):
            continue
        sent[control["name"]] = control["value"] if boxes else value_of(page, control["name"])
    return sent


def file(name: str = "subventions 2025.csv", content: bytes = CSV):
    return io.BytesIO(content), name


def stored(territory) -> dict:
    return territory.call("own_editor", "package_show", id="arbres")["resources"][0]


def download(app, resource: dict) -> bytes:
    return app.get(resource["url"].replace("http://test.ckan.net", "")).body.encode("cp1252", "replace")


def test_the_form_in_french_and_english(page, arbres):
    form = page("own_editor", NEW)
    assert labels_of(form) == [
        "Fichier à déposer",
        "Lien vers un fichier déjà en ligne",
        "Nom du fichier pour le lecteur",
        "Modèle suivi par ce fichier",
        "Version du modèle",
        "Feuille vérifiée",
        "Année ou période du fichier",
        "Remarques sur ce fichier",
        "Format",
    ]
    assert form.select_one("#resource-edit input[name=_csrf_token]")
    assert not form.select("#resource-edit [onclick], #resource-edit [style]")
    assert labels_of(page("own_editor", "/en" + NEW))[0] == "File to upload"


def test_models_are_offered_common_core_first(page, arbres):
    select = page("own_editor", "/en" + NEW).select_one("[name=odl_schema]")

    assert select.select_one("option")["value"] == ""
    assert select.select_one("option").get_text() == "No model"
    groups = select.select("optgroup")
    assert groups[0]["label"] == "Common core of local data"
    assert "scdl/subventions" in [option["value"] for option in groups[0].select("option")]
    assert len(groups) > 2


def test_a_file_is_put_on_the_portal_without_javascript(page, app, territory, arbres):
    sent = form_of(page("own_editor", NEW)) | {"save": "go-dataset-complete", "upload": file()}
    page("own_editor", NEW, sent | {"odl_schema": "scdl/subventions", "odl_period": "2025"}, 302)

    resource = stored(territory)
    assert resource["url_type"] == "upload"
    assert resource["url"].endswith("/subventions-2025.csv")
    assert (resource["odl_schema"], resource["odl_period"], resource["format"]) == ("scdl/subventions", "2025", "CSV")
    assert not {"upload", "clear_upload", "odl_link"} & set(resource)


def test_a_file_is_kept_replaced_then_replaced_by_a_link(page, app, territory, arbres):
    page("own_editor", NEW, form_of(page("own_editor", NEW)) | {"save": "go-dataset-complete", "upload": file()}, 302)
    edit = f"/dataset/arbres/resource/{stored(territory)['id']}/edit"

    form = page("own_editor", edit)
    assert "subventions-2025.csv" in form.select_one(".odl-kept").get_text()
    page("own_editor", edit, form_of(form) | {"save": "", "name": "Subventions versées"}, 302)
    kept = stored(territory)
    assert (kept["name"], kept["url_type"]) == ("Subventions versées", "upload")
    assert kept["url"].endswith("/subventions-2025.csv")

    page(
        "own_editor",
        edit,
        form_of(page("own_editor", edit)) | {"save": "", "upload": file("corrige.csv", b"a;b\n1;2\n")},
        302,
    )
    assert stored(territory)["url"].endswith("/corrige.csv")
    assert stored(territory)["size"] == 8

    sent = form_of(page("own_editor", edit)) | {
        "save": "",
        "clear_upload": "true",
        "odl_link": "https://exemple.test/s.csv",
    }
    page("own_editor", edit, sent, 302)
    assert stored(territory)["url"] == "https://exemple.test/s.csv"
    assert not stored(territory)["url_type"]

    sent = form_of(page("own_editor", edit)) | {"save": "", "upload": file()}
    page("own_editor", edit, sent, 302)
    assert stored(territory)["url_type"] == "upload"


def test_a_link_typed_over_a_file_is_meant(page, territory, arbres):
    page("own_editor", NEW, form_of(page("own_editor", NEW)) | {"save": "go-dataset-complete", "upload": file()}, 302)
    edit = f"/dataset/arbres/resource/{stored(territory)['id']}/edit"

    page(
        "own_editor",
        edit,
        form_of(page("own_editor", edit)) | {"save": "", "odl_link": "https://exemple.test/s.csv"},
        302,
    )

    assert stored(territory)["url"] == "https://exemple.test/s.csv"


def test_removing_a_file_without_a_link_is_refused(page, territory, arbres):
    page("own_editor", NEW, form_of(page("own_editor", NEW)) | {"save": "go-dataset-complete", "upload": file()}, 302)
    edit = f"/dataset/arbres/resource/{stored(territory)['id']}/edit"

    form = page("own_editor", "/en" + edit, form_of(page("own_editor", edit)) | {"save": "", "clear_upload": "true"})

    assert "Write the whole address of the file" in error_of(form, "url")
    assert stored(territory)["url_type"] == "upload"


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("url", "exemple.test/s.csv", "Write the whole address of the file"),
        ("odl_schema", "scdl/inconnu", "is not a model that this portal knows"),
        ("odl_schema_version", "9.9", "This model has no version 9.9"),
        ("odl_period", "l’an dernier", "Write a year (2025)"),
    ],
)
def test_a_wrong_value_has_a_sentence_on_its_field_and_stays(page, territory, arbres, field, typed, sentence):
    good = {
        "url": "https://exemple.test/s.csv",
        "name": "Nom",
        "description": "Des <remarques>",
        "odl_schema": "scdl/subventions",
        "odl_period": "2025",
    }
    sent = form_of(page("own_editor", NEW)) | good | {field: typed, "save": "go-dataset-complete"}
    form = page("own_editor", "/en" + NEW, sent)

    assert sentence in error_of(form, field)
    assert [link["href"] for link in form.select(".odl-problems a")] == [f"#field-{field}"]
    assert form.select(f"#field-{field}")
    for name, value in {**good, field: typed}.items():
        assert value_of(form, name) == value, name
    assert form.select_one("[name=_csrf_token]")
    assert not territory.call("own_editor", "package_show", id="arbres")["resources"]


def test_a_file_that_was_not_saved_is_kept(page, territory, arbres):
    sent = form_of(page("own_editor", NEW)) | {"odl_period": "jamais", "upload": file(), "save": "go-dataset-complete"}
    form = page("own_editor", "/en" + NEW, sent)

    assert "you need not choose it again" in form.get_text()
    assert value_of(form, "url") == ""


def test_an_empty_form_publishes_the_draft(page, territory):
    """CKAN 2.11 wants a file first: there the form says so, and the draft stays."""
    territory.call(
        "own_editor", "package_create", name="arbres", title="A", owner_org=owner(), license_id="lov2", state="draft"
    )

    publishes = tk.check_ckan_version(min_version="2.12")

    form = form_of(page("own_editor", NEW)) | {"save": "go-metadata"}
    answer = page("own_editor", "/fr" + NEW, form, 302 if publishes else 200)

    model.Session.expire_all()
    assert model.Package.get("arbres").state == ("active" if publishes else "draft")
    assert publishes or "Ajoutez au moins un fichier" in answer.get_text()
    assert not model.Package.get("arbres").resources


def test_a_version_without_a_model_is_dropped(territory, arbres):
    resource = {"package_id": arbres["id"], "url": "https://exemple.test/s.csv", "odl_schema_version": "2.1.0"}
    assert "odl_schema_version" not in territory.call("own_editor", "resource_create", **resource)


def test_a_file_without_a_name_bears_its_own(territory, arbres):
    resource = {"package_id": arbres["id"], "url": "https://exemple.test/donnees/arbres-2025.csv", "name": " "}

    assert territory.call("own_editor", "resource_create", **resource)["name"] == "arbres-2025.csv"
