"""What a feed says of a dataset, triple by triple, in each of its three forms."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from ckan import model
from ckan.lib import search
from ckan.plugins import toolkit as tk
from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef

from ckanext.odl import dcat_profile
from tests.portal.conftest import GOOD, call, upload
from tests.portal.datagouv.feeds import FORMATS, FREQUENCY, SITE, node, read

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
LOCN = Namespace("http://www.w3.org/ns/locn#")
GEOJSON = URIRef("https://www.iana.org/assignments/media-types/application/vnd.geo+json")
THEME = "http://publications.europa.eu/resource/authority/data-theme/ECON"
OUTLINE = {"type": "Polygon", "coordinates": [[[3.5, 44.5], [3.6, 44.5], [3.6, 44.6], [3.5, 44.5]]]}
HOSTILE = ('https://exemple.fr/{x}|<y>^`\\ "', "pas une adresse", "javascript:alert(1)", "")
NOTES = "Les **subventions** versées.\n\n- une ligne par bénéficiaire\n- montants en euros\n\nVoir <https://exemple.fr/a?b=1&c=2>."


@pytest.fixture
def published(commune: dict[str, Any], agent: dict[str, Any]) -> dict[str, Any]:
    """A dataset with every field filled in, a file and a link."""
    call(
        "organization_patch",
        None,
        id=commune["id"],
        odl_kind="commune",
        odl_siren="200000990",
        odl_insee="48903",
        odl_website="https://www.valbrune.exemple.fr/",
        odl_contact="mairie@valbrune.exemple.fr",
    )
    package = call(
        "package_create",
        agent,
        title="Subventions versées par Valbrune",
        owner_org=commune["id"],
        license_id="lov2",
        notes=NOTES,
        theme=THEME,
        tag_string="associations, subventions",
        odl_territory="commune 48903 Valbrune",
        temporal_start="2024-01-01",
        temporal_end="2024-12-31",
        frequency=FREQUENCY + "ANNUAL",
        odl_service="Secrétariat de mairie",
        maintainer_email="finances@valbrune.exemple.fr",
    )
    call(
        "resource_create",
        agent,
        package_id=package["id"],
        name="Subventions 2024",
        description="Colonne <MONTANT> en euros",
        odl_schema="scdl/subventions",
        odl_schema_version="2.1.0",
        url="subventions.csv",
        upload=upload(GOOD, "subventions 2024.csv"),
    )
    call(
        "resource_create",
        agent,
        package_id=package["id"],
        name="Ailleurs",
        url="https://exemple.fr/données.json?x=1&y=a%20b",
        format="JSON",
        hash="0" * 32,
        size=12,
    )
    return call("package_show", agent, id=package["id"])


@pytest.fixture(params=FORMATS)
def feed(request: pytest.FixtureRequest, app: Any, published: dict[str, Any]) -> Graph:
    return read(app, "valbrune", request.param)


def one(graph: Graph, subject: Any, predicate: Any) -> Any:
    """The only value of a property."""
    found = list(graph.objects(subject, predicate))
    assert len(found) == 1, (predicate, found)
    return found[0]


def test_dataset(feed: Graph, published: dict[str, Any]) -> None:
    dataset = node(published)
    assert one(feed, dataset, RDF.type) == DCAT.Dataset
    assert one(feed, dataset, DCTERMS.identifier) == Literal(str(dataset))
    assert one(feed, dataset, DCTERMS.title) == Literal("Subventions versées par Valbrune")
    assert one(feed, dataset, DCAT.landingPage) == dataset
    assert set(feed.objects(dataset, DCAT.keyword)) == {Literal("associations"), Literal("subventions")}
    assert one(feed, dataset, DCTERMS.accrualPeriodicity) == URIRef(FREQUENCY + "ANNUAL")
    theme = one(feed, dataset, DCAT.theme)
    assert (theme, one(feed, theme, SKOS.prefLabel)) == (URIRef(THEME), Literal("Économie et finances"))
    created = one(feed, dataset, DCTERMS.issued)
    assert created.datatype == XSD.dateTime
    assert created.toPython().isoformat()[:19] == published["metadata_created"][:19]
    assert one(feed, dataset, DCTERMS.modified).toPython().isoformat()[:19] == published["metadata_modified"][:19]


def test_markdown_survives(feed: Graph, published: dict[str, Any]) -> None:
    text = str(one(feed, node(published), DCTERMS.description))
    assert text == NOTES.replace("<https", "https").replace("c=2>", "c=2")
    assert "<" not in text


def test_licence_of_the_dataset(feed: Graph, published: dict[str, Any]) -> None:
    licence = one(feed, node(published), DCTERMS.license)
    assert licence == URIRef("https://www.etalab.gouv.fr/licence-ouverte-open-licence")
    assert one(feed, licence, RDFS.label) == Literal("lov2")


def test_period_has_both_ends_and_no_address(feed: Graph, published: dict[str, Any]) -> None:
    period = one(feed, node(published), DCTERMS.temporal)
    assert not isinstance(period, URIRef)
    assert one(feed, period, DCAT.startDate) == Literal("2024-01-01", datatype=XSD.date)
    assert one(feed, period, DCAT.endDate) == Literal("2024-12-31", datatype=XSD.date)


def test_territory_by_code_and_name(feed: Graph, published: dict[str, Any]) -> None:
    place = one(feed, node(published), DCTERMS.spatial)
    assert place == URIRef("http://id.insee.fr/geo/commune/48903")
    assert one(feed, place, DCTERMS.identifier) == Literal("48903")
    assert one(feed, place, SKOS.prefLabel) == Literal("Valbrune")
    assert not list(feed.objects(place, LOCN.geometry))


def test_publisher_and_contact(feed: Graph, published: dict[str, Any]) -> None:
    publisher = one(feed, node(published), DCTERMS.publisher)
    assert publisher == URIRef(f"{SITE}/organization/{published['owner_org']}")
    assert one(feed, publisher, FOAF.name) == Literal("Valbrune")
    assert one(feed, publisher, DCTERMS.identifier) == Literal("200000990")
    assert one(feed, publisher, FOAF.mbox) == URIRef("mailto:mairie@valbrune.exemple.fr")
    assert one(feed, publisher, FOAF.homepage) == URIRef("https://www.valbrune.exemple.fr/")
    contact = one(feed, node(published), DCAT.contactPoint)
    assert one(feed, contact, VCARD.fn) == Literal("Secrétariat de mairie")
    assert one(feed, contact, VCARD["organization-name"]) == Literal("Valbrune")
    assert one(feed, contact, VCARD.hasEmail) == URIRef("mailto:finances@valbrune.exemple.fr")


def test_uploaded_file(feed: Graph, published: dict[str, Any]) -> None:
    resource = published["resources"][0]
    file = URIRef(f"{SITE}/dataset/{published['id']}/resource/{resource['id']}")
    assert (node(published), DCAT.distribution, file) in feed
    for predicate in (DCAT.downloadURL, DCAT.accessURL):
        assert one(feed, file, predicate) == URIRef(f"{file}/download")
    assert one(feed, file, DCTERMS.title) == Literal("Subventions 2024")
    assert one(feed, file, DCTERMS.description) == Literal("Colonne &lt;MONTANT> en euros")
    assert one(feed, file, DCTERMS.identifier) == Literal(resource["id"])
    assert one(feed, file, DCTERMS["format"]) == Literal("csv")
    assert one(feed, file, DCAT.mediaType) == Literal("text/csv")
    size = one(feed, file, DCAT.byteSize)
    assert (size.toPython(), size.datatype) == (len(GOOD), XSD.nonNegativeInteger)
    national = "https://schema.data.gouv.fr/schemas/scdl/subventions/2.1.0/schema.json"
    assert one(feed, file, DCTERMS.conformsTo) == URIRef(national)
    checksum = one(feed, file, SPDX.checksum)
    assert one(feed, checksum, SPDX.algorithm) == SPDX.checksumAlgorithm_sha256
    assert one(feed, checksum, SPDX.checksumValue) == Literal(hashlib.sha256(GOOD).hexdigest())
    assert one(feed, file, DCTERMS.modified).toPython().isoformat()[:19] == resource["last_modified"][:19]


def test_linked_file(feed: Graph, published: dict[str, Any]) -> None:
    file = URIRef(f"{node(published)}/resource/{published['resources'][1]['id']}")
    assert one(feed, file, DCAT.downloadURL) == URIRef("https://exemple.fr/données.json?x=1&y=a%20b")
    assert one(feed, file, DCAT.byteSize).toPython() == 12
    checksum = one(feed, file, SPDX.checksum)
    assert one(feed, checksum, SPDX.algorithm) == SPDX.checksumAlgorithm_md5
    assert one(feed, checksum, SPDX.checksumValue) == Literal("0" * 32)
    assert not list(feed.objects(file, DCTERMS.conformsTo))


def test_download_address_serves_the_file_under_its_name(app: Any, published: dict[str, Any]) -> None:
    resource = published["resources"][0]
    answer = app.get(f"/dataset/{published['id']}/resource/{resource['id']}/download", follow_redirects=False)
    assert (answer.status_code, answer.get_data()) == (200, GOOD)
    assert "filename=subventions-2024.csv" in answer.headers["Content-Disposition"]


def test_new_file_keeps_the_address(app: Any, published: dict[str, Any], agent: dict[str, Any]) -> None:
    before = set(read(app, "valbrune").objects(None, DCAT.downloadURL))
    new = GOOD + b"Valbrune,48903,F,Jade,2,2024\n"
    call("resource_patch", agent, id=published["resources"][0]["id"], upload=upload(new, "autre nom.csv"))
    graph = read(app, "valbrune")
    assert set(graph.objects(None, DCAT.downloadURL)) == before
    assert Literal(hashlib.sha256(new).hexdigest()) in set(graph.objects(None, SPDX.checksumValue))


@pytest.mark.parametrize("shape", ["file", "folder"])
def test_outline_that_the_atd_supplied(
    app: Any, published: dict[str, Any], tmp_path: Any, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    feature = {"type": "Feature", "properties": {"code_insee": "48903", "nom": "Valbrune"}, "geometry": OUTLINE}
    if shape == "file":
        path = tmp_path / "communes.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    else:
        path = tmp_path
        (tmp_path / "48903.geojson").write_text(json.dumps(feature))
    monkeypatch.setitem(tk.config, "ckanext.odl.datagouv.outlines", str(path))
    graph = read(app, "valbrune")
    geometry = one(graph, one(graph, node(published), DCTERMS.spatial), LOCN.geometry)
    assert geometry.datatype == GEOJSON
    assert json.loads(str(geometry)) == OUTLINE


def test_hostile_texts_do_not_break_the_feed(app: Any, commune: dict[str, Any], agent: dict[str, Any]) -> None:
    package = call(
        "package_create",
        agent,
        title="Titre \x0b avec \x08 des signes interdits & <balises>",
        owner_org=commune["id"],
        license_id="other-open",
        odl_homologation_note="Motif",
        notes='</dct:description> ]]> \x1b \ufffe """ \\ 🎈',
        resources=[{"name": name, "url": "https://exemple.fr/"} for name in "abcd"],
    )
    # written before there was a rule, or by another extension
    for resource, url in zip(package["resources"], HOSTILE, strict=True):
        model.Session.get(model.Resource, resource["id"]).url = url
    model.Session.commit()
    search.rebuild(package["id"])
    for extension in FORMATS:
        graph = read(app, "valbrune", extension)
        title = str(one(graph, node(package), DCTERMS.title))
        assert "signes interdits & <balises>" in title
        assert "🎈" in str(one(graph, node(package), DCTERMS.description))
        assert one(graph, one(graph, node(package), DCTERMS.license), RDFS.label) == Literal("other-open")
        addresses = [str(found) for found in graph.objects(None, DCAT.downloadURL)]
        assert addresses == ["https://exemple.fr/%7Bx%7D%7C%3Cy%3E%5E%60%5C%20%22"]


def test_outline_of_one_dataset_is_not_that_of_its_neighbour(app: Any, commune: dict[str, Any], agent: Any) -> None:
    own = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    data = {"owner_org": commune["id"], "license_id": "lov2", "odl_territory": "commune 48903 Valbrune"}
    extras = [{"key": "spatial", "value": json.dumps(own)}]
    with_own = call("package_create", agent, title="Quartier", extras=extras, **data)
    without = call("package_create", agent, title="Commune", **data)
    graph = read(app, "valbrune")
    place = one(graph, node(with_own), DCTERMS.spatial)
    assert json.loads(str(one(graph, place, LOCN.geometry))) == own
    assert one(graph, place, DCTERMS.identifier) == Literal("48903")
    assert not list(graph.objects(one(graph, node(without), DCTERMS.spatial), LOCN.geometry))


@pytest.mark.parametrize(
    "licence", ["lov2", "odc-odbl", "fr-lo", "cc-by", "mobility-licence", "other-at", "notspecified"]
)
def test_each_licence_carries_its_national_id(
    app: Any, commune: dict[str, Any], agent: dict[str, Any], licence: str
) -> None:
    package = call(
        "package_create", agent, title="Jeu", owner_org=commune["id"], license_id=licence, odl_homologation_note="Motif"
    )
    graph = read(app, "valbrune")
    assert one(graph, one(graph, node(package), DCTERMS.license), RDFS.label) == Literal(licence)


def test_same_page_is_the_same_bytes(app: Any, published: dict[str, Any]) -> None:
    for extension in FORMATS:
        first, second = (app.get(f"/odl/dcat/valbrune.{extension}") for _ in range(2))
        assert first.get_data() == second.get_data()
        again = app.get(f"/odl/dcat/valbrune.{extension}", headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304


def test_keyword_of_address_bases_is_not_added(app: Any, commune: dict[str, Any], agent: dict[str, Any]) -> None:
    package = call(
        "package_create",
        agent,
        title="Base adresse locale de Valbrune",
        owner_org=commune["id"],
        license_id="lov2",
        tag_string="adresses",
        resources=[{"name": "BAL", "url": "https://exemple.fr/bal.csv", "odl_schema": "etalab/schema-bal"}],
    )
    graph = read(app, "valbrune")
    assert set(graph.objects(node(package), DCAT.keyword)) == {Literal("adresses")}


def test_profile_of_ckanext_dcat_says_the_same(app: Any, published: dict[str, Any]) -> None:
    from ckanext.dcat.processors import RDFSerializer  # noqa: PLC0415 (after the plugins)

    with app.flask_app.test_request_context(base_url=SITE):
        serializer = RDFSerializer(profiles=[dcat_profile.NAME])
        serializer.graph_from_dataset(call("package_show", None, id=published["id"]))
    model.Session.rollback()
    expected = read(app, "valbrune")

    def about(graph: Graph) -> set[Any]:
        told = graph.predicate_objects(node(published))
        return {(predicate, value) for predicate, value in told if isinstance(value, Literal)}

    ours = Graph().parse(data=serializer.g.serialize(format="turtle"), format="turtle")
    assert about(ours) == about(expected)
    assert len(ours) == len(list(expected.triples((None, None, None)))) - len(_catalogue(expected))


def _catalogue(graph: Graph) -> list[Any]:
    catalogue = graph.value(predicate=RDF.type, object=DCAT.Catalog)
    page = graph.value(catalogue, URIRef("http://www.w3.org/ns/hydra/core#view"))
    return [*graph.triples((catalogue, None, None)), *graph.triples((page, None, None))]
