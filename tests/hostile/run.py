"""The corpus through the function and through a real portal; prints a table as JSON, ends with 1 when a goal is missed.

``python -m tests.hostile.run`` brings up a portal of its own with one worker, uploads each file by the API as an agent
does, and asks the portal all the while whether it is well. Traffic goes to loopback only.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests

from bench.deposit import Client
from ckanext.odl.validation import guarded
from dev.portal.instance import Instance
from dev.portal.services import Services
from tests.hostile.case import Case
from tests.hostile.corpus import answers, corpus, given

# one account deposits them all, without pause
PORTAL = Instance("bench_odl", redis_database=6, settings=(("ckanext.odl.rates.deposit", "0"),))
GOALS = {"seconds_p95": 1.5, "seconds_max": 12.0, "status_p99_seconds": 0.1}
MEBIBYTES = 768
_PATIENCE = 900
#: Programs, which the portal refuses at the door.
REFUSED = ("disguise-elf.", "disguise-exe.")


def through_the_function(cases: list[Case]) -> dict[str, Any]:
    """Each file judged by a child of this process."""
    wrong, seconds = {}, []
    expected = answers()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "upload")
        for case in cases:
            path.write_bytes(case.make())
            start = time.monotonic()
            found = given(guarded(path, case.schema, name=case.name, memory=MEBIBYTES))
            seconds.append(time.monotonic() - start)
            if found != expected[case.name]:
                wrong[case.name] = {"expected": expected[case.name], "found": found}
    return {"files": len(cases), "wrong": wrong, **_spread(seconds)}


def _spread(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        "seconds_p50": round(statistics.median(ordered), 3),
        "seconds_p95": round(ordered[int(len(ordered) * 0.95) - 1], 3),
        "seconds_max": round(ordered[-1], 3),
    }


class _Pulse(threading.Thread):
    """Asks the portal how it is, ten times a second, for as long as the others work."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url = f"{url}/api/3/action/status_show"
        self.seconds: list[float] = []
        self.failures = 0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.1):
            start = time.perf_counter()
            try:
                self.failures += requests.get(self.url, timeout=30).status_code != 200
            except requests.RequestException:
                self.failures += 1
            self.seconds.append(time.perf_counter() - start)


def through_the_portal(cases: list[Case]) -> dict[str, Any]:
    """Each file deposited in a dataset of its own, then the report that the portal shows of it."""
    client = Client(PORTAL)
    pulse = _Pulse(PORTAL.url)
    pulse.start()
    worker = _worker()
    organization = f"hostile-{int(time.time())}"
    client.call("organization_create", name=organization, title=organization, odl_kind="autre")
    with ThreadPoolExecutor(4) as pool:
        sent = dict(pool.map(lambda item: _deposit(client, organization, *item), enumerate(cases)))
    statuses = Counter(answer["status"] for answer in sent.values())
    doors = {name for name, answer in sent.items() if answer["status"] == 409}
    ids = {name: answer["id"] for name, answer in sent.items() if answer["id"]}
    reports = _reports(client, ids)
    pulse.over.set()
    pulse.join()
    expected = answers()
    wrong = {
        name: {"expected": expected[name], "found": found} for name, found in reports.items() if found != expected[name]
    }
    waits = sorted(pulse.seconds)
    return {
        "files": len(cases),
        "http": {str(status): count for status, count in sorted(statuses.items())},
        "wrong": wrong,
        "refused_at_the_door": sorted(doors),
        "never_judged": sorted(set(ids) - set(reports)),
        "worker_deaths": int(_worker() != worker),
        "status_failures": pulse.failures,
        "status_p99_seconds": round(waits[int(len(waits) * 0.99) - 1], 3) if waits else None,
    }


def _worker() -> str:
    """The process id of the worker, below the keeper that would start it again."""
    keeper = PORTAL.processes["worker"].keeper_pid
    return "".join((task / "children").read_text() for task in Path(f"/proc/{keeper}/task").iterdir()).strip()


def _deposit(client: Client, organization: str, number: int, case: Case) -> tuple[str, dict[str, Any]]:
    words = {"title": f"{organization} {number}", "notes": "x", "license_id": "lov2", "owner_org": organization}
    package = client.call("package_create", name=f"{organization}-{number}", **words)["id"]
    data = {"package_id": package, "name": case.name, "url": case.name}
    if case.schema:
        id_, _, version = case.schema.partition("@")
        data |= {"odl_schema": id_, "odl_schema_version": version}
    files = {"upload": (case.name, case.make())}
    answer = requests.post(
        f"{client.url}/api/3/action/resource_create", data=data, files=files, headers=client.headers, timeout=120
    )
    return case.name, {"status": answer.status_code, "id": answer.json()["result"]["id"] if answer.ok else None}


def _reports(client: Client, ids: dict[str, str]) -> dict[str, Any]:
    left, found, until = dict(ids), {}, time.monotonic() + _PATIENCE
    while left and time.monotonic() < until:
        for name, id_ in list(left.items()):
            shown = client.call("odl_validation_show", id=id_)
            if shown["state"] == "done":
                found[name] = given(shown["report"])
                del left[name]
        time.sleep(1)
    return found


def main() -> int:
    cases = corpus()
    Services().start()
    PORTAL.start()
    try:
        result = {"function": through_the_function(cases), "portal": through_the_portal(cases), "goals": GOALS}
    finally:
        PORTAL.stop()
    print(json.dumps(result, ensure_ascii=False))
    function, portal = result["function"], result["portal"]
    right = (
        not function["wrong"]
        and not portal["wrong"]
        and not portal["never_judged"]
        and set(portal["http"]) <= {"200", "409"}
    )
    return 0 if right and not portal["worker_deaths"] and not portal["status_failures"] else 1


if __name__ == "__main__":
    sys.exit(main())
