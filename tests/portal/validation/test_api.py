"""One call, one clear answer: what a vendor's developer gets over HTTP."""

from __future__ import annotations

import io
import itertools
import json
import re
import shlex
import tempfile
from pathlib import Path

import pytest
from ckan.tests import factories

from tests.portal.conftest import GOOD, WRONG, call, run_checks

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

URL = "/api/3/action/odl_validate"
DOCUMENTATION = Path(__file__).parents[3] / "docs" / "api.md"


@pytest.fixture
def headers(authorization):
    return authorization(factories.User())


def post(app, headers, content=GOOD, name="prenoms.csv", **data):
    return app.post(URL, data={"upload": (io.BytesIO(content), name), **data}, headers=headers)


def test_a_right_file(app, headers):
    answer = post(app, headers, schema="scdl/prenoms")

    assert answer.status_code == 200
    report = answer.json["result"]
    assert (report["status"], report["valid"], report["schema"]["id"]) == ("valid", True, "scdl/prenoms")
    assert report["file"]["name"] == "prenoms.csv"


def test_a_wrong_file_is_no_error_of_the_call(app, headers):
    answer = post(app, headers, WRONG, schema="scdl/prenoms@1.1.6")

    assert answer.status_code == 200
    assert answer.json["result"]["counts"]["errors"] == 2
    assert answer.json["result"]["errors"][0]["cell"] == "C3"


def test_the_sentences_are_in_the_language_asked(app, headers):
    french = post(app, headers, WRONG, schema="scdl/prenoms").json["result"]["errors"][0]["message"]
    english = post(app, headers, WRONG, schema="scdl/prenoms", language="en").json["result"]["errors"][0]["message"]

    assert french != english


def test_without_schema_it_is_guessed(app, headers):
    report = post(app, headers).json["result"]

    assert report["guess"]["id"] == "scdl/prenoms"


def test_nothing_is_stored(app, headers):
    post(app, headers, schema="scdl/prenoms")

    assert call("package_search", None)["count"] == 0


@pytest.mark.parametrize(
    "schema", ["scdl/inconnu", "scdl/prenoms@9.9.9", "../../etc/passwd", "https://exemple.test/s.json"]
)
def test_an_unknown_schema_is_refused(app, headers, schema):
    answer = post(app, headers, schema=schema)

    assert answer.status_code == 409
    assert schema in answer.json["error"]["schema"][0]


def test_a_call_without_file_is_refused(app, headers):
    answer = app.post(URL, data={"schema": "scdl/prenoms"}, headers=headers)

    assert answer.status_code == 409
    assert "upload" in answer.json["error"]


def test_a_file_sent_as_text_is_refused(app, headers):
    answer = app.post(URL, json={"upload": "a,b", "schema": "scdl/prenoms"}, headers=headers)

    assert answer.status_code == 409
    assert "multipart" in answer.json["error"]["upload"][0]


def test_a_language_that_is_not_spoken_is_refused(app, headers):
    answer = post(app, headers, schema="scdl/prenoms", language="de")

    assert answer.status_code == 409
    assert "language" in answer.json["error"]


def test_a_list_of_nothing_is_refused(app):
    answer = app.get("/api/3/action/odl_validation_list")

    assert answer.status_code == 409
    assert answer.json["error"]["resource_id"]


def test_a_call_without_token_is_refused(app):
    assert post(app, {}, schema="scdl/prenoms").status_code == 403


WRONG_FILES = {
    "empty.csv": b"",
    "newlines.csv": b"\n\n\n",
    "header-only.csv": GOOD.splitlines()[0],
    "page.csv": b"<!DOCTYPE html><html><body>Erreur 404</body></html>",
    "document.csv": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "picture.xlsx": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "object.csv": b'{"a": 1}',
    "null.csv": b"a,b\n1,\x00\n",
    "quote.csv": b'a,b\n1,"2\n3,4\n',
    "binary.csv": bytes(range(256)) * 20,
    "utf16.csv": "a,b\n1,é\n".encode("utf-16"),
    "mixed.csv": "a,é\n".encode() + "b,é\n".encode("cp1252"),
    "long-line.csv": b"a," * 700_000,
    "many-columns.csv": b",".join(b"c%d" % i for i in range(5000)) + b"\n1\n",
    "ragged.csv": b"a,b,c\n1\n1,2\n1,2,3,4,5\n",
    "duplicate.csv": b"a,a\n1,2\n",
    "blank-header.csv": b"a,,c\n1,2,3\n",
    "cut.xlsx": b"PK\x03\x04" + bytes(60),
    "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "deep.json": b"[" * 50_000,
    "number.json": b"[" + b"9" * 5000 + b"]",
    'name’"<script>.csv': GOOD,
    "noextension": GOOD,
    "archive.zip": b"PK\x05\x06" + bytes(18),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_any_file_gets_an_answer(app, headers, name):
    answer = post(app, headers, WRONG_FILES[name], name, schema="scdl/prenoms")

    assert answer.status_code == 200
    report = answer.json["result"]
    assert report["status"] in ("valid", "invalid", "unreadable")
    for finding in report["errors"] + report["warnings"] + report["notices"]:
        assert finding["message"]
        assert not re.search(
            rf"{tempfile.gettempdir()}|Traceback|\bNone\b", finding["message"] + (finding["remedy"] or "")
        )


@pytest.mark.parametrize("name", WRONG_FILES)
def test_any_file_is_kept_by_the_portal(deposit, agent, name):
    resource = deposit(WRONG_FILES[name], name)
    run_checks()

    found = call("odl_validation_show", agent, id=resource["id"])

    assert found["state"] == "done"
    assert found["size"] == len(WRONG_FILES[name])


def documented_calls() -> list[str]:
    return re.findall(r"^curl (?:.*\\\n)*.*$", DOCUMENTATION.read_text(), flags=re.MULTILINE)


def test_each_documented_call_works(app, deposit, agent, authorization):
    """The curl lines of docs/api.md, with their words for address, token, file and ids put in place."""
    resource = deposit(WRONG)
    run_checks()
    known = {"RESOURCE_ID": resource["id"], "DATASET_ID": resource["package_id"], "ORGANIZATION": "valbrune"}
    assert len(documented_calls()) >= 5
    atd = call("organization_create", None, name="causses", title="Causses", odl_kind="syndicat", odl_is_atd="true")
    call("organization_member_create", None, id=atd["id"], username=agent["name"], role="admin")

    for line in documented_calls():
        words = shlex.split(line.replace("\\\n", " "))[1:]
        url, form, body, headers = "", {}, None, {}
        for flag, value in itertools.pairwise(words):
            if flag == "-H":
                assert value in ("Authorization: $TOKEN", "Content-Type: application/json")
                headers |= authorization(agent) if value.startswith("Authorization") else {}
            elif flag == "-d":
                body = json.loads(value.replace("ATD", atd["name"]))
            elif flag == "-F":
                key, _, content = value.partition("=")
                form[key] = (io.BytesIO(WRONG), content[1:]) if content.startswith("@") else known.get(content, content)
        url = next(word for word in words if word.startswith("$PORTAL")).replace("$PORTAL", "")
        for name, id_ in known.items():
            url = url.replace(name, id_)

        if form or body:
            answer = app.post(url, headers=headers, **({"json": body} if body else {"data": form}))
        else:
            answer = app.get(url, headers=headers)

        assert answer.json["success"] is True
