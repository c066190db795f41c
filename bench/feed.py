"""The feed that data.gouv.fr reads, in figures: what each page costs, from the first to the last; prints JSON.

``python3 -m dev.portal shell .venv/bin/python -m bench.feed [--datasets 10000]`` empties the database and the index
of the tests, makes one dataset by CKAN and the others after it by SQL and in the index, and measures in one run. Ratios
are what counts; the seconds are this machine's.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from ckan import model
from ckan.cli import load_config
from ckan.cli.db import _run_migrations
from ckan.config.middleware import make_app
from ckan.lib import search
from ckan.lib.search.common import make_connection
from ckan.plugins import toolkit as tk
from rdflib import DCAT, RDF, Graph
from rdflib.namespace import DCTERMS

ROOT = Path(__file__).resolve().parent.parent
NEXT = "http://www.w3.org/ns/hydra/core#next"
BATCH = 1000


def call(action: str, **data: Any) -> Any:
    context: Any = {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}
    return tk.get_action(action)(context, data)


def model_dataset() -> dict[str, Any]:
    """A dataset as an agent fills it in, with two files."""
    owner = call("organization_create", name="valbrune", title="Valbrune", odl_contact="mairie@exemple.test")
    file = {"name": "Fichier", "format": "CSV", "size": 1000, "hash": "0" * 64, "odl_schema": "scdl/subventions"}
    return call(
        "package_create",
        title="Subventions versées",
        name="subventions",
        owner_org=owner["id"],
        license_id="lov2",
        notes="Les **subventions** versées.\n\n" * 10,
        frequency="http://publications.europa.eu/resource/authority/frequency/ANNUAL",
        temporal_start="2024-01-01",
        temporal_end="2024-12-31",
        odl_territory="commune 48095 Mende",
        tag_string="subventions, associations, finances",
        maintainer_email="finances@exemple.test",
        resources=[{**file, "url": f"https://exemple.test/{n}.csv"} for n in range(2)],
    )


def copies(package: dict[str, Any], count: int) -> None:
    """As many datasets like *package*, in the database and in the index."""
    columns = "license_id, type, owner_org, private, state, notes, metadata_created, metadata_modified"
    clone = sa.text(
        f"INSERT INTO package (id, name, title, {columns})"
        f" SELECT :id, :name, title, {columns} FROM package WHERE id = :of"
    )
    shown = json.loads(search.show(package["id"])["validated_data_dict"])
    solr = make_connection()
    for start in range(0, count, BATCH):
        ids = [str(uuid4()) for _ in range(start, min(start + BATCH, count))]
        model.Session.execute(clone, [{"id": id_, "name": f"jeu-{id_}", "of": package["id"]} for id_ in ids])
        solr.add([_document({**shown, "id": id_, "name": f"jeu-{id_}"}) for id_ in ids], commit=True)
    model.Session.commit()


def _document(package: dict[str, Any]) -> dict[str, Any]:
    resources = [{**file, "id": str(uuid4()), "package_id": package["id"]} for file in package["resources"]]
    return {
        "index_id": package["id"].replace("-", ""),
        "id": package["id"],
        "site_id": tk.config["ckan.site_id"],
        "name": package["name"],
        "entity_type": "package",
        "dataset_type": "dataset",
        "state": "active",
        "capacity": "public",
        "owner_org": package["owner_org"],
        "metadata_modified": package["metadata_modified"] + "Z",
        "validated_data_dict": json.dumps({**package, "resources": resources}),
    }


def timed(client: Any, path: str, times: int) -> tuple[float, bytes]:
    """The least of some times in milliseconds, and the answer."""
    spent, answer = [], None
    for _ in range(times):
        start = time.perf_counter()
        answer = client.get(path)
        spent.append(1000 * (time.perf_counter() - start))
        assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer is not None
    return min(spent), answer.get_data()


def walk(client: Any, path: str | None, times: int) -> dict[str, Any]:
    """Each page once, then the first and the last full one several times."""
    paths, spent, seen = [], [], set()
    size = 0
    while path:
        milliseconds, content = timed(client, path, 1)
        graph = Graph().parse(data=content, format="xml")
        found = {str(graph.value(node, DCTERMS.identifier)) for node in graph.subjects(RDF.type, DCAT.Dataset)}
        assert not found & seen
        seen |= found
        size = size or len(found)
        if len(found) == size:
            paths.append(path)
            spent.append(milliseconds)
        following = next(iter(str(value) for _, name, value in graph if str(name) == NEXT), None)
        path = following.removeprefix(tk.config["ckan.site_url"]) if following else None
    first, last = timed(client, paths[0], times)[0], timed(client, paths[-1], times)[0]
    return {
        "datasets": len(seen),
        "pages": len(paths),
        "datasets_per_page": size,
        "median_ms": round(statistics.median(spent), 1),
        "first_ms": round(first, 1),
        "last_ms": round(last, 1),
        "ratio_last_to_first": round(last / first, 2),
        "goal_ratio": 1.2,
        "ms_per_dataset": round(statistics.median(spent) / size, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    flask: Any = make_app(load_config(str(ROOT / "test.ini")))
    with flask._wsgi_app.test_request_context():
        engine: Any = model.meta.engine
        model.repo.rebuild_db()
        for plugin in ("activity", "harvest", "odl"):
            _run_migrations(plugin=plugin)
        model.init_model(engine)  # migrations leave an engine behind that connects anew for each query
        search.clear_all()
        copies(model_dataset(), options.datasets - 1)
        model.Session.execute(sa.text("ANALYZE"))
        model.Session.commit()
    client = flask._wsgi_app.test_client()
    feeds = {"organization": "/odl/dcat/valbrune.rdf", "portal": "/odl/dcat.rdf"}
    found = {name: walk(client, path, options.times) for name, path in feeds.items()}
    with flask._wsgi_app.test_request_context():
        search.clear_all()
        model.repo.rebuild_db()
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
