"""What is dangerous or missing in a portal, with the remedy: looked up by behaviour where that is possible."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.cli.db import _get_pending_plugins
from ckan.config.middleware import flask_app
from ckan.lib import search
from ckan.lib.redis import connect_to_redis
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from flask import Flask
from rq import Worker

from ckanext.odl import config, queue
from ckanext.odl.logic import collectivite, index

#: Free space on the disk of the files under which a portal may soon lose what is deposited.
FREE_BYTES = 2 << 30
_SWEEP_SECONDS = 3600
#: Organizations in one search that every Solr allows.
_CLAUSES = 1000


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. ``severity``: ``danger`` (somebody may harm the portal), ``fault`` (something does not
    work) or ``advice``."""

    code: str
    severity: str
    message: str
    remedy: str

    def to_dict(self) -> dict[str, str]:
        return asdict(self)


def examine(app: Flask) -> list[Finding]:
    """Look at the portal, in the context of its application.

    :param app: CKAN's Flask application
    :returns: what was found, dangers first; empty when all is well
    """
    found = [finding for check in _CHECKS for finding in _safely(check, app)]
    return sorted(found, key=lambda finding: ("danger", "fault", "advice").index(finding.severity))


def _safely(check: Callable[[Flask], Iterator[Finding]], app: Flask) -> list[Finding]:
    try:
        return list(check(app))
    except Exception as error:
        words = f"{check.__name__.strip('_')} could not be looked at: {type(error).__name__}: {error}"
        return [Finding("not-examined", "fault", words, "Mend what the message says, then run the command again.")]


def _services(_app: Flask) -> Iterator[Finding]:
    def reached(name: str, call: Callable[[], Any]) -> Iterator[Finding]:
        try:
            call()
        except Exception as error:
            words = f"{name} does not answer: {type(error).__name__}"
            yield Finding(
                "service-unreachable", "fault", words, f"Start {name}, or correct its address in the settings."
            )

    yield from reached("PostgreSQL", lambda: model.Session.execute(sa.text("select 1")))
    yield from reached("Redis", lambda: connect_to_redis().ping())
    yield from reached("Solr", lambda: search.query_for(model.Package).run({"q": "*:*", "rows": 0}))


def _forged_forms(app: Flask) -> Iterator[Finding]:
    """CKAN 2.12.0 stops checking the token of a view once someone without account has read it (CVE-2026-41255)."""
    exempt = flask_app.csrf._exempt_views
    before = set(exempt)
    exempt.clear()  # the page may have been visited before
    app.test_client().get("/about")
    is_holed = bool(exempt)
    exempt.clear()
    exempt.update(before)
    if is_holed:
        yield Finding(
            "forged-forms",
            "danger",
            "CKAN stops checking forms against forgery after an anonymous visit (CVE-2026-41255).",
            "Update CKAN to a version with the fix (2.11.5 has it). Pages of ckanext-odl check their own forms.",
        )


def _settings(_app: Flask) -> Iterator[Finding]:
    dangers = {
        "ckan.auth.user_create_organizations": "Anybody with an account may create an organization.",
        "ckan.auth.user_create_groups": "Anybody with an account may create a group.",
        "ckan.auth.enable_cookie_auth_in_api": "The API accepts a browser’s cookie, so that other sites may call it.",
        "ckan.auth.create_unowned_dataset": "Datasets that belong to nobody may be created.",
        "ckan.datastore.sqlsearch.enabled": "The DataStore answers SQL written by strangers.",
    }
    for key, words in dangers.items():
        if tk.asbool(tk.config.get(key) or False):
            yield Finding("setting-dangerous", "danger", f"{words} ({key} = true)", f"Set {key} = false.")
    if plugin_loaded("ckan_harvester"):
        yield Finding(
            "ckan-harvester",
            "danger",
            "The plugin ckan_harvester lets an editor take over another organization’s dataset.",
            "Take ckan_harvester out of ckan.plugins.",
        )
    if plugin_loaded("harvest") and not plugin_loaded("odl_datagouv"):
        yield Finding(
            "harvest-open",
            "danger",
            "Any editor may create harvest sources, by which datasets of other organizations can be taken over.",
            "Add odl_datagouv to ckan.plugins, after odl.",
        )
    roles = tk.config.get("ckan.auth.roles_that_cascade_to_sub_groups") or []
    if not {"admin", "editor"} <= set(roles):
        yield Finding(
            "roles-do-not-cascade",
            "fault",
            "The staff of an ATD has no rights in its members.",
            "Set ckan.auth.roles_that_cascade_to_sub_groups = admin editor.",
        )
    if (tk.config.get("ckan.plugins") or ["odl"])[0] != "odl":
        words = "odl is not the first of ckan.plugins: pages of other extensions may hide those of ckanext-odl."
        yield Finding("plugin-order", "advice", words, "Name odl first in ckan.plugins.")
    if not tk.config.get("smtp.mail_from"):
        words = "The portal has no sender for its mails: invitations to new agents fail."
        yield Finding("no-mail", "fault", words, "Set smtp.server and smtp.mail_from.")
    if not str(tk.config.get("ckan.site_url", "")).startswith("https://"):
        words = "The portal’s address does not begin with https://: passwords and files travel in the open."
        yield Finding("no-https", "advice", words, "Serve the portal by https and set ckan.site_url to that address.")


def _work(_app: Flask) -> Iterator[Finding]:
    redis = connect_to_redis()
    names = {name for worker in Worker.all(connection=redis) for name in worker.queue_names()}
    wanted = tk.config.get("ckan.site_id"), config.queue()
    if f"ckan:{wanted[0]}:{wanted[1]}" not in names:
        words = f"No worker serves the queue “{wanted[1]}”: files are not checked."
        yield Finding(
            "no-worker", "fault", words, f"Start one: ckan jobs worker {wanted[1]} (see docs/installation.md)."
        )
    age = queue.seconds_since_sweep()
    if age is None or age > _SWEEP_SECONDS:
        words = "The sweep has not run for an hour: checks that were lost stay lost."
        remedy = "Keep “ckan odl validation sweep --every 60” running (see docs/installation.md)."
        yield Finding("no-sweep", "fault", words, remedy)


def _index(_app: Flask) -> Iterator[Finding]:
    with suppress(index.NoAnswer):  # said above
        if lost := index.lacks():
            words = f"The search has lost {lost} public dataset(s): nobody finds them, and data.gouv.fr’s feed stops."
            remedy = "The sweep gives them back, 200 each minute; “ckan search-index rebuild” does it at once."
            yield Finding("index-lacks", "fault", words, remedy)


def _wide_searches(_app: Flask) -> Iterator[Finding]:
    """CKAN asks Solr for each organization that a person may read: whoever supports many is refused every search."""
    widest = 1 + max((len(collectivite.descendants(atd)) for atd in collectivite.atds()), default=0)
    if widest < _CLAUSES:
        return
    labels = [f"member-{number}" for number in range(widest)]
    try:
        search.query_for(model.Package).run({"q": "*:*", "rows": 0}, permission_labels=labels)
    except search.SearchError:
        words = (
            f"Solr refuses the searches of those who support {widest - 1} local authorities: every page of data fails."
        )
        remedy = f"Start Solr with -Dsolr.max.booleanClauses={widest * 2} (see docs/installation.md)."
        yield Finding("search-clauses", "fault", words, remedy)


def _database(_app: Flask) -> Iterator[Finding]:
    for plugin, count in sorted(_get_pending_plugins().items()):
        words = f"{count} migration(s) of {plugin} were not applied."
        yield Finding("migrations-pending", "fault", words, "Run: ckan db upgrade")


def _disk(_app: Flask) -> Iterator[Finding]:
    folder = tk.config.get("ckan.storage_path")
    if not folder:
        yield Finding("no-storage", "fault", "The portal keeps no files.", "Set ckan.storage_path.")
        return
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES:
        words = f"{free >> 20} MiB are free where the portal keeps its files."
        yield Finding("disk-almost-full", "fault", words, "Make room, or move ckan.storage_path to a larger disk.")


def _files_in_place(_app: Flask) -> Iterator[Finding]:
    names = {tk.config.get(f"ckan.files.default_storages.{use}") for use in ("default", "resource")}
    types = {tk.config.get(f"ckan.files.storage.{name}.type") for name in names if name}
    if "ckan:fs" in types:
        words = "Files are written over in place: a full disk or a killed process destroys the one that was published."
        remedy = "Set the type of that storage to odl:fs; the files stay where they are."
        yield Finding("files-in-place", "fault", words, remedy)


_CHECKS = (_services, _forged_forms, _settings, _work, _index, _wide_searches, _database, _disk, _files_in_place)
