"""A collection campaign of many members, in figures: made ready, queued, a file filled in for each; prints JSON.

``python3 -m dev.portal shell .venv/bin/python -m bench.campaign [--members 300] [--most 60]`` empties the database of
the tests, makes an ATD by CKAN and its members by SQL, and prepares a campaign as the page does: the members taken in
with their addresses, the messages queued, and the half-filled file of each made as the worker makes it before it
sends. No message leaves. Ends with 1 when that takes more than ``--most`` seconds.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.cli import load_config
from ckan.cli.db import _run_migrations
from ckan.config.middleware import make_app
from ckan.plugins import toolkit as tk

ROOT = Path(__file__).resolve().parent.parent
MODEL, PERIOD = "scdl/subventions", "2025"
CONTACT = {"name": "Claude Exemple", "email": "donnees@exemple.test", "phone": "04 00 00 00 00"}


def call(action: str, **data: Any) -> Any:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(action)({"ignore_auth": True, "user": user}, data)


def members(atd_id: str, count: int) -> None:
    """Communes under an ATD, by SQL."""
    has_column = not hasattr(model, "GroupExtra")
    known = """, json_build_object('odl_kind', 'commune', 'odl_insee', lpad((10000 + n)::text, 5, '0'))::jsonb"""
    column, value = (", extras", known) if has_column else ("", "")
    model.Session.execute(
        sa.text(
            f"""INSERT INTO "group" (id, name, title, type, description, image_url, created,
            is_organization, approval_status, state{column})
            SELECT 'o' || n, 'commune-' || n, 'Commune ' || n, 'organization', '', '', now(),
            true, 'approved', 'active'{value} FROM generate_series(1, :count) n"""
        ),
        {"count": count},
    )
    model.Session.execute(
        sa.text(
            """INSERT INTO member (id, table_name, table_id, capacity, group_id, state)
            SELECT 'm' || n, 'group', :atd, 'parent', 'o' || n, 'active' FROM generate_series(1, :count) n"""
        ),
        {"atd": atd_id, "count": count},
    )
    model.Session.commit()


@contextmanager
def timed(seconds: dict[str, float], what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[what] = round(time.perf_counter() - start, 2)


def measure(count: int) -> dict[str, Any]:
    from ckanext.odl.logic.campaign import attachment  # noqa: PLC0415 (after the portal is set up)

    atd = call("organization_create", name="atd", title="Agence des Causses", odl_kind="syndicat", odl_is_atd="true")
    members(atd["id"], count)
    due = (dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=30)).isoformat()
    seconds: dict[str, float] = {}
    with timed(seconds, "created"):
        campaign = call("odl_campaign_create", atd="atd", schema=MODEL, period=PERIOD, due_on=due, contact=CONTACT)
    with timed(seconds, "addressed"):
        emails = {f"o{n}": f"mairie-{n}@exemple.test" for n in range(1, count + 1)}
        call("odl_campaign_update", id=campaign["id"], emails=emails)
    with timed(seconds, "queued"):
        queued = call("odl_campaign_open", id=campaign["id"])["queued"]
    bytes_ = 0
    with timed(seconds, "files"):
        for n in range(1, count + 1):
            organization: Any = model.Group.get(f"o{n}")
            _name, content = attachment.file_for(organization, MODEL, "", PERIOD, "fr")
            bytes_ += len(content)
    return {"members": count, "queued": queued, "file_bytes": round(bytes_ / count), "seconds": seconds}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=300)
    parser.add_argument("--most", type=float, default=60, help="seconds")
    options = parser.parse_args()
    app: Any = make_app(load_config(str(ROOT / "test.ini")))
    with app._wsgi_app.test_request_context():
        engine: Any = model.meta.engine
        model.repo.rebuild_db()
        for plugin in ("activity", "harvest", "odl"):
            _run_migrations(plugin=plugin)
        model.init_model(engine)  # migrations leave an engine behind that connects anew for each query
        found = measure(options.members)
        model.repo.rebuild_db()
    total = round(sum(found["seconds"].values()), 2)
    ok = total <= options.most and found["queued"] == options.members
    print(json.dumps({**found, "total_seconds": total, "most_seconds": options.most, "ok": ok}))
    return int(not ok)


if __name__ == "__main__":
    raise SystemExit(main())
