"""Run udata's own harvester on an address and print what data.gouv.fr would hold.

``python -m dev.national.harvest dcat http://127.0.0.1:5000/odl/dcat/valbrune.rdf``
``python -m dev.national.harvest ckan http://127.0.0.1:5000/ [--filter organization=valbrune]``

Prints one JSON object: ``job`` (``status``, ``errors``, ``items``) and ``datasets``, as udata's API shows them.
Ends with 0 only when the job is ``done``: neither ``failed`` nor ``done-errors``.
"""

# pyright: reportMissingImports=false
# (udata is in an environment of its own)

from __future__ import annotations

import argparse
import json
import sys
from typing import Any
from urllib.parse import urlsplit

from dev.national import platform, world

NAME = "Portail moissonné"


def run(app: Any, backend: str, url: str, filters: list[dict[str, str]]) -> dict[str, Any]:
    """Harvest *url* once, for an organization of its own."""
    from udata.core.organization.models import Organization
    from udata.harvest.backends import get_backend
    from udata.harvest.models import HarvestSource
    from udata.models import Dataset

    with app.app_context():
        world.load({"organizations": [{"name": NAME}]})
        owner = Organization.objects.get(name=NAME)
        config = {"filters": filters} if filters else {}
        source = HarvestSource(name=NAME, url=url, backend=backend, organization=owner, config=config).save()
        job = get_backend(backend)(source).harvest()
        client = app.test_client()
        base = f"http://{app.config['SERVER_NAME']}"
        return {
            "job": {
                "status": job.status,
                "errors": [error.message for error in job.errors],
                "items": [
                    {
                        "remote_id": item.remote_id,
                        "status": item.status,
                        "errors": [error.message for error in item.errors],
                        "logs": [f"{log.level}: {log.message}" for log in item.logs],
                    }
                    for item in job.items
                ],
            },
            "datasets": [client.get(f"/api/1/datasets/{d.id}/", base_url=base).json for d in Dataset.objects],
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("backend", choices=["ckan", "dcat"])
    parser.add_argument("url")
    parser.add_argument("--filter", action="append", default=[], help="KEY=VALUE, for CKAN")
    parser.add_argument(
        "--as", dest="public", help="the public origin that the portal bears, such as https://portail.fr"
    )
    options = parser.parse_args()
    url, roads = urlsplit(options.url), {}
    if options.public:
        roads = {options.public: f"{url.scheme}://{url.netloc}"}
        public = urlsplit(options.public)
        url = url._replace(scheme=public.scheme, netloc=public.netloc)
    app = platform.create(7000, roads, local=not options.public)
    filters = [{"key": key, "value": value} for key, value in (each.split("=", 1) for each in options.filter)]
    result = run(app, options.backend, url.geturl(), filters)
    json.dump(result, sys.stdout, ensure_ascii=False, indent=1, default=str)
    print()
    return 0 if result["job"]["status"] == "done" else 1


if __name__ == "__main__":
    sys.exit(main())
