"""Which datasets are in a feed, page after page, and what is answered when the list cannot be complete."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories
from ckanext.dcat.processors import HYDRA
from rdflib import DCAT, DCTERMS, RDF, Literal, URIRef

from ckanext.odl.datagouv import outgoing
from ckanext.odl.logic.datagouv import feed
from ckanext.odl.model import DatagouvLink, Twin
from tests.portal.conftest import call
from tests.portal.datagouv.feeds import (
    FORMATS,
    SITE,
    address,
    everything,
    graph_of,
    identifiers,
    next_page,
    pages,
    put,
    read,
)
from tests.portal.path.conftest import organization

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

TYPES = {"rdf": "application/rdf+xml", "ttl": "text/turtle", "jsonld": "application/ld+json"}


def link(owner: dict[str, Any], **values: Any) -> None:
    DatagouvLink.put(model.Session(), owner["id"], **values)
    model.Session.commit()


def twin(package_id: str, owner: dict[str, Any], origin: str, state: str = "imported") -> None:
    Twin.put(
        model.Session(),
        f"national-{package_id}",
        organization_id=owner["id"],
        package_id=package_id,
        origin=origin,
        state=state,
    )
    model.Session.commit()


def test_private_drafts_deleted_and_other_types_stay(app: Any, commune: dict[str, Any]) -> None:
    public = put(commune)
    put(commune, private=True)
    call("package_delete", None, id=put(commune))
    put(commune, state="draft")
    package: Any = model.Package
    source = put(commune, "Source de moissons")
    model.Session.execute(sa.update(package).where(package.id == source).values(type="harvest"))
    model.Session.commit()
    for extension in FORMATS:
        assert everything(app, "valbrune", extension) == [public]
    assert everything(app) == [public]


def test_the_reasons_of_the_pure_rule_are_those_of_the_feed(app: Any, commune: dict[str, Any]) -> None:
    """The rule that other parts ask and the conditions of the query say the same of every case."""
    cases: list[dict[str, Any]] = [
        {"state": state, "private": private, "type": type_, "origin": origin}
        for state in ("active", "draft", "draft-complete", "deleted")
        for private in (False, True)
        for type_ in ("dataset", "harvest", "showcase")
        for origin in (None, "portal", "national")
    ]
    ids = []
    for number, case in enumerate(cases):
        package = model.Package(
            name=f"cas-{number}",
            owner_org=commune["id"],
            state=case["state"],
            type=case["type"],
            private=case["private"],
        )
        model.Session.add(package)
        model.Session.flush()
        ids.append(package.id)
        if case["origin"]:
            twin(package.id, commune, case["origin"])
    model.Session.commit()
    package: Any = model.Package
    leaving = set(model.Session.scalars(sa.select(package.id).where(*feed.leaving([commune["id"]]))))
    for id_, case in zip(ids, cases, strict=True):
        reason = outgoing.withheld(case, from_datagouv=case["origin"] == "national")
        assert (reason is None) == (id_ in leaving), (case, reason)


@pytest.mark.parametrize("state", ["imported", "linked", "flagged", "archived"])
def test_what_came_from_data_gouv_fr_is_not_sent_back(app: Any, commune: dict[str, Any], state: str) -> None:
    ours, brought_in, sent = put(commune), put(commune), put(commune)
    twin(brought_in, commune, "national", state)
    twin(sent, commune, "portal", "linked")
    assert set(everything(app, "valbrune")) == {ours, sent}
    assert set(everything(app)) == {ours, sent}


def test_what_the_atd_withholds(app: Any, commune: dict[str, Any]) -> None:
    put(commune)
    other = organization("lirac", title="Pont-de-Lirac")
    visible = put(other)
    link(commune, withheld=True)
    answer = app.get(address("valbrune"))
    assert answer.status_code == 404
    assert "ATD" in answer.get_data(as_text=True)
    assert everything(app) == [visible]
    link(commune, withheld=False)
    assert len(everything(app, "valbrune")) == 1


def under(parent: dict[str, Any], name: str, **more: Any) -> dict[str, Any]:
    return organization(name, parent, title=name.capitalize(), **more)


def test_feed_of_an_atd_holds_the_members_that_it_carries(app: Any) -> None:
    atd = organization("causses", title="Causses Numérique", odl_is_atd="true")
    carried, declared, apart, held = (under(atd, name) for name in ("carried", "declared", "apart", "held"))
    epci = under(atd, "epci")
    of_epci = under(epci, "fontane")
    inner = under(atd, "inner", odl_is_atd="true")
    of_inner = under(inner, "combe")
    stranger = organization("stranger")
    owners = (atd, carried, declared, apart, held, epci, of_epci, inner, of_inner, stranger)
    ids = {owner["name"]: put(owner) for owner in owners}
    link(declared, mode="carried", national_id="5f")
    link(apart, mode="own", national_id="60")
    link(held, withheld=True)
    link(epci, mode="own", national_id="61")
    link(inner, mode="own", national_id="62")

    def names(feed_of: str) -> set[str]:
        found = everything(app, feed_of)
        assert len(found) == len(set(found))
        return {name for name, id_ in ids.items() if id_ in found}

    # an EPCI that is no ATD carries nobody: its commune stays with the ATD; another ATD carries its own members
    assert names("causses") == {"causses", "carried", "declared", "fontane"}
    assert names("inner") == {"inner", "combe"}
    assert names("epci") == {"epci"}
    assert names("apart") == {"apart"}
    assert names("") == set(ids) - {"held"}
    left_out = {
        model.Group.get(left.organization_id).name: left.reason
        for left in feed.membership(model.Group.get("causses")).left_out
    }
    assert left_out == {
        "apart": outgoing.OWN_HARVESTER,
        "held": outgoing.WITHHELD,
        "epci": outgoing.OWN_HARVESTER,
        "inner": outgoing.OWN_HARVESTER,
        "combe": outgoing.OWN_HARVESTER,
    }


def test_a_carried_commune_stays_publisher(app: Any) -> None:
    atd = organization("causses", title="Causses Numérique", odl_is_atd="true")
    commune = under(atd, "valbrune")
    put(commune)
    graph = read(app, "causses")
    publisher = graph.value(predicate=DCTERMS.publisher)
    assert publisher is None or str(publisher) == f"{SITE}/organization/{commune['id']}"
    assert {str(node) for node in graph.objects(None, DCTERMS.publisher)} == {f"{SITE}/organization/{commune['id']}"}


@pytest.mark.parametrize("extension", FORMATS)
def test_answer_is_public_and_direct(app: Any, commune: dict[str, Any], extension: str) -> None:
    put(commune)
    for path in (address("valbrune", extension), address("", extension)):
        answer = app.get(path, follow_redirects=False)
        assert answer.status_code == 200
        assert answer.mimetype == TYPES[extension]
        caching = answer.headers["Cache-Control"]
        assert "public" in caching
        assert "s-maxage=300" in caching
        assert "private" not in caching
        assert "Set-Cookie" not in answer.headers
        head = app.test_client().head(path, follow_redirects=False)
        assert (head.status_code, head.mimetype, head.get_data()) == (200, TYPES[extension], b"")


def test_address_does_not_depend_on_the_language(app: Any, commune: dict[str, Any]) -> None:
    put(commune)
    french, english = (app.get(f"/{language}{address('valbrune')}").get_data() for language in ("fr", "en"))
    assert french == english == app.get(address("valbrune")).get_data()


def test_by_the_id_of_the_organization_too(app: Any, commune: dict[str, Any]) -> None:
    id_ = put(commune)
    assert everything(app, commune["id"]) == [id_]


def test_agent_gets_what_everybody_gets(app: Any, commune: dict[str, Any], agent: Any, authorization: Any) -> None:
    public, _ = put(commune), put(commune, private=True)
    answer = app.get(address("valbrune"), headers=authorization(agent))
    assert identifiers(graph_of(answer)) == [public]


def test_unknown_addresses(app: Any, commune: dict[str, Any]) -> None:
    group = factories.Group(name="theme")
    gone = organization("gone")
    call("organization_delete", None, id=gone["id"])
    for name in ("nowhere", group["name"], gone["name"], gone["id"]):
        assert app.get(address(name)).status_code == 404
    assert app.get("/odl/dcat/valbrune.xml").status_code == 404
    assert app.get(address("valbrune", after="x" * 300)).status_code == 400
    assert app.get(address("valbrune", after="%00")).status_code == 400
    assert app.post(address("valbrune")).status_code in (400, 405)


def test_empty_when_there_is_nothing(app: Any, commune: dict[str, Any]) -> None:
    graph = read(app, "valbrune")
    assert identifiers(graph) == []
    assert Literal(0) in set(graph.objects(None, HYDRA.totalItems))


# -- pages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize(("count", "sizes"), [(3, [3]), (4, [3, 1]), (7, [3, 3, 1])])
def test_each_dataset_once(
    app: Any, commune: dict[str, Any], small_pages: None, extension: str, count: int, sizes: list[int]
) -> None:
    ids = {put(commune, f"Jeu {number}") for number in range(count)}
    found = list(pages(app, "valbrune", extension))
    assert [len(page) for page in found] == sizes
    assert sorted(ids) == [id_ for page in found for id_ in sorted(page)]


def test_links_between_pages(app: Any, commune: dict[str, Any], small_pages: None) -> None:
    for number in range(4):
        put(commune, f"Jeu {number}")
    first = graph_of(app.get(address("valbrune")))
    page = URIRef(f"{SITE}/odl/dcat/valbrune.rdf")
    assert set(first.objects(page, RDF.type)) == {HYDRA.PartialCollectionView, HYDRA.PagedCollection}
    assert first.value(page, HYDRA.totalItems) == Literal(4)
    catalogue = first.value(predicate=RDF.type, object=DCAT.Catalog)
    assert first.value(catalogue, DCTERMS.title) == Literal("Valbrune")
    second = graph_of(app.get(next_page(first)))
    assert second.value(predicate=HYDRA.view, subject=catalogue) == URIRef(SITE + str(next_page(first)))


def test_edited_created_and_removed_between_pages(app: Any, commune: dict[str, Any], small_pages: None) -> None:
    ids = sorted(put(commune, f"Jeu {number}") for number in range(8))
    reading = pages(app, "valbrune")
    seen = next(reading)
    call("package_patch", None, id=ids[1], title="Changé après lecture")
    call("package_patch", None, id=ids[6], title="Changé avant lecture")
    call("package_delete", None, id=ids[0])
    call("package_delete", None, id=ids[5])
    new = put(commune, "Nouveau")
    for page in reading:
        seen += page
    assert len(seen) == len(set(seen))
    assert set(ids) - {ids[5]} <= set(seen) <= set(ids) - {ids[5]} | {new}


def test_page_whose_first_dataset_is_gone(app: Any, commune: dict[str, Any], small_pages: None) -> None:
    ids = sorted(put(commune, f"Jeu {number}") for number in range(5))
    first = graph_of(app.get(address("valbrune")))
    call("package_delete", None, id=ids[2])
    assert sorted(identifiers(graph_of(app.get(next_page(first))))) == ids[3:]
