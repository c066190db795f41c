"""The feeds for data.gouv.fr: ``/odl/dcat/<organization>.rdf`` (``.ttl``, ``.jsonld``), ``/odl/dcat.rdf`` for all.

Nothing is redirected, nothing depends on who asks, and an answer is complete or 503.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

import flask
from ckan import model
from ckan.plugins import toolkit as tk
from ckanext.dcat.processors import HYDRA
from ckanext.dcat.profiles import DCAT
from flask import Blueprint, Response
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import XSD
from sqlalchemy.exc import DBAPIError

from ckanext.odl import dcat_profile
from ckanext.odl.logic.datagouv import feed, sending
from ckanext.odl.views import csrf

log = logging.getLogger(__name__)

odl_dcat = Blueprint("odl_dcat", __name__, url_prefix="/odl")
csrf.protect(odl_dcat)

#: By ending: rdflib's name of the format, and the media type.
_FORMATS = {
    "rdf": ("xml", "application/rdf+xml"),
    "ttl": ("turtle", "text/turtle"),
    "jsonld": ("json-ld", "application/ld+json"),
}
_SHARED_SECONDS = 300
_RETRY_SECONDS = 300
_LONGEST_ID = 200


@odl_dcat.route("/dcat.<any(rdf, ttl, jsonld):extension>")
def portal(extension: str) -> Response:
    """The datasets of the whole portal."""
    return _answer(None, extension, f"/odl/dcat.{extension}")


@odl_dcat.route("/dcat/<organization>.<any(rdf, ttl, jsonld):extension>")
def organization(organization: str, extension: str) -> Response:
    """The datasets of an organization; of an ATD, those of the members that it carries too."""
    group = model.Group.get(organization)
    if group is None or not group.is_organization or group.state != model.State.ACTIVE:
        return _sentence(404, tk._("No local authority has this address."))
    return _answer(group, extension, f"/odl/dcat/{organization}.{extension}")


def _answer(group: model.Group | None, extension: str, path: str) -> Response:
    after = tk.request.args.get("after", "")
    if len(after) > _LONGEST_ID or "\x00" in after:
        return _sentence(400, tk._("This page of the feed does not exist. Start again from the first page."))
    head = tk.request.method == "HEAD"
    try:
        page = feed.page(group, after=after, contents=not head)
        content = b"" if head else _serialized(page, group, extension, path, after)
    except feed.Withheld:
        return _sentence(
            404, tk._("The data of this local authority are not sent to data.gouv.fr: its ATD decided so.")
        )
    except (feed.NotReady, DBAPIError) as error:
        log.error("The feed %s is not complete and was not sent: %s", path, error)
        answer = _sentence(503, tk._("The list of datasets is not complete at the moment. Try again in a few minutes."))
        answer.headers["Retry-After"] = str(_RETRY_SECONDS)
        return answer
    answer = Response(content, content_type=f"{_FORMATS[extension][1]}; charset=utf-8")
    answer.cache_control.public = True
    answer.cache_control.s_maxage = _SHARED_SECONDS
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    if not head:
        answer.add_etag()
        answer.make_conditional(flask.request)
    return answer


def _serialized(page: feed.Page, group: model.Group | None, extension: str, path: str, after: str) -> bytes:
    site = sending.base_url()
    graph = Graph()
    profile = dcat_profile.DatagouvProfile(graph)
    catalogue = URIRef(site + path.rpartition(".")[0])
    homepage = f"{site}/organization/{group.id}" if group else site
    profile.graph_from_catalog({"title": group.display_name if group else "", "homepage": homepage}, catalogue)
    for package, record in zip(page.packages, sending.records(page.packages), strict=True):
        node = URIRef(record.uri)
        profile.graph_from_dataset({**package, dcat_profile.RECORD: record}, node)
        graph.add((catalogue, DCAT.dataset, node))
    first = site + path
    _page_links(graph, catalogue, first, after, page)
    return graph.serialize(format=_FORMATS[extension][0], encoding="utf-8")


def _page_links(graph: Any, catalogue: URIRef, first: str, after: str, page: feed.Page) -> None:
    """Where this page is and what follows, in today's words of Hydra and in those of before."""
    here = URIRef(f"{first}?after={quote(after)}" if after else first)
    graph.add((catalogue, HYDRA.view, here))
    graph.add((here, RDF.type, HYDRA.PartialCollectionView))
    graph.add((here, RDF.type, HYDRA.PagedCollection))
    for predicate in (HYDRA.first, HYDRA.firstPage):
        graph.add((here, predicate, URIRef(first)))
    if page.after:
        for predicate in (HYDRA.next, HYDRA.nextPage):
            graph.add((here, predicate, URIRef(f"{first}?after={quote(page.after)}")))
    if page.total is not None:
        graph.add((here, HYDRA.totalItems, Literal(str(page.total), datatype=XSD.integer)))


def _sentence(status: int, sentence: str) -> Response:
    """An answer that is no feed: a harvester takes it for a failure and leaves everything as it is."""
    tk.request.environ["__no_cache__"] = True
    answer = Response(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")
    answer.cache_control.no_store = True
    return answer
