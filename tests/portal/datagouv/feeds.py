"""Reading a feed as a harvester does: page after page, and what each says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ckanext.dcat.processors import HYDRA
from rdflib import DCAT, DCTERMS, RDF, Graph, URIRef

from tests.portal.conftest import call

SITE = "http://test.ckan.net"
FORMATS = {"rdf": "xml", "ttl": "turtle", "jsonld": "json-ld"}
FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"


def address(name: str = "", extension: str = "rdf", after: str = "") -> str:
    path = f"/odl/dcat/{name}.{extension}" if name else f"/odl/dcat.{extension}"
    return f"{path}?after={after}" if after else path


def graph_of(answer: Any, extension: str = "rdf") -> Graph:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return Graph().parse(data=answer.get_data(), format=FORMATS[extension])


def read(app: Any, name: str = "", extension: str = "rdf") -> Graph:
    """The only page of a feed."""
    graph = graph_of(app.get(address(name, extension)), extension)
    assert next_page(graph) is None
    return graph


def next_page(graph: Graph) -> str | None:
    """The path of the page that follows."""
    page = graph.value(predicate=RDF.type, object=HYDRA.PartialCollectionView)
    assert page == graph.value(predicate=RDF.type, object=HYDRA.PagedCollection)
    following = graph.value(page, HYDRA.next)
    assert following == graph.value(page, HYDRA.nextPage)
    return str(following).removeprefix(SITE) if following else None


def identifiers(graph: Graph) -> list[str]:
    """The ids of the datasets on a page."""
    found = [str(graph.value(node, DCTERMS.identifier)) for node in graph.subjects(RDF.type, DCAT.Dataset)]
    assert all(identifier.startswith(f"{SITE}/dataset/") for identifier in found)
    return [identifier.rpartition("/")[2] for identifier in found]


def node(package: dict[str, Any]) -> URIRef:
    return URIRef(f"{SITE}/dataset/{package['id']}")


def put(owner: dict[str, Any], title: str = "Jeu", **more: Any) -> str:
    """A dataset with a link; returns its id."""
    data = {"title": title, "owner_org": owner["id"], "license_id": "lov2", **more}
    data.setdefault("resources", [{"name": "Fichier", "url": "https://exemple.fr/a.csv", "format": "CSV"}])
    return call("package_create", None, **data)["id"]


def pages(app: Any, name: str = "", extension: str = "rdf") -> Iterator[list[str]]:
    """The ids of the datasets, page after page."""
    following: str | None = address(name, extension)
    while following:
        graph = graph_of(app.get(following), extension)
        yield identifiers(graph)
        following = next_page(graph)


def everything(app: Any, name: str = "", extension: str = "rdf") -> list[str]:
    return [id_ for page in pages(app, name, extension) for id_ in page]
