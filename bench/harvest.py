"""Seconds of bringing datasets in from data.gouv.fr, beside a bare loop of ``package_create``; prints JSON.

``python3 -m dev.portal shell .venv/bin/python -m bench.harvest [--datasets 1000] [--most 1.2]`` adds to the database of
the tests: it serves invented datasets on loopback from a process of its own, as the real platform has one, creates as
many by a loop as one run brings in (the same fields, identifiers too), by turns of ten so that both meet the same
machine, then runs once more without a change. ``cpu`` is the time of this process's own thread,
without the database, the index and the stand-in. Ends with 1 when the run took more than ``--most`` times the loop, or
when the second run asked for more than the pages of the lists.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

# before CKAN, whose command line puts its own folder, with its own tests, first on the path
from tests.national import NationalServer, organization, records  # isort: split

from ckan import model
from ckan.cli import load_config
from ckan.config.middleware import make_app
from ckan.plugins import toolkit as tk

TURN = 10
#: The organization whose datasets the bare loop creates.
LOOP = "534fff91a3a7292c64a77e99"
_INI = Path(__file__).parent.parent / "test.ini"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=1000, help="brought in, and as many created by the loop")
    parser.add_argument("--most", type=float, default=1.2, help="times the loop")
    options = parser.parse_args()
    mark = f"{time.time_ns():x}"
    base = int(mark[-8:], 16) * 10**4
    theirs = [records.dataset(base + n, slug=f"{mark}-{n}") for n in range(options.datasets)]
    with _apart(NationalServer(theirs, [organization(), organization(LOOP, "Autre")])) as national:
        os.environ["CKAN_INI"] = str(_INI)
        settings = load_config(str(_INI))
        # no pause between two questions: what is measured is the work
        settings |= {
            "ckanext.odl.datagouv.url": national.url,
            "ckanext.odl.datagouv.loopback": "true",
            "ckanext.odl.datagouv.rate": "100000",
        }
        app: Any = make_app(settings)
        with getattr(app, "_wsgi_app", app).test_request_context():
            result = _measure(national, mark)
    ok = result["ratio"] <= options.most and result["unchanged"]["details"] == 0
    print(json.dumps({**result, "most": options.most, "ok": ok}, indent=2))
    return 0 if ok else 1


@contextmanager
def _apart(national: NationalServer) -> Iterator[NationalServer]:
    """The stand-in, served by a process of its own; what it was asked is known here too."""
    fork = multiprocessing.get_context("fork")
    with fork.Manager() as shared:
        asked: Any = shared.list()
        national.requests = asked
        server = fork.Process(target=_serve, args=[national], daemon=True)
        server.start()
        try:
            yield national
        finally:
            server.terminate()
            server.join()


def _serve(national: NationalServer) -> None:
    with national:
        threading.Event().wait()


def _measure(national: NationalServer, mark: str) -> dict[str, Any]:
    from ckanext.odl.datagouv import incoming
    from ckanext.odl.harvest import importing, run, sources
    from ckanext.odl.model import DatagouvLink
    from ckanext.odl.model.validation import clock
    from ckanext.odl.scdl import catalogue

    count = len(national.datasets)
    atd, commune = (_organization(f"banc-{mark}-{name}", name) for name in ("atd", "commune"))
    tk.get_action("member_create")(
        importing.context(), {"id": commune, "object": atd, "object_type": "group", "capacity": "parent"}
    )
    link = {"national_id": records.ORGANIZATION, "mode": "own", "auto_accept": True, "confirmed_at": clock()}
    DatagouvLink.put(model.Session(), commune, **link)
    model.Session.commit()
    source = sources.put(None, title="banc", atd_id=atd)
    loop, harvest = _Watch(), _Watch()
    asked, is_over = run.ask(source), False
    for first in range(0, count, TURN):
        made = [records.dataset(10**6 + n, LOOP, slug=f"{mark}-boucle-{n}") for n in range(first, first + TURN)]
        with loop:
            for record in made[: count - first]:
                mapped = incoming.dataset(record, catalogue())
                for file in mapped["resources"]:
                    file["id"] = str(uuid4())
                data = {**mapped, "id": str(uuid4()), "name": record["slug"], "owner_org": commune}
                tk.get_action("package_create")(importing.context(), data)
        done = itertools.count(1)
        with harvest:
            is_over = run.advance(asked, lambda done=done: next(done) == TURN)
    if not is_over:
        with harvest:
            run.advance(asked, lambda: False)
    del national.requests[:]
    start = time.perf_counter()
    run.advance(run.ask(source), lambda: False)
    again = time.perf_counter() - start
    lists = len(national.asked("?organization="))
    return {
        "datasets": count,
        "loop": loop.read(),
        "harvest": harvest.read(),
        "ratio": round(harvest.seconds / loop.seconds, 3),
        "ratio_cpu": round(harvest.cpu / loop.cpu, 3),
        "unchanged": {
            "seconds": round(again, 2),
            "list_pages": lists,
            "details": len(national.requests) - lists,
        },
        "in_portal": _count(commune),
    }


class _Watch:
    """Seconds on the wall and of this thread, over several laps."""

    def __init__(self) -> None:
        self.seconds = self.cpu = 0.0

    def __enter__(self) -> None:
        self._start = time.perf_counter(), time.thread_time()

    def __exit__(self, *_error: object) -> None:
        self.seconds += time.perf_counter() - self._start[0]
        self.cpu += time.thread_time() - self._start[1]

    def read(self) -> dict[str, float]:
        return {"seconds": round(self.seconds, 2), "cpu": round(self.cpu, 2)}


def _organization(name: str, title: str) -> str:
    from ckanext.odl.harvest import importing

    data = {"name": name, "title": title, "odl_is_atd": title == "atd", "odl_kind": "syndicat"}
    return tk.get_action("organization_create")(importing.context(), data)["id"]


def _count(organization_id: str) -> int:
    return model.Session.query(model.Package).filter_by(owner_org=organization_id, state="active").count()


if __name__ == "__main__":
    raise SystemExit(main())
