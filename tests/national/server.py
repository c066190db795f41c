"""The stand-in: ``with NationalServer(records) as national: national.url``, or ``python -m tests.national.server``.

It answers as udata does (statuses, paging, ``X-Fields``, redirect of an old slug) and has, on demand, the faults of
:data:`KINDS`. Its data may be changed while it runs.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from .records import Record, invented, organization

KINDS = {
    "429": "asks to wait (value: Retry-After)",
    "500": "fails in JSON",
    "500-html": "fails with a web page",
    "status": "answers with the status of value",
    "html": "answers 200 with a web page",
    "half": "answers with the first half of its JSON",
    "cut": "hangs up in the middle of its answer",
    "hang": "never answers",
    "slow": "sends a byte now and then (value: seconds between them)",
    "large": "answers with value bytes",
    "redirect": "points to the address of value",
    "gone": "410: it was deleted",
    "missing": "404: it is private or never was",
    "malformed": "the record of the detail, or the first of the list, is value",
    "endless": "the list always has a next page",
    "reorder": "the list is in another order on each page",
    "shift": "the last record of the list comes first, from the second page on",
    "duplicate": "the first record of the list stands there twice, and is counted twice",
    "total": "the list announces value records more than it has",
}
_HTML = b"<!doctype html><title>Maintenance</title><h1>Nous revenons bient\xc3\xb4t</h1>"


@dataclass
class Fault:
    """One fault (:data:`KINDS`) of the answers whose path and query match *where*.

    ``times``: how many answers have it, None for all; ``after``: how many come before it that have not.
    """

    kind: str
    where: str = ""
    times: int | None = None
    after: int = 0
    value: Any = None
    met: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(self.kind)

    def strikes(self, address: str) -> bool:
        """Whether the answer to *address* has this fault; counts it."""
        if not re.search(self.where, address):
            return False
        self.met += 1
        return self.met > self.after and (self.times is None or self.met <= self.after + self.times)


class NationalServer:
    """A data.gouv.fr of a few organizations.

    :param datasets: their datasets, whole (:func:`tests.national.records.dataset`)
    :param organizations: the organizations; one by default
    :param faults: what goes wrong
    :param hand: things asked for by their path, as ``{"/api/1/harvest/job/x/": {...}}``; a list under a path that ends
        with ``[]`` is paged
    """

    def __init__(
        self,
        datasets: Iterable[Record] = (),
        organizations: Iterable[Record] | None = None,
        faults: Sequence[Fault] = (),
        hand: dict[str, Any] | None = None,
        port: int = 0,
    ) -> None:
        self.datasets: dict[str, Record] = {record["id"]: record for record in datasets}
        self.organizations = {record["id"]: record for record in organizations or [organization()]}
        self.faults = list(faults)
        self.hand = dict(hand or {})
        self.files: dict[str, bytes] = {}
        self.old_slugs: dict[str, str] = {}
        self.requests: list[str] = []
        """Paths and queries, in the order in which they were asked."""
        self.headers: list[dict[str, str]] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        handler = type("Handler", (_Handler,), {"national": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> NationalServer:
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()

    def asked(self, part: str = "") -> list[str]:
        """The requests whose address has *part* in it."""
        return [address for address in self.requests if part in address]

    # -- what it answers -----------------------------------------------------------------------------------------------

    def answer(self, address: str, headers: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        """Status, headers and body (bytes, or what becomes JSON) without faults of the line."""
        parts = urlsplit(address)
        path, query = unquote(parts.path), {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if path in self.hand:
            return 200, {}, self.hand[path]
        if f"{path}[]" in self.hand:
            return self._listed(address, path, query, self.hand[f"{path}[]"])
        if path.startswith("/fichiers/"):
            return 200, {"Content-Type": "text/csv"}, self.files.get(path, b"id;nom\n1;exemple\n")
        if path == "/api/1/datasets/schemas/":
            return 200, {}, []
        if path == "/api/1/datasets/":
            return self._datasets(address, path, query)
        if match := re.fullmatch(r"/api/1/datasets/r/([\w-]+)/?", path):
            return self._file(match[1])
        if match := re.fullmatch(r"/api/1/datasets/([\w-]+)/", path):
            return self._dataset(match[1])
        if path == "/api/1/organizations/":
            return self._organizations(address, path, query)
        if path == "/api/1/organizations/suggest/":
            words = query.get("q", "").lower()
            near = [record for record in self.organizations.values() if words in record["name"].lower()]
            return 200, {}, [{name: record[name] for name in ("id", "name", "slug", "page")} for record in near]
        if match := re.fullmatch(r"/api/1/organizations/([\w-]+)/", path):
            record = self.organizations.get(match[1])
            if record and record["deleted"]:
                return 410, {}, {"message": "Organization has been deleted"}
            return (200, {}, record) if record else _missing()
        if match := re.fullmatch(r"/api/1/spatial/zones/([^/]+)/", path):
            ids = match[1].split(",")
            if unknown := [id for id in ids if not re.fullmatch(r"fr:\w+:\w+|country:fr", id)]:
                return 404, {}, {"message": f"Unknown zone identifiers: {', '.join(unknown)}"}
            return 200, {}, {"type": "FeatureCollection", "features": [_zone(id) for id in ids]}
        if path in ("/api/1/reuses/", "/api/1/discussions/", "/api/1/harvest/sources/"):
            return self._listed(address, path, query, [])
        return _missing()

    def _datasets(self, address: str, path: str, query: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        wanted = query.get("organization", "")
        if not re.fullmatch(r"[0-9a-f]{24}", wanted):
            return 400, {}, {"message": "Organization arg must be an identifier"}
        found = [
            record
            for record in self.datasets.values()
            if (record.get("organization") or {}).get("id") == wanted
            and not (record["archived"] or record["deleted"] or record["private"])
        ]
        return self._listed(address, path, query, found)

    def _dataset(self, id: str) -> tuple[int, dict[str, str], Any]:
        if id in self.old_slugs:
            return 308, {"Location": f"/api/1/datasets/{self.old_slugs[id]}/"}, {}
        record = self.datasets.get(id) or next((r for r in self.datasets.values() if r["slug"] == id), None)
        if record is None or record["private"]:
            return _missing()
        if record["deleted"]:
            return 410, {}, {"message": "Dataset has been deleted"}
        return 200, {}, {**record, "resources": [self._here(each) for each in record["resources"]]}

    def _here(self, resource: Record) -> Record:
        """A file with the addresses of this server."""
        addresses = {name: resource.get(name) for name in ("url", "latest")}
        return resource | {name: self.url + url for name, url in addresses.items() if url and url.startswith("/")}

    def _file(self, id: str) -> tuple[int, dict[str, str], Any]:
        for record in self.datasets.values():
            for resource in record["resources"]:
                if resource["id"] == id:
                    return 302, {"Location": self._here(resource)["url"]}, {}
        return _missing()

    def _organizations(self, address: str, path: str, query: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        found = [
            record
            for record in self.organizations.values()
            if query.get("business_number_id", record["business_number_id"]) == record["business_number_id"]
            and query.get("name", record["name"]).lower() == record["name"].lower()
        ]
        return self._listed(address, path, query, found)

    def _listed(
        self, address: str, path: str, query: dict[str, str], records: Sequence[Any]
    ) -> tuple[int, dict[str, str], Any]:
        """One page of a list."""
        page, size = int(query.get("page", 1)), int(query.get("page_size", 20))
        if page < 1:
            return 400, {}, {"message": "page must be positive"}
        records, total, is_endless = list(records), len(records), False
        for fault in self._struck(address, ("duplicate", "reorder", "shift", "total", "endless")):
            if fault.kind == "duplicate" and records:
                records.append(records[0])
                total += 1
            elif fault.kind == "reorder":
                random.Random(fault.met).shuffle(records)
            elif fault.kind == "shift":
                records = records[-1:] + records[:-1]
            elif fault.kind == "total":
                total += fault.value
            elif fault.kind == "endless":
                is_endless = True
        start = (page - 1) * size
        here = records[start : start + size]
        if is_endless:
            here = here or records[:size]
        elif start and not here:
            return _missing()
        following = None
        if is_endless or start + size < len(records):
            following = f"{self.url}{path}?{urlencode({**query, 'page': page + 1, 'page_size': size})}"
        return 200, {}, {"data": here, "next_page": following, "page": page, "page_size": size, "total": total}

    def _struck(self, address: str, kinds: Iterable[str]) -> list[Fault]:
        with self._lock:
            return [fault for fault in self.faults if fault.kind in kinds and fault.strikes(address)]


def _missing() -> tuple[int, dict[str, str], Any]:
    return 404, {}, {"message": "The requested URL was not found on the server."}


def _zone(id: str) -> Record:
    _, level, code = [*id.split(":"), "", ""][:3]
    name = {"35328": "Sixt-sur-Aff"}.get(code, f"Territoire {code}")
    return {
        "type": "Feature",
        "id": id,
        "geometry": None,
        "properties": {"name": name, "level": f"fr:{level}", "code": code},
    }


_ON_THE_LINE = (
    "429", "500", "500-html", "status", "html", "half", "cut", "hang", "slow", "large", "redirect", "gone", "missing",
    "malformed",
)  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    national: NationalServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        national, headers = self.national, {name.lower(): value for name, value in self.headers.items()}
        with national._lock:
            national.requests.append(self.path)
            national.headers.append(headers)
        status, more, body = national.answer(self.path, headers)
        mask = headers.get("x-fields")
        if mask and status == 200 and not isinstance(body, bytes):
            body = masked(body, mask)
        fault = next(iter(national._struck(self.path, _ON_THE_LINE)), None)
        if fault:
            status, more, body = self._spoilt(fault, status, more, body)
        is_file = isinstance(body, bytes)
        content = body if is_file else json.dumps(body, ensure_ascii=False).encode()
        if fault and fault.kind == "half":
            content = content[: len(content) // 2]
        self._send(status, {"Content-Type": "application/json", **more}, content, fault)

    def _spoilt(self, fault: Fault, status: int, more: dict[str, str], body: Any) -> tuple[int, dict[str, str], Any]:
        page = {"Content-Type": "text/html; charset=utf-8"}
        if fault.kind == "429":
            wait = {} if fault.value is None else {"Retry-After": str(fault.value)}
            return 429, wait, {"message": "Too many requests"}
        if fault.kind == "hang":
            self.national._closing.wait(60)
            return 503, {}, {}
        if fault.kind == "large":
            return 200, {}, b" " * fault.value + b"{}"
        if fault.kind == "malformed":
            if isinstance(body, dict) and isinstance(body.get("data"), list):
                return status, more, {**body, "data": [fault.value, *body["data"][1:]]}
            return status, more, fault.value
        answers: dict[str, tuple[int, dict[str, str], Any]] = {
            "500": (500, {}, {"message": "Internal error"}),
            "500-html": (502, page, _HTML),
            "status": (fault.value, {}, {"message": "No"}),
            "html": (200, page, _HTML),
            "redirect": (302, {"Location": str(fault.value)}, {}),
            "gone": (410, {}, {"message": "Dataset has been deleted"}),
            "missing": _missing(),
        }
        return answers.get(fault.kind, (status, more, body))

    def _send(self, status: int, headers: dict[str, str], content: bytes, fault: Fault | None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            if fault and fault.kind == "cut":
                self.wfile.write(content[: len(content) // 2])
                self.close_connection = True
            elif fault and fault.kind == "slow":
                for byte in content:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    if self.national._closing.wait(fault.value or 0.1):
                        break
                self.close_connection = True
            else:
                self.wfile.write(content)
        except OSError:
            self.close_connection = True  # the other side had enough

    def log_message(self, format: str, *args: Any) -> None:
        pass


def masked(value: Any, mask: str) -> Any:
    """Keep of *value* what an ``X-Fields`` mask names (flask-restx: ``a,b{c,d}``); what is not there is left out."""
    fields, rest = _fields(mask.strip().removeprefix("{"))
    if rest not in ("", "}"):
        raise ValueError(mask)
    return _kept(value, fields)


def _fields(text: str) -> tuple[dict[str, Any], str]:
    found: dict[str, Any] = {}
    while match := re.match(r"\s*,?\s*(\w+)\s*", text):
        text, inner = text[match.end() :], None
        if text.startswith("{"):
            inner, text = _fields(text[1:])
            text = text.removeprefix("}")
        found[match[1]] = inner
    return found, text


def _kept(value: Any, fields: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_kept(item, fields) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: value[name] if inner is None else _kept(value[name], inner)
        for name, inner in fields.items()
        if name in value
    }


def main() -> None:
    """Serve invented datasets until interrupted; the first line printed is JSON: address, organizations, datasets."""
    parser = argparse.ArgumentParser(prog="python -m tests.national.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--records", type=int, default=20, help="how many datasets")
    parser.add_argument("--fault", action="append", default=[], choices=sorted(KINDS), help="what goes wrong")
    parser.add_argument("--value", help="the value of the faults (a number where they want one)")
    options = parser.parse_args()
    value = int(options.value) if (options.value or "").isdigit() else options.value
    faults = [Fault(kind, value=value) for kind in options.fault]
    with NationalServer(invented(options.records), faults=faults, port=options.port) as national:
        about = {"url": national.url, "organizations": list(national.organizations), "datasets": len(national.datasets)}
        print(json.dumps(about), flush=True)
        for _ in itertools.count():
            time.sleep(3600)


if __name__ == "__main__":
    main()
