"""« Déposer un fichier » under load: how long people wait, and whether anything is lost; prints JSON.

``python -m bench.deposit_pages [--posts 80] [--parallel 8] [--deposits 300] [--most 2]`` brings up a portal of its own.
Agents send files of one megabyte through the page, *parallel* at a time: ``posted`` is the answer to the form, ``page``
one that follows it (which gives a check a second). Then *deposits* files, each with bytes and faults of their
own, are brought over the API as fast as the portal takes them; once the workers are done each is read again: its
bytes, its state, the number of problems in its report. Ends with 1 when an answer takes longer than ``--most`` seconds
(95 of 100), or anything is lost or wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

import requests

from bench.deposit import OURS, Client
from dev import sample_files as files
from dev.portal.services import Services

MEGABYTE = 1 << 20
HEADER = "COMMUNE_NOM,COLL_INSEE,ENFANT_SEXE,ENFANT_PRENOM,NOMBRE_OCCURRENCES,ANNEE\n"
MODEL = "scdl/prenoms"
_TOKEN = re.compile(r'name="_csrf_token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="_csrf_token"')


def of_size(size: int) -> bytes:
    """A right file of the model « Subventions », of about so many bytes."""
    rows = files.subventions("Valbrune", files.siren(21480903), 2025)
    one = len(files.as_csv(files.SUBVENTIONS, rows)) / len(rows)
    return files.as_csv(files.SUBVENTIONS, (rows * (int(size / one / len(rows)) + 2))[: int(size / one)])


class Agent:
    """A person with a browser: logged in, and the page of deposits before them."""

    def __init__(self, portal: str, account: dict[str, Any], organization: str) -> None:
        self.url, self.session = portal, requests.Session()
        form = {"login": account["name"], "password": account["password"], "_csrf_token": self._token("/user/login")}
        self.session.post(f"{portal}/user/login", data=form, timeout=60).raise_for_status()
        self.place = f"/odl/depot?collectivite={organization}"

    def _token(self, address: str) -> str:
        page = self.session.get(self.url + address, timeout=60)
        page.raise_for_status()
        found = _TOKEN.search(page.text)
        if not found:
            raise RuntimeError(f"no form at {address}")
        return found[1] or found[2]

    def deposit(self, content: bytes) -> tuple[float, float]:
        """Send a file by the form; seconds until its answer, and until the page after it."""
        form = {"_csrf_token": self._token(self.place)}
        upload = {"upload": (f"subventions-{uuid4().hex[:6]}.csv", content)}
        start = time.perf_counter()
        sent = self.session.post(self.url + self.place, data=form, files=upload, allow_redirects=False, timeout=60)
        posted = time.perf_counter() - start
        if sent.status_code != 302:
            raise RuntimeError(f"{sent.status_code}: {sent.text[:300]}")
        start = time.perf_counter()
        self.session.get(urljoin(self.url, sent.headers["Location"]), timeout=60).raise_for_status()
        return posted, time.perf_counter() - start


def waits(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    last = ordered[max(0, round(len(ordered) * 0.95) - 1)]
    return {"p50_seconds": round(statistics.median(ordered), 2), "p95_seconds": round(last, 2)}


def pages(account: dict[str, Any], organization: str, posts: int, parallel: int) -> dict[str, Any]:
    """What people wait for, *parallel* of them at a time."""
    content = of_size(MEGABYTE)
    agents = [Agent(OURS.url, account, organization) for _ in range(parallel)]

    def send(agent: Agent) -> list[tuple[float, float]]:
        return [agent.deposit(content + f"\n{uuid4()}".encode()) for _ in range(posts // parallel)]

    with ThreadPoolExecutor(parallel) as pool:
        list(pool.map(lambda agent: agent.deposit(content), agents))  # warm the web processes up
        both = [pair for found in pool.map(send, agents) for pair in found]
    posted, page = ([pair[part] for pair in both] for part in (0, 1))
    return {"file_bytes": len(content), "posts": len(both), "posted": waits(posted), "page": waits(page)}


@dataclass
class Sent:
    """A file as it was sent, and what is to be said of it."""

    id: str
    sha256: str
    errors: int


def numbered(number: int) -> tuple[bytes, int]:
    """A file like no other, and how many of its cells are wrong."""
    errors = number % 4
    sexes = ["X" if row < errors else "F" for row in range(20)]
    lines = [f"Valbrune,48903,{sex},Louise,{3 + row + 20 * number},2024\n" for row, sex in enumerate(sexes)]
    return (HEADER + "".join(lines)).encode(), errors


def lossless(client: Client, organization: str, count: int, parallel: int, patience: float) -> dict[str, Any]:
    """Bring many files at once, then look for each."""

    def bring(number: int) -> Sent:
        content, errors = numbered(number)
        made = client.call("odl_deposit_create", upload=content, organization=organization, schema=MODEL)
        return Sent(made["id"], hashlib.sha256(content).hexdigest(), errors)

    start = time.perf_counter()
    with ThreadPoolExecutor(parallel) as pool:
        sent = list(pool.map(bring, range(count)))
    taken = time.perf_counter() - start
    found: Counter[str] = Counter()
    for one in sent:
        found[_fate(client, one, start + patience)] += 1
    return {
        "deposits": count,
        "distinct": len({one.id for one in sent}),
        "seconds_to_take_in": round(taken, 1),
        "seconds_until_all_read": round(time.perf_counter() - start, 1),
        "per_hour": round(count / (time.perf_counter() - start) * 3600),
        **{fate: found[fate] for fate in ("kept", "lost", "wrong", "unread")},
    }


def _fate(client: Client, sent: Sent, until: float) -> str:
    """``kept``, ``lost`` (gone, or other bytes), ``wrong`` (another report than it deserves), ``unread``."""
    while True:
        try:
            shown = client.call("odl_deposit_show", id=sent.id)
        except requests.HTTPError:
            return "lost"
        if shown["report"] is not None or time.perf_counter() > until:
            break
        time.sleep(0.2)
    file = shown["file"]
    address = f"{client.url}/odl/depot/{sent.id}/fichiers/{file['id']}"
    bytes_ = requests.get(address, headers=client.headers, timeout=60)
    if file["sha256"] != sent.sha256 or hashlib.sha256(bytes_.content).hexdigest() != sent.sha256:
        return "lost"
    if shown["report"] is None:
        return "unread"
    is_right = shown["report"]["counts"]["errors"] == sent.errors
    return "kept" if is_right and file["state"] == ("invalid" if sent.errors else "valid") else "wrong"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=80)
    parser.add_argument("--parallel", type=int, default=8)
    parser.add_argument("--deposits", type=int, default=300)
    parser.add_argument("--most", type=float, default=2.0, help="seconds, for 95 answers of 100")
    parser.add_argument("--patience", type=float, default=3600, help="seconds until all must be read")
    options = parser.parse_args()
    Services().start()
    OURS.start()
    try:
        client, name = Client(OURS), f"bench-{uuid4().hex[:8]}"
        client.call("organization_create", name=name, title=name, odl_kind="autre")
        accounts = json.loads(OURS.accounts.read_text())["accounts"]
        account = next(one for one in accounts if one["role"] == "sysadmin")
        found = {
            "parallel": options.parallel,
            **pages(account, name, options.posts, options.parallel),
            "burst": lossless(client, name, options.deposits, options.parallel, options.patience),
        }
    finally:
        OURS.stop()
    slowest = max(found[part]["p95_seconds"] for part in ("posted", "page"))
    ok = slowest <= options.most and found["burst"]["kept"] == found["burst"]["distinct"] == options.deposits
    print(json.dumps({**found, "most_seconds": options.most, "ok": ok}))
    return int(not ok)


if __name__ == "__main__":
    raise SystemExit(main())
