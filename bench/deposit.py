"""Uploads per second with and without the extension, on the same machine in one run; prints JSON.

``python -m bench.deposit [--uploads 40] [--rounds 6] [--parallel 8] [--rows 1000]`` brings up two portals (one of plain
CKAN), sends the same file to both by turns, and stops them. Ours takes two turns: with its worker on the same
processor, and with one that begins when all files have arrived, as one on a machine of its own takes nothing from
those who send. Each turn ends when all its files are checked, so that none works for the one before. Ratios are what
counts; the seconds are this machine's.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import requests

from bench import processor
from dev import sample_files as files
from dev.portal.instance import Instance
from dev.portal.processes import Process
from dev.portal.services import Services

PLAIN = Instance("bench_plain", redis_database=5, plugins="activity text_view image_view")
# one account sends everything: no limit per account
OURS = Instance("bench_odl", redis_database=6, settings=(("ckanext.odl.rates.deposit", "0"),))
APART = "odl_worker_apart"
TURNS = {"plain": PLAIN, "odl": OURS, APART: OURS}


class Client:
    """A vendor's program: a token and the API."""

    def __init__(self, instance: Instance) -> None:
        account = next(a for a in json.loads(instance.accounts.read_text())["accounts"] if a["role"] == "sysadmin")
        self.url, self.headers = instance.url, {"Authorization": account["token"]}
        self.is_ours = instance is OURS

    def call(self, action: str, upload: bytes | None = None, **data: Any) -> dict[str, Any]:
        address = f"{self.url}/api/3/action/{action}"
        if upload is None:
            answer = requests.post(address, json=data, headers=self.headers, timeout=120)
        else:
            sent = {"upload": ("subventions.csv", upload)}
            answer = requests.post(address, data=data, files=sent, headers=self.headers, timeout=120)
        answer.raise_for_status()
        return answer.json()["result"]


def datasets(client: Client, count: int) -> list[str]:
    """New datasets to upload into: one each, so that no upload waits for another's lock."""
    name = f"bench-{uuid4().hex[:8]}"
    kind: dict[str, Any] = {"odl_kind": "autre"} if client.is_ours else {}
    client.call("organization_create", name=name, title=name, **kind)
    words: dict[str, Any] = {"owner_org": name, "title": name, "notes": "bench", "license_id": "lov2"}
    return [client.call("package_create", name=f"{name}-{i}", **words)["id"] for i in range(count)]


def measure(turn: str, client: Client, content: bytes, uploads: int, parallel: int) -> dict[str, Any]:
    """Send the file *uploads* times, *parallel* at once; seconds of each answer, and of processor for each upload.

    The processor's seconds are those spent until the last answer; what the worker does later is not among them.
    """
    instance = TURNS[turn]
    if turn == APART:
        instance.processes["worker"].stop()
    targets = datasets(client, uploads)
    services = {part: Process(part) for part in ("postgres", "solr", "redis")}
    parts = {part: instance.processes[part] for part in ("web", "worker")} | services

    def send(package_id: str) -> tuple[float, str]:
        start = time.perf_counter()
        model = {"odl_schema": "scdl/subventions"} if client.is_ours else {}
        made = client.call("resource_create", upload=content, package_id=package_id, name="subventions.csv", **model)
        return time.perf_counter() - start, made["id"]

    before, start = processor.used(parts), time.perf_counter()
    with ThreadPoolExecutor(parallel) as pool:
        sent = list(pool.map(send, targets))
    lasted, after = time.perf_counter() - start, processor.used(parts)
    if turn == APART:
        instance.start_worker()
    if client.is_ours:
        for _seconds, resource_id in sent:
            while client.call("odl_validation_show", id=resource_id)["state"] != "done":
                time.sleep(0.2)
    return {
        "seconds": lasted,
        "answers": sorted(seconds for seconds, _id in sent),
        "all_checked_seconds": time.perf_counter() - start,
        "processor": {part: after[part] - before[part] for part in parts},
    }


def _p95(answers: list[float]) -> float:
    return answers[int(len(answers) * 0.95) - 1]


def told(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures of all rounds of a portal."""
    answers = sorted(seconds for one in rounds for seconds in one["answers"])
    spent = {part: sum(one["processor"][part] for one in rounds) for part in rounds[0]["processor"]}
    return {
        "uploads_per_second": round(statistics.median(len(one["answers"]) / one["seconds"] for one in rounds), 2),
        "p50_seconds": round(statistics.median(answers), 3),
        "p95_seconds": round(_p95(answers), 3),
        "all_checked_seconds": round(statistics.median(one["all_checked_seconds"] for one in rounds), 1),
        "processor_ms_per_upload": {part: round(1000 * spent[part] / len(answers), 1) for part in spent},
    }


def against(plain: list[dict[str, Any]], ours: list[dict[str, Any]]) -> dict[str, float]:
    """How ours stands to plain CKAN: the median of all rounds, each compared with the one beside it."""
    both = list(zip(plain, ours, strict=True))

    return {
        "throughput_ratio": round(statistics.median(a["seconds"] / b["seconds"] for a, b in both), 2),
        "p95_ratio": round(statistics.median(_p95(b["answers"]) / _p95(a["answers"]) for a, b in both), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=40, help="of a round")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--parallel", type=int, default=8)
    parser.add_argument("--rows", type=int, default=1000)
    options = parser.parse_args()
    rows = files.subventions("Valbrune", files.siren(21480903), 2025)
    content = files.as_csv(files.SUBVENTIONS, (rows * (options.rows // len(rows) + 1))[: options.rows])
    Services().start()
    for instance in (PLAIN, OURS):
        instance.start()
    clients = {turn: Client(instance) for turn, instance in TURNS.items()}
    measured: dict[str, list[dict[str, Any]]] = {turn: [] for turn in TURNS}
    for number in range(options.rounds + 1):
        for turn, client in clients.items():
            one = measure(turn, client, content, options.uploads, options.parallel)
            if number:  # the first round warms up
                measured[turn].append(one)
    for instance in (PLAIN, OURS):
        instance.stop()
    results = {turn: told(rounds) for turn, rounds in measured.items()}
    for turn in ("odl", APART):
        results[turn] |= against(measured["plain"], measured[turn])
    asked = {name: getattr(options, name) for name in ("uploads", "rounds", "parallel")}
    print(json.dumps({"file_bytes": len(content), **asked, **results}))


if __name__ == "__main__":
    main()
