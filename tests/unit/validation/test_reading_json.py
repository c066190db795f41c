"""JSON and GeoJSON: records against a Table Schema, features and records against the national JSON Schemas."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from ckanext.odl.scdl import catalogue
from ckanext.odl.validation import groups, headline, localise

from .conftest import codes, field, found, schema

CYCLING = "etalab/schema-amenagements-cyclables"
ZONES = "etalab/schema-zfe"
WORKS = "metis-reseaux/infos-travaux"
HIKES = "PnX-SI/schema_randonnee"
CONTRACTS = "139bercy/format-commande-publique"
LINE = {"type": "LineString", "coordinates": [[3.5, 44.51], [3.51, 44.52]]}


def feature(geometry: Any = LINE, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(*features: Any, **members: Any) -> str:
    return json.dumps({"type": "FeatureCollection", **members, "features": list(features)})


def lane(**changes: Any) -> dict[str, Any]:
    properties = {
        "id_local": "48AC1",
        "code_com_d": "48094",
        "code_com_g": "48094",
        "ame_d": "VOIE VERTE",
        "ame_g": "AUCUN",
    }
    return feature(**{**properties, **changes})


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


SQUARE = [[3.0, 44.0], [3.1, 44.0], [3.1, 44.1], [3.0, 44.1], [3.0, 44.0]]

CONTRACT: dict[str, Any] = {
    "id": "2026-12", "acheteur": {"id": "13002526500013"}, "nature": "Marché", "objet": "Cantine",
    "codeCPV": "55523100", "techniques": {"technique": ["Sans objet"]},
    "modalitesExecution": {"modaliteExecution": ["Bons de commande"]}, "marcheInnovant": False, "ccag": "Pas de CCAG",
    "offresRecues": 2, "attributionAvance": False, "typeGroupementOperateurs": "Pas de groupement",
    "procedure": "Procédure adaptée", "lieuExecution": {"code": "48094", "typeCode": "Code commune"}, "dureeMois": 12,
    "dateNotification": "2026-03-31", "datePublicationDonnees": "2026-04-02", "montant": 45000.5,
    "typesPrix": {"typePrix": ["Définitif ferme"]}, "formePrix": "Unitaire", "sousTraitanceDeclaree": False,
    "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": "13002526500013"}}],
    "considerationsSociales": {"considerationSociale": ["Pas de considération sociale"]},
    "considerationsEnvironnementales": {"considerationEnvironnementale": ["Critère environnemental"]},
}  # fmt: skip


def contracts(*records: Any, **lists: Any) -> str:
    return json.dumps({"marches": {"marche": list(records), **lists}})


def changed(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(CONTRACT), **changes}


@pytest.mark.parametrize("entry", [entry for entry in catalogue() if not entry.is_table], ids=lambda entry: entry.id)
def test_the_json_schemas_of_the_catalogue_stand_alone(entry):
    for version in entry.versions:
        descriptor = catalogue().json_schema(entry.id, version)
        text = json.dumps(descriptor)
        assert '"$ref": "http' not in text
        assert '"$id"' not in text
        fields = catalogue().descriptor(entry.id, version)["fields"]
        assert len(fields) >= 10
        assert all(field["title"] for field in fields)


def test_a_good_file_of_each_kind_is_valid_and_guessed(check):
    zone = feature(
        polygon(SQUARE), id="200046977-ZFE-001", date_debut="2026-01-01", vp_critair="V4", vp_horaires="24/7"
    )
    works = feature(
        LINE, organisation="Ville", siret="13002526500013", prenom="Ada", nom="Roux", mail="ada@exemple.fr",
        telephone="0466000000", date_debut="2026-01-01", date_fin="2026-02-01", categorie="VOIRIE", largeur=2.5,
    )  # fmt: skip
    hike = feature(
        LINE, id_local="1", producteur="Parc", nom_itineraire="Le Causse", pratique="pédestre", type_itineraire=None,
        depart="Mairie", arrivee="Mairie", instructions="Tout droit.", communes_nom="Mende",
    )  # fmt: skip
    files = [
        (collection(lane()), CYCLING),
        (collection(zone), ZONES),
        (collection(works), WORKS),
        (collection(hike), HIKES),
    ]
    for content, wanted in [*files, (contracts(CONTRACT), CONTRACTS)]:
        for reference in (wanted, None):
            report = check(content, reference, "f.json")
            assert (report["status"], report["errors"]) == ("valid", []), wanted
            assert report["schema"] == {"id": wanted, "version": catalogue().get(wanted).latest}
            assert report["file"]["rows"] == 1
            assert report["file"]["format"] == ("json" if wanted == CONTRACTS else "geojson")


def test_what_a_feature_has_wrong_is_said_by_object_and_field(check):
    content = collection(lane(), lane(ame_d="voie verte", largeur_d="3 m", date_maj="31/12/2025"), lane(id_local=None))
    report = check(content, CYCLING, "f.geojson")
    assert [(error["code"], error["row"], error["field"], error["cell"]) for error in report["errors"]] == [
        ("json-schema-error", 2, "ame_d", None),
        ("json-schema-error", 2, "largeur_d", None),
        ("json-schema-error", 2, "date_maj", None),
        ("json-schema-error", 3, "id_local", None),
    ]
    told = {error["field"]: error for error in report["errors"]}
    assert "objet n° 2" in told["ame_d"]["message"]
    assert told["ame_d"]["remedy"] == "Écrivez exactement «\u00a0VOIE VERTE\u00a0»."
    assert "sans guillemets" in told["largeur_d"]["remedy"]
    assert "2026-03-31" in told["date_maj"]["remedy"]
    assert "est vide" in told["id_local"]["message"]
    assert report["counts"]["rows_with_errors"] == 2
    assert headline(report, "fr") == "4 problèmes sur 2 objets\u00a0; 1 objet est bon."
    assert {group.unit for group in groups(report, "fr")} == {"record"}
    assert [row["row"] for row in report["extract"]["rows"]] == [2, 3]
    assert report["extract"]["header"][0] == "id_local"


def test_a_missing_field_is_named_with_its_record_and_its_list(check):
    lacking = changed()
    del lacking["dateNotification"]
    lacking["titulaires"][0]["titulaire"]["typeIdentifiant"] = "SIREN"
    report = check(contracts(CONTRACT, lacking), CONTRACTS, "f.json")
    messages = [error["message"] for error in report["errors"]]
    assert messages == [
        "Le champ obligatoire «\u00a0dateNotification\u00a0» manque dans l’objet n° 2.",
        "Le champ «\u00a0titulaires › 1 › titulaire › typeIdentifiant\u00a0» de l’objet n° 2 contient "
        "«\u00a0SIREN\u00a0», qui n’est pas une valeur acceptée.",
    ]
    assert report["errors"][1]["params"]["path"] == "titulaires/0/titulaire/typeIdentifiant"
    assert localise(report, "en")["errors"][0]["message"] == (
        "The compulsory field “dateNotification” is missing in object no. 2."
    )
    group = next(one for one in groups(report, "fr") if one.constraint == "required")
    assert (group.title, group.excel) == ("Champs obligatoires absents", "")


def test_two_lists_of_records_are_told_apart(check):
    report = check(contracts(CONTRACT, **{"contrat-concession": [{"id": "1"}]}), CONTRACTS, "f.json")
    assert {error["row"] for error in report["errors"]} == {2}
    assert "objet n° 1 de la liste «\u00a0contrat-concession\u00a0»" in report["errors"][0]["message"]


def test_every_error_is_counted_and_the_first_are_kept(check):
    report = check(contracts(*[changed(dureeMois="NC") for _ in range(250)]), CONTRACTS, "f.json")
    assert report["counts"]["errors"] == 250
    assert report["counts"]["rows_with_errors"] == 250
    assert len(report["errors"]) == 100
    assert report["truncated"] is True


def test_what_the_works_need_depends_on_their_shape(check):
    report = check(
        collection(feature({"type": "Point", "coordinates": [3.5, 44.5]}, organisation="Ville")), WORKS, "f.json"
    )
    assert "longueur" in {error["field"] for error in report["errors"]}
    report = check(collection(feature(LINE, organisation="Ville")), WORKS, "f.json")
    assert "longueur" not in {error["field"] for error in report["errors"]}


def test_vehicle_and_hours_go_together(check):
    report = check(
        collection(feature(polygon(SQUARE), id="1", date_debut="2026-01-01", vp_critair="V4")), ZONES, "f.json"
    )
    assert [error["field"] for error in report["errors"]] == ["vp_horaires"]
    assert "vp_critair" in report["errors"][0]["message"]


@pytest.mark.parametrize(
    ("geometry", "code", "severity", "variant"),
    [
        (polygon(SQUARE[:4]), "geojson-ring", "errors", "open"),
        (polygon(SQUARE[:2] + SQUARE[:1]), "geojson-ring", "errors", "short"),
        (polygon(SQUARE[::-1]), "geojson-ring", "notices", "right-hand"),
        ({"type": "Point", "coordinates": [200, 10]}, "geojson-range", "errors", "outside"),
        ({"type": "Point", "coordinates": [44.5, 3.5]}, "geojson-range", "warnings", "swapped"),
        ({"type": "Point", "coordinates": [741000.5, 6374000.2]}, "geojson-crs", "errors", "lambert"),
        ({"type": "Point", "coordinates": [-8e6, 1e7]}, "geojson-crs", "errors", "projected"),
        ({"type": "Point", "coordinates": ["3.5", "44.5"]}, "geojson-invalid", "errors", "coordinates"),
        ({"type": "Point", "coordinates": []}, "geojson-invalid", "errors", "coordinates"),
        ({"type": "LineString", "coordinates": [[3.5, 44.5]]}, "geojson-invalid", "errors", "line"),
        ({"type": "Polyline", "coordinates": [[3.5, 44.5]]}, "geojson-invalid", "errors", "geometry-type"),
        ({"coordinates": [3.5, 44.5]}, "geojson-invalid", "errors", "geometry-type"),
        ("POINT(3.5 44.5)", "geojson-invalid", "errors", "geometry"),
        (None, "geometry-missing", "notices", None),
        ({"type": "GeometryCollection", "geometries": [polygon(SQUARE[:4])]}, "geojson-ring", "errors", "open"),
        ({"type": "Point", "coordinates": [10**390, 1]}, "geojson-range", "errors", "outside"),
    ],
)
def test_geometries_follow_the_norm(check, geometry, code, severity, variant):
    report = check(collection(feature(geometry, nom="a")), schema("nom"), "f.geojson")
    assert [(one["code"], one["row"], one["params"].get("variant")) for one in report[severity]] == [(code, 1, variant)]
    assert report["status"] == ("invalid" if severity == "errors" else "valid")


def test_another_coordinate_system_is_said_once(check):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}
    point = {"type": "Point", "coordinates": [741000, 6374000]}
    report = check(collection(feature(point, nom="a"), feature(point, nom="b"), crs=crs), schema("nom"), "f.geojson")
    assert found(report) == [("geojson-crs", None)]
    assert "EPSG::2154" in report["errors"][0]["message"]
    known = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert check(collection(feature(nom="a"), crs=known), schema("nom"), "f.geojson")["status"] == "valid"


def test_the_properties_of_features_are_a_table(check):
    table = schema("nom", field("places", "integer"))
    content = collection(
        feature(nom="a", places=3), feature(nom="b", places="x"), feature({"type": "Point"}, nom="c", places=1)
    )
    report = check(content, table, "f.geojson")
    assert sorted(found(report), key=lambda one: one[1]) == [("type-error", 2), ("geojson-invalid", 3)]
    assert report["counts"]["rows_with_errors"] == 2
    assert (report["file"]["rows"], report["file"]["columns"], report["file"]["header_row"]) == (3, 2, None)


def test_a_record_wrong_twice_is_one_wrong_record(check):
    content = collection(feature({"type": "Point"}, places="x"), feature(places=2))
    report = check(content, schema(field("places", "integer")), "f.geojson")
    assert (report["counts"]["errors"], report["counts"]["rows_with_errors"]) == (2, 1)


def test_names_twice_in_an_object_are_said(check):
    report = check('[{"a": 1}, {"a": 1, "a": 2}]', schema("a"), "f.json")
    assert found(report) == [("json-duplicate-key", 2)]
    assert "objet n° 2" in report["errors"][0]["message"]


def test_a_wrapped_list_is_read_and_said(check):
    report = check('{"total": 1, "data": [{"a": "x"}]}', schema("a"), "f.json")
    assert report["status"] == "valid"
    assert codes(report, "notices") == ["records-nested"]
    assert "«\u00a0data\u00a0»" in report["notices"][0]["message"]


def test_missing_columns_of_a_json_file_are_one_cause(check):
    report = check('[{"x": 1}]', schema(field("a", required=True), field("b", required=True)), "f.json")
    assert [(group.code, group.count) for group in groups(report, "fr") if group.severity == "error"] == [
        ("header-missing-column", 2)
    ]


@pytest.mark.parametrize(
    ("content", "name", "reference", "code", "variant"),
    [
        ("a;b\n1;2\n", "f.csv", CYCLING, "geojson-invalid", "table"),
        ("a;b\n1;2\n", "f.csv", CONTRACTS, "json-invalid", "table"),
        ('[{"a": 1}]', "f.json", CYCLING, "geojson-invalid", "json"),
        (json.dumps(LINE), "f.geojson", CYCLING, "geojson-invalid", "bare"),
        ('{"type": "FeatureCollection"}', "f.geojson", CYCLING, "geojson-invalid", "features"),
        (collection(), "f.geojson", CYCLING, "file-empty", "geojson"),
        ('[{"a": NaN}]', "f.json", None, "json-invalid", "constant"),
        ('[{"a": ' + "9" * 500 + "}]", "f.json", None, "json-invalid", "number"),
        ('[{"a": 1.' + "9" * 500 + "}]", "f.json", None, "json-invalid", "number"),
        ("[" + "9" * 5000 + "]", "f.json", None, "json-invalid", "number"),
        ('{"a": 1', "f.json", CONTRACTS, "json-invalid", None),
        ("[" * 65 + "]" * 65, "f.json", None, "json-too-deep", None),
        ('[{"a": 1}]', "f.geojson", None, "wrong-extension", None),
        ('[{"a": 1}]', "f.xlsx", None, "wrong-extension", None),
        ('[{"a": 1}]', "f.csv", None, "not-a-table", "json"),
    ],
)
def test_what_cannot_be_read_says_why(check, content, name, reference, code, variant):
    report = check(content, reference, name)
    assert [(error["code"], error["params"].get("variant")) for error in report["errors"]] == [(code, variant)]
    assert report["status"] == "unreadable"


def test_nothing_but_records_is_judged(check):
    for content in (
        "{}",
        '{"marches": {}}',
        '{"marches": {"marche": []}}',
        '{"marches": 3}',
        '{"marches": [1, null]}',
        "[1]",
        '"a"',
        "[[]]",
    ):
        report = check(content, CONTRACTS, "f.json")
        assert report["status"] in ("invalid", "unreadable"), content
        assert report["errors"], content
    report = check(
        collection(1, None, {"type": "Feature"}, {"type": "Feature", "properties": []}), CYCLING, "f.geojson"
    )
    assert report["status"] == "invalid"
    assert "geojson-invalid" in codes(report, "errors")


def test_brackets_inside_texts_do_not_count_as_depth(check):
    assert check(json.dumps([{"a": "[" * 200 + '"' + "{" * 200}]), schema("a"), "f.json")["status"] == "valid"


def test_a_list_with_repeated_elements_is_found_in_linear_time(check):
    report = check(contracts(changed(techniques={"technique": ["Concours"] * 20_000})), CONTRACTS, "f.json")
    assert [error["params"]["constraint"] for error in report["errors"]] == ["uniqueItems"]


def test_the_years_of_contracts_and_concessions_are_counted(check):
    contracts = [{**CONTRACT, "id": f"c{year}", "dateNotification": f"{year}-03-31"} for year in (2024, 2026, 2026)]
    concession = {"id": "x", "dateSignature": "2023-05-02", "dateDebutExecution": "2025-01-01"}
    undated = {name: value for name, value in CONTRACT.items() if name != "dateNotification"}
    content = {"marches": {"marche": [*contracts, undated], "contrat-concession": [concession]}}
    report = check(json.dumps(content), CONTRACTS, name="decp.json")

    assert report["file"]["years"] == {"2023": 1, "2024": 1, "2026": 2}
    assert report["file"]["rows"] == 5


def test_records_that_do_not_say_when_have_no_years(check):
    assert "years" not in check(collection(lane()), CYCLING, name="voies.geojson")["file"]
