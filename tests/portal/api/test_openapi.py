"""The OpenAPI description says what the actions do: each of them, each parameter, each answer."""

from __future__ import annotations

import jsonschema
import pytest
from bs4 import BeautifulSoup
from ckan import plugins
from ckan.tests import factories

from ckanext.odl.logic import openapi

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

ADDRESS = "/odl/openapi.json"
ACTION = "/api/3/action/"


@pytest.fixture
def document(app):
    return app.get(ADDRESS).json


def our_actions():
    return plugins.get_plugin("odl").get_actions()


def own():
    """The actions that are wholly ours."""
    return [action for action in openapi.actions() if not action.chained]


def operations(document):
    return {
        (method, path.removeprefix(ACTION)): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def bodies(operation):
    return [content["schema"] for content in operation.get("requestBody", {}).get("content", {}).values()]


def test_no_action_is_missing(document):
    assert {path.removeprefix(ACTION) for path in document["paths"]} == set(our_actions())
    assert len(document["paths"]) >= 40


def test_what_changes_nothing_may_be_asked_by_get(document):
    reading = {name for name, action in our_actions().items() if getattr(action, "side_effect_free", False)}

    assert {name for method, name in operations(document) if method == "get"} == reading
    assert {name for method, name in operations(document) if method == "post"} == set(our_actions())


def test_each_validator_is_understood(app):
    unknown = {
        (action.name, name): parameter.unknown
        for action in own()
        for name, parameter in action.parameters.items()
        if parameter.unknown
    }

    assert unknown == {}, "say in logic/openapi/parameters.py what these validators accept"


def test_each_action_and_each_parameter_is_explained(document):
    silent = [name for (_, name), operation in operations(document).items() if not operation["summary"]]
    silent += [
        f"{action.name}: {name}"
        for action in own()
        for name, parameter in action.parameters.items()
        if not parameter.schema.get("description")
    ]

    assert silent == [], "say it in the docstring of the action"


def test_schemas_are_json_schema_and_references_lead_somewhere(document):
    schemas = list(document["components"]["schemas"].values())
    for operation in operations(document).values():
        schemas += bodies(operation)
        schemas += [parameter["schema"] for parameter in operation.get("parameters", [])]
        for answer in operation["responses"].values():
            if "$ref" in answer:
                assert answer["$ref"].rpartition("/")[2] in document["components"]["responses"]
            else:
                schemas += [content["schema"] for content in answer["content"].values()]

    for schema in schemas:
        jsonschema.Draft202012Validator.check_schema(schema)


def test_parameters_that_are_required_are_missed(app, authorization):
    headers = authorization(factories.Sysadmin())
    wrong = []
    for action in own():
        required = {name for name, parameter in action.parameters.items() if parameter.required}
        required |= {action.file} if action.needs_file and not required else set()
        answer = app.post(ACTION + action.name, json={}, headers=headers)
        if required and (answer.status_code != 409 or not required <= set(answer.json["error"])):
            wrong.append((action.name, required, answer.json))

    assert wrong == []


def test_values_that_are_not_in_the_list_are_refused(app, authorization):
    headers = authorization(factories.Sysadmin())
    wrong = []
    for action in own():
        chosen = {name: "zq" for name, parameter in action.parameters.items() if "enum" in parameter.schema}
        answer = app.post(ACTION + action.name, json=chosen, headers=headers)
        if chosen and (answer.status_code != 409 or not set(chosen) <= set(answer.json["error"])):
            wrong.append((action.name, set(chosen), answer.json))

    assert wrong == []


def test_what_asks_for_a_token_refuses_a_visitor(app, document):
    for (method, name), operation in operations(document).items():
        if {} not in operation["security"]:
            assert getattr(app, method)(ACTION + name).status_code in (400, 403, 404, 409), name


def test_files_are_sent_as_a_form(document):
    body = document["paths"][f"{ACTION}odl_validate"]["post"]["requestBody"]

    assert list(body["content"]) == ["multipart/form-data"]
    assert body["content"]["multipart/form-data"]["schema"]["required"] == ["upload"]
    assert "429" in document["paths"][f"{ACTION}odl_validate"]["post"]["responses"]


def test_the_fields_of_our_forms_are_those_of_ckans_actions(document):
    create = bodies(document["paths"][f"{ACTION}organization_create"]["post"])[0]["properties"]

    assert "commune" in create["odl_kind"]["enum"]
    assert "SIREN" in create["odl_siren"]["description"]


def test_it_is_the_same_for_everybody_and_may_be_kept(app, authorization):
    mine = app.get(ADDRESS, headers=authorization(factories.Sysadmin()))
    theirs = app.get(ADDRESS)

    assert mine.get_data() == theirs.get_data()
    assert "s-maxage" in theirs.headers["Cache-Control"]
    assert app.get(ADDRESS, headers={"If-None-Match": theirs.headers["ETag"]}).status_code == 304


def test_the_page_names_each_call_and_leads_to_the_description(app):
    page = BeautifulSoup(app.get("/odl/api").get_data(as_text=True), "html.parser")

    assert page.find("a", href=ADDRESS)
    assert {row.find("code").text for row in page.select("tbody tr")} == set(our_actions())
    assert "/api/3/action/odl_publish" in page.find("pre").text
