"""``python -m tests.portal.datagouv.killed INI SOURCE URL``: run a source in a process that may be killed."""

from __future__ import annotations

import os
import sys

from ckan.cli import load_config
from ckan.config.middleware import make_app


def main(ini: str, source: str, url: str) -> None:
    settings = load_config(ini)
    settings |= {"ckanext.odl.datagouv.url": url, "ckanext.odl.datagouv.loopback": "true"}
    is_long = int(os.environ.get("ODL_HARVEST_RECORDS", "0")) > 1000
    settings["ckanext.odl.datagouv.rate"] = "1000" if is_long else "10"  # a short run must not end before it is killed
    if is_long:
        settings["ckan.search.solr_commit"] = "false"
    app = make_app(settings)
    from ckanext.odl.harvest import run  # noqa: PLC0415 (after the portal is set up)

    with app._wsgi_app.test_request_context() if hasattr(app, "_wsgi_app") else app.test_request_context():
        run.advance(run.ask(source), lambda: False)


if __name__ == "__main__":
    main(*sys.argv[1:])
