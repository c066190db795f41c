"""The national catalogue of schemas: what is read of it, what may come in, and what is said of it."""

from __future__ import annotations

import json
from contextlib import suppress
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.odl import scdl
from ckanext.odl.scdl import BroughtVersion, Catalogue, packaged, sync
from ckanext.odl.scdl.catalogue import in_order
from ckanext.odl.scdl.sync import SyncError
from ckanext.odl.validation import check_schema

N = "\u00a0"
KNOWN = "scdl/prenoms"
NEXT = "1.2.0"
HOST = "https://schemas.exemple.fr"

PRENOMS = {
    "name": "prenoms",
    "title": "Prénoms inventés",
    "fields": [
        {"name": "COMMUNE_NOM", "type": "string", "constraints": {"required": True}},
        {"name": "COLL_INSEE", "type": "string", "constraints": {"required": True, "pattern": "^[0-9AB]{5}$"}},
        {"name": "ENFANT_SEXE", "type": "string", "constraints": {"required": True, "enum": ["F", "M", "X"]}},
        {"name": "ENFANT_PRENOM", "type": "string", "constraints": {"required": True}},
        {"name": "NOMBRE_OCCURRENCES", "type": "integer", "constraints": {"required": True}},
        {"name": "ANNEE", "type": "year"},
        {"name": "SOURCE", "type": "string"},
    ],
}


def listing(*entries: dict[str, Any]) -> bytes:
    return json.dumps({"version": 1, "schemas": list(entries)}).encode()


def entry(name: str = KNOWN, *versions: str, form: str = "tableschema", **more: Any) -> dict[str, Any]:
    declared = [{"version_name": one, "schema_url": f"{HOST}/{name}/{one}/schema.json"} for one in versions]
    return {"name": name, "title": "Un modèle", "description": "", "schema_type": form, "versions": declared, **more}


def wanted(*entries: dict[str, Any], known: Catalogue | None = None, **options: Any) -> list[sync.Wanted]:
    listed, _refused = sync.read_catalogue(listing(*entries))
    return sync.plan(listed, known or packaged(), **options).wanted


def brought(id_: str = KNOWN, version: str = NEXT, schema: dict[str, Any] = PRENOMS, kind: Any = "table"):
    return BroughtVersion(id_, version, kind, "Un modèle", "", f"{HOST}/{version}", json.dumps(schema), "2026-03-02")


def judged(schema: Any, known: Catalogue | None = None, content: bytes | None = None) -> sync.New | None:
    known = known or packaged()
    (one,) = wanted(entry(KNOWN, NEXT), known=known)
    return sync.judge(one, json.dumps(schema).encode() if content is None else content, known, check_schema)


# -- the catalogue


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<!doctype html><p>Maintenance", "catalogue-json"),
        (b'{"schemas": [', "catalogue-json"),
        (b"\xff\xfe", "catalogue-json"),
        (b"[" * 100_000, "catalogue-json"),
        (b"[]", "catalogue-form"),
        (b'{"schemas": {}}', "catalogue-form"),
        (b'{"schemas": []}', "catalogue-form"),
        (json.dumps({"schemas": [{}] * (sync.MOST_SCHEMAS + 1)}).encode(), "catalogue-form"),
    ],
)
def test_what_is_no_catalogue_is_said_to_be_none(content: bytes, code: str):
    with pytest.raises(SyncError) as error:
        sync.read_catalogue(content)

    assert error.value.code == code


def test_an_entry_that_is_wrong_takes_nothing_from_the_others():
    listed, refused = sync.read_catalogue(
        listing(
            entry("../../etc/passwd", "1.0.0"),
            {"title": "Sans nom"},
            entry(KNOWN, "1.1.6", "../../x", NEXT),
            entry(KNOWN, "9.9.9"),
        )
    )

    assert [(one.id, list(one.versions)) for one in listed] == [(KNOWN, ["1.1.6", NEXT])]
    assert [one.code for one in refused] == ["entry-form", "entry-form", "version-form", "entry-twice"]


def test_one_number_with_two_addresses_is_told_and_the_first_one_read():
    twice = entry(KNOWN, NEXT)
    twice["versions"].append({"version_name": NEXT, "schema_url": f"{HOST}/ailleurs.json"})

    listed, refused = sync.read_catalogue(listing(twice))

    assert [one.code for one in refused] == ["version-twice"]
    assert listed[0].versions[NEXT].endswith(f"{NEXT}/schema.json")


# -- what is wanted


def test_only_versions_newer_than_the_packaged_ones_are_read_the_older_first():
    versions = ("1.10.0", "1.0.0", "1.1.6", "1.9.0", NEXT)

    assert [one.version for one in wanted(entry(KNOWN, *versions))] == [NEXT, "1.9.0", "1.10.0"]


def test_what_was_brought_is_read_again_and_what_is_packaged_when_asked():
    known = packaged().with_brought((brought(),))

    again = wanted(entry(KNOWN, "1.1.6", NEXT), known=known)
    compared = wanted(entry(KNOWN, "1.1.6", NEXT), known=known, compare=True)

    assert [(one.version, one.why) for one in again] == [(NEXT, "known")]
    assert [one.version for one in compared] == ["1.1.6", NEXT]


def test_a_schema_that_the_portal_does_not_have_comes_when_asked():
    listed, _ = sync.read_catalogue(listing(entry("invente/parcs", "1.0.0", "1.1.0"), entry(KNOWN, "1.1.6")))

    plan = sync.plan(listed, packaged())
    asked = sync.plan(listed, packaged(), add=["invente/parcs", "invente/rien"])

    assert (plan.wanted, [one.id for one in plan.unknown]) == ([], ["invente/parcs"])
    assert [one.version for one in asked.wanted] == ["1.0.0", "1.1.0"]
    assert [one.code for one in asked.refused] == ["not-listed"]


def test_a_form_that_cannot_be_checked_is_told_for_new_versions_only():
    listed, _ = sync.read_catalogue(listing(entry("etalab/schema-bal", "1.5.0", "9.0.0", form="other")))

    plan = sync.plan(listed, packaged())

    assert plan.wanted == []
    assert [(one.version, one.code) for one in plan.refused] == [("9.0.0", "form-unknown")]


def test_a_replaced_schema_gets_no_version():
    assert wanted(entry("scdl/adresses", "9.0.0")) == []


def test_versions_are_ordered_as_numbers():
    numbers = ["0.9.1", "1.0.0-beta", "1.0.0", "1.0.1", "1.2", "1.10.0", "v2.0.0", "2.0.1"]

    assert sorted(sorted(numbers), key=in_order) == numbers


# -- what may come in


def test_a_good_version_comes_in_with_what_it_changes():
    new = judged(PRENOMS)

    assert new is not None
    assert (new.former, json.loads(new.version.content)) == ("1.1.6", PRENOMS)
    told = list(sync.what_changed(new, packaged(), "fr"))
    assert f"Colonne ajoutée (facultative){N}: SOURCE." in told
    assert any("ENFANT_SEXE" in sentence and "X" in sentence for sentence in told)
    assert f"Colonne devenue facultative{N}: ANNEE." in told


def changed(**field: Any) -> dict[str, Any]:
    return {**PRENOMS, "fields": [*PRENOMS["fields"], {"name": "AUTRE", **field}]}


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        (changed(constraints={"pattern": "(a+)+$" + "b" * 1000}), "schema-pattern-unsafe"),
        (changed(constraints={"pattern": r"(a)\1"}), "schema-pattern-unsafe"),
        (changed(constraints={"pattern": "(?=a)a"}), "schema-pattern-unsafe"),
        (changed(constraints={"pattern": "[a"}), "schema-pattern-unsafe"),
        (changed(constraints={"pattern": 12}), "schema-invalid"),
        (changed(constraints={"enum": "a, b"}), "schema-invalid"),
        (changed(type="integer", constraints={"minimum": "beaucoup"}), "schema-invalid"),
        (changed(type="monnaie"), "schema-invalid"),
        (changed(name="ANNEE"), "schema-invalid"),
        (changed(name=" "), "schema-invalid"),
        ({**PRENOMS, "fields": [{"name": f"c{n}"} for n in range(1001)]}, "schema-too-large"),
        ({**PRENOMS, "description": "x" * (1 << 20)}, "schema-too-large"),
        ({**PRENOMS, "fields": []}, "schema-invalid"),
        ({**PRENOMS, "fields": f"{HOST}/fields.json"}, "schema-invalid"),
        ({**PRENOMS, "fields": ["a"]}, "schema-invalid"),
        ({**PRENOMS, "missingValues": 3}, "schema-invalid"),
        ({**PRENOMS, "primaryKey": ["INCONNUE"]}, "schema-invalid"),
        ({"$ref": f"{HOST}/autre.json"}, "schema-remote-ref"),
        (changed(constraints={"enum": {"$ref": f"{HOST}/liste.json"}}), "schema-remote-ref"),
        ({**PRENOMS, "foreignKeys": [{"fields": "ANNEE", "reference": {}}]}, "schema-foreign-key"),
        ({**PRENOMS, "custom_checks": [{"params": {}}]}, "unusable"),
        (changed(title="\ud800"), "schema-invalid"),
        (["pas", "un", "objet"], "schema-invalid"),
    ],
)
def test_a_version_that_cannot_serve_is_refused_and_its_sentence_names_it(schema: Any, code: str):
    with pytest.raises(SyncError) as error:
        judged(schema)

    assert error.value.code == code
    for language in ("fr", "en"):
        words = sync.sentence(error.value.code, error.value.params, language)
        assert KNOWN in words["message"]
        assert NEXT in words["message"]
        assert words["remedy"].endswith(".")


@pytest.mark.parametrize("content", [b"", b"<html>", b"\x00", b'{"fields": [{"name": "a", "x": NaN}]}', b"[" * 90_000])
def test_what_is_no_json_is_refused(content: bytes):
    with pytest.raises(SyncError) as error:
        judged(None, content=content)

    assert error.value.code == "schema-invalid"


def test_a_schema_nested_too_deeply_is_refused():
    deep: Any = "x"
    for _ in range(100):
        deep = [deep]

    with pytest.raises(SyncError) as error:
        judged({**PRENOMS, "note": deep})

    assert error.value.code == "schema-invalid"


def test_the_same_number_with_another_content_is_refused():
    known = packaged().with_brought((brought(),))

    assert judged(PRENOMS, known) is None
    with pytest.raises(SyncError) as error:
        judged(changed(), known)

    assert error.value.code == "other-content"
    assert known.table(KNOWN, NEXT) == PRENOMS


def test_a_packaged_version_is_compared_and_never_replaced():
    (one,) = wanted(entry(KNOWN, "1.1.6"), compare=True)

    same = sync.judge(one, json.dumps(packaged().table(KNOWN, "1.1.6")).encode(), packaged(), check_schema)
    with pytest.raises(SyncError) as error:
        sync.judge(one, json.dumps(PRENOMS).encode(), packaged(), check_schema)

    assert same is None
    assert error.value.code == "other-than-packaged"
    assert "SOURCE" in sync.sentence(error.value.code, error.value.params)["message"]


def test_a_table_does_not_become_a_map():
    (one,) = wanted(entry(KNOWN, NEXT, form="jsonschema"))

    with pytest.raises(SyncError) as error:
        sync.judge(one, b"{}", packaged(), check_schema)

    assert error.value.code == "kind-changed"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4) | st.sampled_from(["string", "number", "F"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "type", "constraints", "enum", "params", "column", "x"]), inner)
    ),
    max_leaves=6,
)
_FIELD_KEYS = [
    "name",
    "type",
    "title",
    "description",
    "example",
    "format",
    "constraints",
    "trueValues",
    "missingValues",
]
_TABLE_KEYS = ["fields", "primaryKey", "missingValues", "custom_checks", "foreignKeys", "name", "title"]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(_FIELD_KEYS), st.sampled_from(_TABLE_KEYS), JSON, JSON, st.integers(0, 2))
def test_whatever_a_file_holds_it_comes_in_usable_or_is_refused(field_key, table_key, one, other, where):
    schema: dict[str, Any] = changed(**({field_key: one} if where != 1 else {}))
    if where:
        schema[table_key] = other

    new = None
    with suppress(SyncError):
        new = judged(schema)
    if new:
        known = packaged().alone(new.version)
        names = [field["name"] for field in known.table(KNOWN)["fields"]]
        assert scdl.detect(names, schemas=known)
        assert scdl.blank_csv(known.table(KNOWN))


# -- JSON Schemas

MAP = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {"type": "array", "items": {"$ref": "#/definitions/feature"}},
    },
    "definitions": {
        "feature": {
            "properties": {
                "properties": {
                    "properties": {"nom": {"type": "string", "pattern": "^[a-z]+$"}, "surface": {"type": "number"}},
                    "required": ["nom"],
                }
            }
        }
    },
}


def judged_map(schema: dict[str, Any]) -> sync.New | None:
    (one,) = wanted(entry("invente/parcs", "1.0.0", form="jsonschema"), add=["invente/parcs"])
    return sync.judge(one, json.dumps(schema).encode(), packaged(), check_schema)


def test_a_new_map_comes_in_as_a_map():
    new = judged_map(MAP)

    assert new is not None
    assert (new.version.kind, new.former) == ("geojson", None)
    known = packaged().with_brought((new.version,))
    assert [field["name"] for field in known.descriptor("invente/parcs")["fields"]] == ["nom", "surface"]
    assert known.get("invente/parcs").title() == "Un modèle"
    assert known.get("invente/parcs").family_title("fr") == "Autres modèles nationaux"


def of_map(**definitions: Any) -> dict[str, Any]:
    return {**MAP, "definitions": {**MAP["definitions"], **definitions}}


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        (of_map(point={"$ref": f"{HOST}/point.json"}), "schema-remote-ref"),
        (of_map(point={"$ref": "autre.json#/definitions/x"}), "schema-remote-ref"),
        (of_map(point={"$id": f"{HOST}/x", "type": "object"}), "schema-remote-ref"),
        (of_map(point={"$ref": "#/definitions/rien"}), "schema-invalid"),
        (of_map(one={"$ref": "#/definitions/other"}, other={"$ref": "#/definitions/one"}), "schema-invalid"),
        (of_map(feature={"$ref": "#/definitions/feature"}), "schema-invalid"),
        (of_map(point={"properties": {"a": {"pattern": r"(a)\1"}}}), "schema-pattern-unsafe"),
        (of_map(point={"patternProperties": {"(?=a)a": {}}}), "schema-pattern-unsafe"),
        (of_map(point={"type": "n'importe quoi"}), "schema-invalid"),
        (of_map(point={"properties": {f"p{n}": {} for n in range(1001)}}), "schema-too-large"),
        ({"type": "object"}, "no-columns"),
    ],
)
def test_a_json_schema_that_cannot_serve_is_refused(schema: dict[str, Any], code: str):
    with pytest.raises(SyncError) as error:
        judged_map(schema)

    assert error.value.code == code


# -- beside the packaged versions


def test_a_version_brought_stands_beside_the_others():
    known = packaged().with_brought((brought(), brought(version="1.3.0", schema=changed())))
    one = known.get(KNOWN)

    assert one.versions[:3] == ("1.3.0", NEXT, "1.1.6")
    assert set(packaged().get(KNOWN).accepted) < set(one.accepted)
    assert known.table(KNOWN, "1.1.6") == packaged().table(KNOWN, "1.1.6")
    assert known.table(KNOWN, NEXT) == PRENOMS
    assert known.table(KNOWN) == changed()
    assert one.schema_url(NEXT) == f"{HOST}/{NEXT}"
    assert one.schema_url("1.1.6") == packaged().get(KNOWN).schema_url("1.1.6")
    assert [entry.id for entry in known] == [entry.id for entry in packaged()]


def test_a_packaged_version_is_never_replaced_by_one_brought():
    known = packaged().with_brought((brought(version="1.1.6"),))

    assert known.table(KNOWN, "1.1.6") == packaged().table(KNOWN, "1.1.6")
    assert known.get(KNOWN).brought == {}


def test_the_catalogue_follows_its_provider_and_is_kept_meanwhile():
    versions = (brought(),)
    scdl.provide(lambda: versions)
    try:
        assert scdl.catalogue().get(KNOWN).latest == NEXT
        assert scdl.catalogue() is scdl.catalogue()
        header = [field["name"] for field in PRENOMS["fields"]]
        match = scdl.detect(header)[0]
        assert (match.id, match.version) == (KNOWN, NEXT)
    finally:
        scdl.provide(lambda: ())

    assert scdl.catalogue() is packaged()


def test_versions_travel_to_another_process():
    versions = (brought(), brought("invente/parcs", "1.0.0", MAP, "geojson"))

    assert scdl.restore(scdl.dump(versions)) == versions
    assert scdl.restore(b"") == ()


# -- the words


def test_every_sentence_is_there_in_both_languages():
    texts = yaml.safe_load((files("ckanext.odl.scdl") / "sync.yaml").read_text("utf-8"))
    told = texts.pop("told")

    assert told["fr"].keys() == told["en"].keys()
    for code, languages in texts.items():
        for language in ("fr", "en"):
            assert set(languages[language]) == {"message", "remedy"}, code
            assert languages[language]["remedy"].endswith("."), code
        assert not any(f" {mark}" in text for text in languages["fr"].values() for mark in ":;?!»"), code
