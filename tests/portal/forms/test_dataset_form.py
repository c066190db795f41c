"""The form of a dataset: what it shows, what it says of a wrong value, what it stores."""

from __future__ import annotations

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

pytestmark = pytest.mark.usefixtures("with_plugins")

ODBL = {"title": "Arbres de la commune", "license_id": "odc-odbl", "private": "False"}


def owner(name: str = "saint-exemple") -> str:
    return model.Group.get(name).id


def labels_of(page) -> list[str]:
    return [label.get_text(" ", strip=True).lstrip("* ") for label in page.select(".odl-section .form-label")]


def error_of(page, field: str) -> str:
    found = page.select_one(f"#error-{field}")
    return found.get_text(" ", strip=True) if found else ""


def value_of(page, name: str) -> str:
    control = page.select_one(f"[name='{name}']")
    if control.name == "select":
        chosen = control.select_one("option[selected]")
        return chosen["value"] if chosen else ""
    return control.get_text() if control.name == "textarea" else control.get("value", "")


FRENCH = [
    "Titre",
    "Collectivité",
    "Qui peut voir ces données\u00a0?",
    "Description",
    "Licence",
    "Pourquoi une autre licence\u00a0?",
    "Thème",
    "Mots-clés",
    "Territoire",
    "Période couverte\u00a0: début",
    "Période couverte\u00a0: fin",
    "Rythme de mise à jour",
    "La personne ou le service qui tient le fichier",
    "Adresse électronique de contact",
    "Comment refaire ce fichier",
    "Adresse de la page",
]


def test_the_form_in_french(page):
    form = page("own_editor", "/dataset/new")

    assert labels_of(form) == FRENCH
    assert [legend.get_text() for legend in form.select(".odl-section > legend")] == [
        "L’essentiel",
        "Pour être trouvé",
        "Tenir à jour",
    ]
    assert form.select_one("form#dataset-edit input[name=_csrf_token]")
    assert not form.select("form [onclick], form [onchange], form [style]")


def test_the_form_in_english(page):
    form = page("own_editor", "/en/dataset/new")

    assert labels_of(form)[:3] == ["Title", "Local authority", "Who can see these data?"]
    assert len(labels_of(form)) == len(FRENCH)


def test_every_control_has_its_label_and_its_help(page):
    form = page("own_editor", "/dataset/new")

    for control in form.select(".odl-section input:not([type=hidden]), .odl-section select, .odl-section textarea"):
        assert form.select(f"label[for='{control['id']}']"), control
        for described in control.get("aria-describedby", "").split():
            assert form.select(f"#{described}"), control


def test_what_the_collectivite_has_set_is_filled_in(page):
    form = page("own_editor", "/dataset/new")

    assert value_of(form, "owner_org") == owner()
    assert value_of(form, "license_id") == "lov2"
    assert value_of(form, "odl_territory_level") == "commune"
    assert value_of(form, "odl_territory_code") == "48150"
    assert value_of(form, "odl_territory_name") == "Saint-Exemple"


def test_the_licences_of_the_decree_come_first(page):
    groups = page("own_editor", "/dataset/new").select("[name=license_id] optgroup")

    assert [option["value"] for option in groups[0].select("option")] == ["lov2", "odc-odbl"]
    assert "notspecified" not in [option["value"] for option in groups[1].select("option")]


@pytest.mark.parametrize("who", ["anonymous", "stranger", "atd_member"])
def test_who_may_not_publish_gets_no_form(page, who):
    page(who, "/dataset/new", status=403)


def test_the_shortest_dataset(page, territory):
    answer = page("own_editor", "/dataset/new", {**ODBL, "owner_org": owner(), "save": "", "_ckan_phase": "1"}, 302)

    assert "/dataset/arbres-de-la-commune/resource/new" in answer.location
    stored = territory.call("own_editor", "package_show", id="arbres-de-la-commune")
    assert stored["odl_territory"] == "commune 48150 Saint-Exemple"
    assert stored["private"] is False
    assert "odl_homologation_note" not in stored


def test_two_datasets_of_one_title_have_two_addresses(territory):
    new = {"title": "Délibérations & œuvres 2025", "owner_org": owner(), "license_id": "lov2"}
    names = [territory.call("own_editor", "package_create", **new)["name"] for _ in range(3)]

    assert names == [f"deliberations-oeuvres-2025{end}" for end in ("", "-2", "-3")]


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("title", "  ", "Give a title"),
        ("odl_homologation_note", "  ", "Say why this licence"),
        ("temporal_start", "2025-13-01", "Write the day as year-month-day"),
        ("temporal_end", "2024-12-31", "The period ends before it begins"),
        ("maintainer_email", "mairie", "This is not an e-mail address"),
        ("frequency", "parfois", "is not in the list"),
        ("theme", "chats", "is not in the list"),
        ("odl_territory_code", "48000000", "Write the INSEE code"),
        ("name", "Mon Adresse", ""),
    ],
)
def test_a_wrong_value_has_a_sentence_on_its_field_and_stays(page, field, typed, sentence):
    good = {
        "title": "Subventions",
        "notes": "Les subventions <versées> par l’association",
        "license_id": "cc-by",
        "odl_homologation_note": "Décision du 3 mars",
        "owner_org": owner(),
        "temporal_start": "2025-01-01",
        "odl_territory_level": "commune",
        "odl_territory_code": "48150",
        "tag_string": "associations, subventions",
        "odl_service": "Secrétariat",
    }
    form = page("own_editor", "/en/dataset/new", {**good, field: typed, "save": "", "_ckan_phase": "1"})

    shown = field.removesuffix("_code")
    assert sentence in error_of(form, shown)
    assert error_of(form, shown)
    link = form.select_one(".odl-problems a")
    assert link["href"] == f"#field-{shown}"
    assert form.select(link["href"])
    assert len(form.select(".odl-error")) == 1
    for name, value in {**good, field: typed}.items():
        assert value_of(form, name).strip() == value.strip(), name
    assert form.select_one("[name=_csrf_token]")


def test_a_dataset_without_licence(page, territory):
    form = page("neighbour_admin", "/en/dataset/new", {"title": "X", "owner_org": owner("villeneuve"), "save": ""})
    assert "Choose a licence" in error_of(form, "license_id")

    new = {"title": "Sans licence", "name": "sans", "owner_org": owner("villeneuve")}
    with pytest.raises(tk.ValidationError) as refusal:
        territory.call("neighbour_admin", "package_create", **new)
    assert list(refusal.value.error_dict) == ["license_id"]


FULL = {
    "name": "subventions-2025",
    "title": "Subventions 2025",
    "notes": "Les subventions",
    "license_id": "cc-by",
    "odl_homologation_note": "Décision",
    "theme": "http://publications.europa.eu/resource/authority/data-theme/ECON",
    "frequency": "http://publications.europa.eu/resource/authority/frequency/ANNUAL",
    "temporal_start": "2025-01-01",
    "temporal_end": "2025-12-31",
    "odl_territory": "commune 2A004 Ajaccio",
    "odl_service": "Secrétariat de mairie",
    "maintainer_email": "mairie@saint-exemple.fr",
    "odl_procedure": "Sortir du logiciel",
    "tags": [{"name": "subventions"}],
}


def test_the_api_gives_back_what_it_took_and_takes_it_again(territory):
    resource = {
        "url": "https://exemple.test/s.csv",
        "odl_schema": "scdl/subventions",
        "odl_period": "2025",
        "name": "S",
    }
    territory.call("own_editor", "package_create", **FULL, owner_org=owner(), resources=[resource])

    shown = territory.call("own_editor", "package_show", id="subventions-2025")
    assert {key: shown[key] for key in FULL if key != "tags"} == {key: FULL[key] for key in FULL if key != "tags"}
    assert {key: shown["resources"][0][key] for key in resource} == resource
    again = territory.call("own_editor", "package_update", **{**shown, "title": "Subventions versées en 2025"})
    assert again["title"] == "Subventions versées en 2025"
    shown.pop("title")
    assert {key: again[key] for key in FULL if key not in ("tags", "title")} == {
        key: FULL[key] for key in FULL if key not in ("tags", "title")
    }
    patched = territory.call("own_editor", "package_patch", id=shown["id"], notes="Autre")
    assert patched["odl_service"] == FULL["odl_service"]
    assert patched["resources"][0]["odl_schema"] == "scdl/subventions"


def test_what_people_write_is_understood(territory):
    loose = {
        "frequency": "ANNUAL",
        "temporal_start": "01/02/2025",
        "temporal_end": "2025",
        "odl_territory": "fr:epci:200000990",
    }
    resource = {"url": "https://exemple.test/s.csv", "odl_schema": "scdl/subventions@2.1.0", "odl_period": "03/2025"}
    new = {"title": "Souple", "license_id": "lov2", "owner_org": owner(), "resources": [resource]}
    stored = territory.call("own_editor", "package_create", **new, **loose)

    assert stored["frequency"].endswith("/frequency/ANNUAL")
    assert (stored["temporal_start"], stored["temporal_end"]) == ("2025-02-01", "2025-12-31")
    assert stored["odl_territory"] == "epci 200000990"
    file = stored["resources"][0]
    assert (file["odl_schema"], file["odl_schema_version"], file["odl_period"]) == (
        "scdl/subventions",
        "2.1.0",
        "2025-03",
    )


def test_editing_through_the_form_keeps_the_files(page, territory):
    resource = {"url": "https://exemple.test/s.csv", "odl_schema": "scdl/subventions"}
    territory.call("own_editor", "package_create", **FULL, owner_org=owner(), resources=[resource])
    form = page("own_editor", "/dataset/edit/subventions-2025")
    typed = {
        control["name"]: value_of(form, control["name"])
        for control in form.select("#dataset-edit [name]")
        if control.name != "button" and control["name"] not in ("_csrf_token", "save")
    }
    typed |= {"private": "True", "odl_service": "Finances", "save": ""}
    page("own_editor", "/dataset/edit/subventions-2025", typed, 302)

    stored = territory.call("own_editor", "package_show", id="subventions-2025")
    assert stored["odl_service"] == "Finances"
    assert stored["private"] is True
    assert {key: stored[key] for key in FULL if key not in ("tags", "odl_service")} == {
        key: FULL[key] for key in FULL if key not in ("tags", "odl_service")
    }
    assert [tag["name"] for tag in stored["tags"]] == ["subventions"]
    assert stored["resources"][0]["odl_schema"] == "scdl/subventions"


def test_a_dataset_page_shows_the_fields_in_words(page, territory):
    territory.call("own_editor", "package_create", **FULL, owner_org=owner())

    text = page("anonymous", "/dataset/subventions-2025").get_text(" ", strip=True)
    english = page("anonymous", "/en/dataset/subventions-2025").get_text(" ", strip=True)

    for words in ("Tous les ans", "Économie et finances", "La personne ou le service qui tient le fichier"):
        assert words in text
    for words in ("Every year", "Economy and finance", "Ajaccio (Municipality, 2A004)", "Secrétariat de mairie"):
        assert words in english


def test_keywords_as_people_write_them(territory):
    package = territory.call(
        "own_editor",
        "package_create",
        title="Cantine",
        owner_org=owner(),
        license_id="lov2",
        tag_string="l’été, Aujourd'hui, eau d’alimentation",
    )

    assert {tag["name"] for tag in package["tags"]} == {"été", "Aujourd hui", "eau alimentation"}
