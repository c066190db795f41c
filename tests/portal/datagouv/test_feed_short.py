"""A feed that would be too short is refused: data.gouv.fr would archive what it does not find."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pysolr
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.lib.search.common import make_connection
from rdflib import DCTERMS, Graph, URIRef

from ckanext.odl.logic import index
from ckanext.odl.logic.datagouv import feed
from tests.portal.datagouv.feeds import (
    FORMATS,
    SITE,
    address,
    everything,
    put,
    read,
)
from tests.portal.path.conftest import organization

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


def refused(app: Any, path: str) -> None:
    for method in ("GET", "HEAD"):
        answer = app.test_client().open(path, method=method)
        assert answer.status_code == 503, answer.get_data(as_text=True)
        assert int(answer.headers["Retry-After"]) > 0
        assert "no-store" in answer.headers["Cache-Control"]
        assert "<rdf" not in answer.get_data(as_text=True)


def forget(*ids: str) -> None:
    """Take datasets out of the index behind CKAN's back."""
    make_connection().delete(id=None, q=" OR ".join(f"id:{id_}" for id_ in ids), commit=True)


def test_dataset_that_the_index_lost(app: Any, commune: dict[str, Any]) -> None:
    ids = [put(commune, f"Jeu {number}") for number in range(3)]
    other = organization("lirac")
    put(other)
    forget(ids[1])
    for extension in FORMATS:
        refused(app, address("valbrune", extension))
        refused(app, address("", extension))
    assert len(everything(app, "lirac")) == 1
    search.rebuild(ids[1])
    assert set(everything(app, "valbrune")) == set(ids)


def test_dataset_lost_from_a_later_page_stops_the_first(app: Any, commune: dict[str, Any], small_pages: None) -> None:
    ids = sorted(put(commune, f"Jeu {number}") for number in range(5))
    forget(ids[4])
    refused(app, address("valbrune"))
    refused(app, address("valbrune", after=ids[2]))


def test_another_dataset_in_the_index_does_not_make_up_for_it(app: Any, commune: dict[str, Any]) -> None:
    """As many in the index as in the database, but not the same ones."""
    kept, lost, ghost = (put(commune, f"Jeu {number}") for number in range(3))
    package: Any = model.Package
    model.Session.execute(sa.update(package).where(package.id == ghost).values(state="deleted"))
    model.Session.commit()
    forget(lost)
    assert kept
    refused(app, address("valbrune"))


def test_empty_index(app: Any, commune: dict[str, Any]) -> None:
    put(commune)
    search.clear_all()
    refused(app, address("valbrune"))
    refused(app, address())


@pytest.fixture
def index_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A function that gives the index another address."""

    def move(url: str) -> None:
        monkeypatch.setattr(index, "make_connection", lambda **_: pysolr.Solr(url, timeout=2))

    return move


def test_index_that_does_not_answer(app: Any, commune: dict[str, Any], index_at: Callable[[str], None]) -> None:
    put(commune)
    index_at("http://127.0.0.1:9/solr/ckan")
    refused(app, address("valbrune"))
    refused(app, address())
    # not even an empty feed is said to be one without the index
    organization("vide")
    refused(app, address("vide"))


NONSENSE = [
    (200, b"<html>Welcome to the proxy</html>"),
    (200, b'{"responseHeader": {"status": 0}}'),
    (200, b'{"response": {"numFound": 1, "docs": [{'),
    (200, b'{"response": {"numFound": 1, "docs": []}}'),
    (200, b'{"response": {"numFound": 1, "docs": [{"id": "%s", "metadata_modified": "x"}]}}'),
    (500, b"no"),
    (404, b"no core"),
]


@pytest.mark.parametrize(("status", "body"), NONSENSE)
def test_index_that_answers_nonsense(
    app: Any, commune: dict[str, Any], index_at: Callable[[str], None], status: int, body: bytes
) -> None:
    id_ = put(commune)

    class Poisoned(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.replace(b"%s", id_.encode()))

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Poisoned)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        index_at(f"http://127.0.0.1:{server.server_address[1]}/solr/ckan")
        refused(app, address("valbrune"))
    finally:
        server.shutdown()


def test_index_that_lags_behind(app: Any, commune: dict[str, Any]) -> None:
    """What the index has not heard of yet is read from the database."""
    id_ = put(commune, "Avant")
    package: Any = model.Package
    changed = {"title": "Après", "metadata_modified": sa.func.now() + sa.text("interval '1 hour'")}
    model.Session.execute(sa.update(package).where(package.id == id_).values(**changed))
    model.Session.commit()
    graph: Graph = read(app, "valbrune")
    assert {str(title) for title in graph.objects(URIRef(f"{SITE}/dataset/{id_}"), DCTERMS.title)} == {"Après"}


def test_database_that_does_not_answer(app: Any, commune: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    put(commune)

    def down(*_: Any, **__: Any) -> None:
        raise sa.exc.OperationalError("SELECT", {}, Exception("the database is down"))

    monkeypatch.setattr(feed, "leaving", down)
    refused(app, address("valbrune"))
