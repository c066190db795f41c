"""A web server that plays a portal: it answers what a test wrote, under a public name."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Stage:
    """Serves ``documents`` (path → kind, bytes) and the CKAN API's two actions over ``packages`` (name → package)."""

    site = "https://scene.causses-exemple.fr"

    def __init__(self) -> None:
        self.documents: dict[str, tuple[str, bytes]] = {}
        self.packages: dict[str, dict[str, Any]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def play_ckan(self, packages: Sequence[Mapping[str, Any]]) -> str:
        """Answer as a CKAN that holds *packages*; returns the address that a harvester is given."""
        self.packages = {package["name"] or package["id"]: dict(package) for package in packages}
        return f"{self.site}/"

    def play_feed(self, rdf: str | bytes, name: str = "feed.rdf") -> str:
        """Answer with a DCAT catalogue in RDF/XML; returns its address."""
        self.documents[f"/{name}"] = ("application/rdf+xml", rdf.encode() if isinstance(rdf, str) else rdf)
        return f"{self.site}/{name}"

    def _answer(self, target: str) -> tuple[str, bytes] | None:
        url = urlsplit(target)
        if url.path.endswith("/package_list"):
            result: Any = list(self.packages)
        elif url.path.endswith("/package_show"):
            result = self.packages[parse_qs(url.query)["id"][0]]
        else:
            return self.documents.get(url.path)
        return "application/json", json.dumps({"success": True, "result": result}).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stage = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer = stage._answer(self.path)
                kind, body = answer or ("text/plain", b"nothing here")
                self.send_response(200 if answer else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body)

            do_HEAD = do_GET

            def log_message(self, *_words: Any) -> None:
                pass

        return Handler

    def __enter__(self) -> Stage:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
