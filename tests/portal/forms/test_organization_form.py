"""The form of a collectivité: who sees which fields, what it says of a wrong value, what it stores."""

from __future__ import annotations

import pytest
from ckan.plugins import toolkit as tk

from .test_dataset_form import error_of, labels_of, value_of
from .test_resource_form import form_of
from .test_rights import parent_of

pytestmark = pytest.mark.usefixtures("with_plugins")

EDIT = "/organization/edit/saint-exemple"
FORM = "#organization-edit-form"


def test_the_form_of_a_new_member(page):
    form = page("atd_editor", "/organization/new")

    assert labels_of(form) == [
        "Retrouver la collectivité dans la liste officielle",
        "Nom de la collectivité",
        "Type de collectivité",
        "Accompagnée par",
        "Numéro SIREN",
        "Numéro SIRET du siège",
        "Code INSEE de la commune",
        "Département",
        "Nombre d’habitants",
        "Année de ce nombre d’habitants",
        "Compétences exercées",
        "Ce que la collectivité possède",
        "Effectif de la collectivité",
        "Accompagnement",
        "Présentation",
        "Site internet",
        "Adresse électronique de contact",
        "Logo",
        "Lien vers un logo déjà en ligne",
        "Montrer l’avancement de la collectivité au public",
        "Publier et tenir à jour le catalogue de nos données",
        "Licence proposée d’avance",
        "Fichiers qui ne suivent pas leur modèle",
        "Groupe",
        "Adresse de la page",
    ]
    assert [option["value"] for option in form.select("[name=odl_parent] option")] == ["atd"]
    assert value_of(form, "odl_parent") == "atd"
    assert form.select_one(f"{FORM} input[name=_csrf_token]")
    assert not form.select(f"{FORM} [onclick], {FORM} [style]")
    assert labels_of(page("atd_editor", "/en/organization/new"))[1] == "Name of the local authority"


@pytest.mark.parametrize("who", ["own_admin", "own_editor", "neighbour_admin", "atd_member", "stranger"])
def test_who_may_not_create_gets_no_form(page, who):
    page(who, "/organization/new", status=403)


def test_creating_through_the_form(page, territory):
    sent = form_of(page("atd_editor", "/organization/new"), FORM)
    sent |= {
        "title": "Sainte-Colombe",
        "odl_kind": "commune",
        "odl_insee": "48 009",
        "odl_siren": "200 064 731",
        "save": "",
    }
    page("atd_editor", "/organization/new", sent, 302)
    page("atd_editor", "/organization/new", sent | {"odl_insee": "12002", "odl_siren": ""}, 302)

    first = territory.call("anonymous", "organization_show", id="sainte-colombe")
    assert (first["odl_insee"], first["odl_siren"], first["odl_is_atd"]) == ("48009", "200064731", False)
    assert territory.call("anonymous", "organization_show", id="sainte-colombe-12002")["title"] == "Sainte-Colombe"
    assert parent_of("sainte-colombe") == {"atd"}
    page("atd_editor", "/organization/edit/sainte-colombe")
    page("atd_editor", "/organization/edit/saint-exemple")


def test_a_parent_is_asked_for(page, territory):
    sent = {"title": "Nouvelle", "odl_kind": "commune", "odl_parent": "", "save": ""}
    form = page("atd_admin", "/en/organization/new", sent)

    assert "Choose the structure that supports this local authority" in error_of(form, "odl_parent")
    assert form.select(form.select_one(".odl-problems a")["href"])
    assert value_of(form, "title") == "Nouvelle"


def test_a_commune_sees_its_parent_and_cannot_change_it(page, territory):
    form = page("own_admin", EDIT)

    assert not form.select("[name=odl_parent], [name=odl_is_atd]")
    assert "Agence du Causse" in form.select_one("#field-odl_parent").get_text()
    page("own_admin", EDIT, form_of(form, FORM) | {"title": "Saint-Exemple-le-Neuf", "save": ""}, 302)
    assert parent_of("saint-exemple") == {"atd"}
    assert territory.call("anonymous", "organization_show", id="saint-exemple")["title"] == "Saint-Exemple-le-Neuf"
    forged = page("own_admin", "/en" + EDIT, form_of(form, FORM) | {"odl_parent": "other-atd", "save": ""})
    assert "can change this" in forged.select_one(".odl-problems").get_text()
    assert parent_of("saint-exemple") == {"atd"}


def test_a_sysadmin_says_who_is_an_atd(page, territory):
    form = page("sysadmin", "/organization/edit/cc-du-causse")
    sent = form_of(form, FORM)
    assert sent["odl_is_atd"] == "false"
    assert sent["odl_parent"] == "atd"
    page("sysadmin", "/organization/edit/cc-du-causse", sent | {"odl_is_atd": "true", "save": ""}, 302)

    assert territory.call("anonymous", "organization_show", id="cc-du-causse")["odl_is_atd"] is True
    assert parent_of("cc-du-causse") == {"atd"}
    assert form_of(page("sysadmin", "/organization/edit/cc-du-causse"), FORM)["odl_is_atd"] == "true"


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("title", "", "Give a title"),
        ("odl_siren", "21480150", "A SIREN has nine digits"),
        ("odl_siren", "214801509", "There is a typing mistake in this SIREN"),
        ("odl_insee", "20004", "In Corsica the INSEE code begins with 2A or 2B"),
        ("odl_insee", "4815", "An INSEE code has five characters"),
        ("odl_insee", "48300", "48300 is a postal code. INSEE code: 48080 (Langogne)"),
        ("odl_insee", "48047", "a delegated municipality of Peyre en Aubrac, code 48009"),
        ("odl_siren", "214800955", "This SIREN is that of Mende, whose INSEE code is 48095"),
        ("odl_department", "20", "is not in the list"),
        ("odl_population", "environ 300", "Write the number of inhabitants in figures"),
        ("odl_population_year", "23", "Write the year in four figures"),
        ("odl_competences", "magie", "is not in the list"),
        ("odl_has", "licornes", "is not in the list"),
        ("odl_profile", "grand", "is not in the list"),
        ("odl_kind", "village", "is not in the list"),
        ("odl_website", "notre site", "This is not the address of a page"),
        ("odl_contact", "mairie@", "This is not an e-mail address"),
        ("odl_default_licence", "libre", "is not in the list"),
        ("odl_etp_band", "beaucoup", "is not in the list"),
    ],
)
def test_a_wrong_value_has_a_sentence_on_its_field_and_stays(page, field, typed, sentence):
    good = {
        "title": "Saint-Exemple",
        "description": "Une <commune>",
        "odl_kind": "commune",
        "odl_insee": "48901",
        "odl_contact": "mairie@exemple.fr",
    }
    form = page("own_admin", "/en" + EDIT, {**good, field: typed, "save": ""})

    assert sentence in error_of(form, field)
    assert form.select_one(".odl-problems a")["href"] == f"#field-{field}"
    boxes = ("odl_competences", "odl_has")  # what is not a box cannot be ticked again
    for name, value in {**good, field: typed}.items():
        assert name in boxes or value_of(form, name) == value, name
    assert form.select_one("[name=_csrf_token]")


def test_what_people_write_is_understood(territory):
    loose = {"odl_siren": "212 000 046 00019", "odl_insee": " 2a004", "odl_website": "www.saint-exemple.fr"}
    territory.call("own_admin", "organization_patch", id="saint-exemple", **loose)
    stored = territory.call("own_admin", "organization_show", id="saint-exemple")

    assert (stored["odl_siren"], stored["odl_insee"]) == ("212000046", "2A004")
    assert stored["odl_website"] == "https://www.saint-exemple.fr"


def test_an_insee_code_is_for_communes(territory):
    with pytest.raises(tk.ValidationError) as refusal:
        territory.call("sysadmin", "organization_patch", id="cc-du-causse", odl_insee="48150")
    assert list(refusal.value.error_dict) == ["odl_insee"]


def test_show_then_update_changes_nothing(territory):
    shown = territory.call("own_admin", "organization_show", id="saint-exemple")
    territory.call("own_admin", "organization_update", **shown)

    again = territory.call("own_admin", "organization_show", id="saint-exemple")
    assert {key: again[key] for key in again if key.startswith("odl_")} == {
        key: shown[key] for key in shown if key.startswith("odl_")
    }
    assert parent_of("saint-exemple") == {"atd"}
