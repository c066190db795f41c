"""Where collectivités stand, in figures: one computation, a page of the list, and the night; prints JSON.

``python3 -m dev.portal shell .venv/bin/python -m bench.progress [--organizations 35000] [--computed 200]`` empties the
database of the tests, fills it by SQL, and measures in one run. Ratios and counts are what counts; the seconds are this
machine's.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.cli import load_config
from ckan.cli.db import _run_migrations
from ckan.config.middleware import make_app
from ckan.plugins import toolkit as tk
from sqlalchemy import event

from ckanext.odl import onboarding
from ckanext.odl.intake import own_session
from ckanext.odl.logic.path import definition, recompute, snapshot
from ckanext.odl.model import extras

ROOT = Path(__file__).resolve().parent.parent
WANTED_SECONDS, WANTED_ORGANIZATIONS, WORKERS = 600, 35_000, 2


def _fill(statement: str, **values: Any) -> None:
    model.Session.execute(sa.text(statement), values)


def organizations(count: int) -> None:
    """An ATD and its members, with a row of progress each as the dashboard reads it."""
    has_column = not hasattr(model, "GroupExtra")
    column, value = (", extras", ", '{}'::jsonb") if has_column else ("", "")
    _fill(
        f"""INSERT INTO "group" (id, name, title, type, description, image_url, created,
        is_organization, approval_status, state{column})
        SELECT 'o' || n, 'commune-' || n, 'Commune ' || n, 'organization', '', '', now(),
        true, 'approved', 'active'{value} FROM generate_series(0, :count) n""",
        count=count,
    )
    _fill(
        """INSERT INTO member (id, table_name, table_id, capacity, group_id, state)
        SELECT 'm' || n, 'group', 'o0', 'parent', 'o' || n, 'active' FROM generate_series(1, :count) n""",
        count=count,
    )
    _fill(
        """INSERT INTO odl_progress (organization_id, computed_at, computed_on, sort_title, kind, department,
        population, "current", done, applicable, stale, minutes_left, last_activity, has_contact, priority, why, phases)
        SELECT 'o' || n, now(), current_date, 'commune ' || n, 'commune', lpad((n % 95)::text, 2, '0'), n,
        'p' || 1 + n % 6,        n % 45, 45, n % 7, 600, current_date - n % 900, n % 9 > 0, n % 100,
        '[{"code": "stale", "n": 3, "days": 12, "weight": 30}]',
        (SELECT jsonb_agg(jsonb_build_object('id', 'p' || p, 'done', (n + p) % 9, 'applicable', 8 + p % 2))
        FROM generate_series(1, 6) p)
        FROM generate_series(0, :count) n""",
        count=count,
    )


def datasets(organization: str, count: int) -> None:
    """Datasets of one file each, checked and right."""
    has_column = not hasattr(model, "PackageExtra")
    fields = '{"frequency": "http://publications.europa.eu/resource/authority/frequency/ANNUAL", "odl_service": "x"}'
    column, value = (", extras", ", CAST(:fields AS jsonb)") if has_column else ("", "")
    values = {"o": organization, "count": count, **({"fields": fields} if has_column else {})}
    _fill(
        f"""INSERT INTO package (id, name, title, notes, license_id, type, owner_org, private, state,
        maintainer_email, metadata_created, metadata_modified{column})
        SELECT :o || '-d' || n, :o || '-d' || n, 'Jeu ' || n,
        repeat('Ce jeu dit tout. ', 10), 'lov2', 'dataset', :o, false, 'active', 'mairie@exemple.test', now(),
        now(){value}
        FROM generate_series(1, :count) n""",
        **values,
    )
    _fill(
        """INSERT INTO resource (id, package_id, url, url_type, format, name, description, position, state, created,
        last_modified, extras) SELECT :o || '-r' || n, :o || '-d' || n, 'f.csv', 'upload', 'CSV', 'f.csv', '', 0,
        'active', now(), '2026-01-02T03:04:05', '{"odl_schema": "scdl/prenoms"}' FROM generate_series(1, :count) n""",
        o=organization,
        count=count,
    )
    _fill(
        """INSERT INTO odl_file (resource_id, sha256, size, stamp, seen_at) SELECT :o || '-r' || n, md5(n::text), 10,
        '2026-01-02T03:04:05', now() FROM generate_series(1, :count) n""",
        o=organization,
        count=count,
    )
    _fill(
        """INSERT INTO odl_validation (id, resource_id, package_id, sha256, schema_id, schema_version, state, status,
        queued_at, finished_at, counts) SELECT :o || '-v' || n, :o || '-r' || n, :o || '-d' || n, md5(n::text),
        'scdl/prenoms', '1.1.6', 'done', 'valid', now(), now(), '{"errors": 0, "rows": 5}'
        FROM generate_series(1, :count) n""",
        o=organization,
        count=count,
    )


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    event.listen(model.meta.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(model.meta.engine, "before_cursor_execute", note)


def measured(work: Callable[[], Any], times: int = 15) -> dict[str, Any]:
    """Milliseconds of some work done several times (median, least, of this processor), and its statements."""
    work()
    with statements() as sent:
        work()
    spent, processor = [], []
    for _ in range(times):
        model.Session.rollback()
        start, own = time.perf_counter(), time.process_time()
        work()
        spent.append(1000 * (time.perf_counter() - start))
        processor.append(1000 * (time.process_time() - own))
    figures = {"median_ms": spent, "least_ms": [min(spent)], "processor_ms": processor}
    return {name: round(statistics.median(times), 1) for name, times in figures.items()} | {"queries": len(sent)}


def one_collectivite() -> dict[str, Any]:
    """Facts and evaluation of a collectivité of 50 datasets."""
    datasets("o1", 50)
    model.Session.commit()
    checklist, today = definition.current().checklist, recompute.local_day(_now())

    def whole() -> None:
        with own_session() as session:
            found = snapshot.gather("o1", session)
            assert found is not None
            assert len(found.snapshot.datasets) == 50
            onboarding.evaluate(checklist, found.snapshot, today, {})

    found = measured(whole)
    return {"datasets": 50, **found, "goal_ms": 50}


def _now() -> Any:
    return model.Session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()


def page(count: int, user: str) -> dict[str, Any]:
    """A page of the dashboard against what CKAN's own list of organizations asks for."""

    def ours() -> None:
        answer = tk.get_action("odl_progress_list")({"user": user}, {"atd": "o0", "rows": 20})
        assert answer["count"] == count

    def core() -> None:
        everyone = {"all_fields": False, "q": "", "sort": "title asc", "type": "organization"}
        assert tk.get_action("organization_list")({"user": user}, everyone)
        shown = {**everyone, "all_fields": True, "limit": 20, "offset": 0, "include_extras": True}
        tk.get_action("organization_list")({"user": user}, shown)

    mine, theirs = measured(ours), measured(core, times=5)
    ratio = round(mine["median_ms"] / theirs["median_ms"], 3)
    return {"organizations": count, "ours": mine, "core": theirs, "ratio": ratio, "goal_ratio": 1, "goal_queries": 12}


class Spent:
    """Milliseconds of processor that this process and its backends have spent, since a clock of a busy machine lies."""

    def __init__(self) -> None:
        own = sa.text(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        engine: Any = model.meta.engine
        with engine.connect() as connection:
            self._backends = [Path(f"/proc/{row.pid}/schedstat") for row in connection.execute(own)]

    def now(self) -> tuple[float, float]:
        """Of this process, and of the backends (Linux, where the database runs on this machine)."""
        backends = sum(int(file.read_text().split()[0]) for file in self._backends if file.exists())
        return 1000 * time.process_time(), backends / 1e6


def pages(app: Any, token: str, times: int = 25) -> dict[str, Any]:
    """The dashboard and CKAN's own index of organizations as a browser asks for them, same person, same machine.

    They are asked for in turn, so that what else the machine does weighs on both. What every page of CKAN asks the
    database (who is there, what is new for him) is measured on one that says nothing (``bare``).
    """
    addresses = {"ours": "/odl/atd/commune-0", "core": "/organization/", "bare": "/about"}
    spent: dict[str, list[tuple[float, float, float]]] = {name: [] for name in addresses}
    queries: dict[str, int] = {}

    def get(path: str) -> None:
        answer = app.test_client().get(path, headers={"Authorization": token})
        assert answer.status_code == 200, (path, answer.status_code)

    for name, path in addresses.items():
        get(path)
        with statements() as sent:
            get(path)
        queries[name] = len(sent)
    processor = Spent()
    for _ in range(times):
        for name, path in addresses.items():
            start, (own, backends) = time.perf_counter(), processor.now()
            get(path)
            after = processor.now()
            spent[name].append((1000 * (time.perf_counter() - start), after[0] - own, after[1] - backends))
    found: dict[str, Any] = {
        name: {
            "median_ms": round(statistics.median(one[0] for one in measured), 1),
            "least_ms": round(min(one[0] for one in measured), 1),
            "processor_ms": round(statistics.median(one[1] for one in measured), 1),
            "database_processor_ms": round(statistics.median(one[2] for one in measured), 1),
            "all_processor_ms": round(statistics.median(one[1] + one[2] for one in measured), 1),
            "queries": queries[name],
        }
        for name, measured in spent.items()
    }
    for figure in ("median_ms", "least_ms", "all_processor_ms"):
        found[f"ratio_{figure}"] = round(found["ours"][figure] / found["core"][figure], 3)
    return {**found, "goal_ratio": 1, "own_queries": queries["ours"] - queries["bare"], "goal_queries": 12}


def night(number: int) -> dict[str, Any]:
    """Collectivités computed by one process, each with ten datasets; what that makes for two workers."""
    ids = [f"o{n}" for n in range(2, number + 2)]
    for id_ in ids:
        datasets(id_, 10)
    model.Session.commit()
    start = time.perf_counter()
    for id_ in ids:
        recompute.recompute(id_)
    rate = number / (time.perf_counter() - start)
    start = time.perf_counter()
    for id_ in ids:
        recompute.recompute(id_)
    again = number / (time.perf_counter() - start)
    needed = WANTED_ORGANIZATIONS / WANTED_SECONDS / WORKERS
    return {
        "computed": number,
        "datasets_each": 10,
        "per_second_first": round(rate, 1),
        "per_second": round(again, 1),
        "per_second_needed_by_worker": round(needed, 1),
        "ratio": round(again / needed, 2),
    }


def tidy() -> None:
    """What the database does by itself in a portal that was not filled a second ago.

    Rows that another transaction might not see yet (a statistics run of the database's own) are left by a VACUUM, and
    make the planner choose other ways from one measurement to the next.
    """
    engine: Any = model.meta.engine
    seen = "SELECT relallvisible = relpages FROM pg_class WHERE oid = 'odl_progress'::regclass"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _ in range(20):
            connection.execute(sa.text("VACUUM ANALYZE"))
            if connection.execute(sa.text(seen)).scalar():
                break
            time.sleep(0.5)


def fill(count: int) -> tuple[str, str]:
    """An empty portal with its organizations: the name of a person who sees all, and a token of theirs."""
    engine: Any = model.meta.engine
    model.repo.rebuild_db()
    for plugin in ("activity", "odl"):
        _run_migrations(plugin=plugin)
    model.init_model(engine)  # migrations leave an engine behind that connects anew for each query
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    organizations(count)
    extras.write(["o0"], "odl_is_atd", "true")
    model.Session.commit()
    tidy()
    context: Any = {"ignore_auth": True, "user": user}
    return user, tk.get_action("api_token_create")(context, {"user": user, "name": "bench"})["token"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--organizations", type=int, default=WANTED_ORGANIZATIONS)
    parser.add_argument("--computed", type=int, default=200)
    options = parser.parse_args()
    # One backend for each query: what helpers of it spend could not be counted.
    os.environ["PGOPTIONS"] = "-c max_parallel_workers_per_gather=0"
    app: Any = make_app(load_config(str(ROOT / "test.ini")))
    flask = app._wsgi_app
    with flask.test_request_context():
        user, token = fill(options.organizations)
        found = {"one": one_collectivite(), "page": page(options.organizations, user)}
    found["pages"] = pages(flask, token)  # outside, as a request comes: within, it would remember the one before
    with flask.test_request_context():
        found["night"] = night(options.computed)
        model.repo.rebuild_db()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
