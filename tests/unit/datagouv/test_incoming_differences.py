"""What of a record changed, and where it differs from a dataset of ours."""

from __future__ import annotations

import json

from ckanext.odl.datagouv import incoming
from ckanext.odl.scdl import catalogue
from tests.national.records import dataset, resource
from tests.unit.datagouv.incoming_records import FREQUENCY, imported, shown


def test_a_fingerprint_changes_with_what_is_taken_over_only():
    mark = incoming.fingerprint(dataset(0))

    assert mark == incoming.fingerprint(json.loads(json.dumps(dataset(0))))
    assert mark == incoming.fingerprint(dataset(0, metrics={"views": 99}, quality=None, slug="autre", extras={"a": 1}))
    for changes in (
        {"title": "Autre"},
        {"license": "odc-odbl"},
        {"archived": "2026-01-01"},
        {"organization": {"id": "x"}},
        {"resources": []},
        {"resources": [resource(0, checksum=None)]},
        {"resources": [resource(0, last_modified="2026-01-01")]},
    ):
        assert mark != incoming.fingerprint(dataset(0, **changes)), changes


def test_equal_datasets_have_no_differences():
    for number in range(10):
        package = imported(number).package
        assert incoming.differences(shown(package), package) == []


def test_differences_name_the_field_and_the_file():
    files = [resource(0, latest="https://e.fr/a"), resource(0, 1, latest="https://e.fr/b", title="Notice")]
    theirs = imported(resources=files).package
    ours = shown(theirs)
    ours["title"] = "Autre titre"
    ours["tags"] = []
    ours["resources"] = [
        {"id": "local", "name": "Ma note", "url": "https://e.fr/note"},
        {"id": "x", "name": "donnees-0.csv", "url": "https://e.fr/ancien", "format": "csv", "hash": "f" * 40},
    ]

    listed = incoming.differences(ours, theirs)
    found = {(each["field"], each["resource"]): (each["ours"], each["theirs"]) for each in listed}

    assert found[("title", None)] == ("Autre titre", "Subventions 2000, série 0")
    assert found[("tags", None)] == ([], ["donnees", "sixt"])
    assert found[("url", "donnees-0.csv")] == ("https://e.fr/ancien", "https://e.fr/a")
    assert found[("resources", "Ma note")] == ("https://e.fr/note", None)
    assert found[("resources", "Notice")] == (None, "https://e.fr/b")
    assert ("format", "donnees-0.csv") not in found
    assert json.loads(json.dumps(listed)) == listed


def test_what_is_not_said_does_not_differ():
    theirs = incoming.dataset({"id": "6b02", "title": "Seul"}, catalogue())

    assert incoming.differences({"title": " Seul ", "license_id": None, "notes": None}, theirs) == []
    assert incoming.differences({"title": "Seul", "frequency": FREQUENCY + "UNKNOWN"}, theirs) == []
