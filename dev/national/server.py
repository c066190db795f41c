"""udata's HTTP API on loopback, the stand-in of https://www.data.gouv.fr.

``python -m dev.national.server --port 7000 --world world.json --keys keys.json``

When it answers, the file given with ``--keys`` holds the ids and the API tokens
(see :func:`dev.national.world.load`).
Everything is in memory: a restart is the world of the file again.
"""

# pyright: reportMissingImports=false
# (udata is in an environment of its own)

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, run_simple

from dev.national import platform, world
from dev.portal.places import HOST, write_private


class Quiet(WSGIRequestHandler):
    """One line per request, without its headers."""

    def address_string(self) -> str:
        return self.headers.get("User-Agent", "-")


def pages(app: Any) -> None:
    """Answer for the pages of the site, which udata no longer brings, with what its API says of the same object."""
    from flask import redirect

    for kind in ("datasets", "organizations"):

        def show(name: str, kind: str = kind) -> Any:
            return redirect(f"/api/1/{kind}/{name}/")

        app.add_url_rule(f"/{kind}/<name>", f"page of {kind}", show)
        app.add_url_rule(f"/{kind}/<name>/", f"page of {kind}/", show)


def files(app: Any, contents: dict[str, str]) -> None:
    """Serve the files that the platform hosts, path → text."""
    from flask import Response, abort

    def show(path: str) -> Any:
        return Response(contents[path], mimetype="text/csv") if path in contents else abort(404)

    app.add_url_rule("/files/<path:path>", "file", show)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--world", type=Path, required=True)
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--road", action="append", default=[], help="PUBLIC=LOCAL origin of a portal of this machine")
    parser.add_argument("--local", action="store_true", help="accept addresses of this machine, unlike data.gouv.fr")
    parser.add_argument("--grace", type=int, default=7, help="days before what is no longer found is archived")
    options = parser.parse_args()
    roads = dict(road.split("=", 1) for road in options.road)
    address = f"http://{HOST}:{options.port}"
    app = platform.create(options.port, roads, local=options.local, grace=options.grace, pages=address)
    described = json.loads(options.world.read_text())
    pages(app)
    files(app, described.get("files", {}))
    with app.app_context():
        keys = world.load(described, site=address)
    write_private(options.keys, json.dumps({"url": address, **keys}, ensure_ascii=False, indent=1) + "\n")
    logging.getLogger("werkzeug").setLevel(logging.INFO)
    run_simple(HOST, options.port, app, threaded=True, request_handler=Quiet)


if __name__ == "__main__":
    main()
