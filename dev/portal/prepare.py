"""Bring a portal's tables up to date and load its sample data, then write who can log in.

``python -m dev.portal.prepare SETTINGS.ini ACCOUNTS.json URL [--empty] [--datagouv]``, run with the portal's own
Python; ``--empty`` loads no sample data, ``--datagouv`` lets the portal know what the sample collectivités have on the
stand-in of data.gouv.fr. Run again, it changes nothing that is already there.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ckan import model
from ckan.cli import CKANConfigLoader
from ckan.cli.db import _migrate_plugins, _run_migrations  # `ckan db upgrade`, without starting CKAN twice
from ckan.config.middleware import make_app
from ckan.lib.i18n import build_js_translations
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk

from dev.portal.places import secret, write_private

ADMINISTRATOR = "admin"


def upgrade() -> None:
    """Run the pending migrations of CKAN, then of each plugin."""
    _run_migrations("", "head")
    _migrate_plugins(apply=True)


def sysadmin() -> dict[str, Any]:
    """Return the portal's sysadmin, created at the first call."""
    password = secret("demo administrator")
    user = model.User.get(ADMINISTRATOR)
    if user is None:
        tk.get_action("user_create")(
            {"ignore_auth": True}, {"name": ADMINISTRATOR, "email": "admin@exemple.test", "password": password}
        )
        user = model.User.get(ADMINISTRATOR)
        assert user
        user.sysadmin = True
        model.repo.commit_and_remove()
    return {
        "name": ADMINISTRATOR,
        "password": password,
        "token": token_of(ADMINISTRATOR),
        "role": "sysadmin",
        "organization": None,
    }


def token_of(user: str) -> str:
    """Return a new API token of *user*; the one made by an earlier run is revoked."""
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    for known in tk.get_action("api_token_list")({"user": site_user}, {"user_id": user}):
        if known["name"] == "demo":
            tk.get_action("api_token_revoke")({"user": site_user}, {"jti": known["id"]})
    return tk.get_action("api_token_create")({"user": site_user}, {"user": user, "name": "demo"})["token"]


def main(ini: Path, accounts: Path, url: str, *, empty: bool = False, datagouv: bool = False) -> None:
    app = make_app(CKANConfigLoader(str(ini)).get_config())
    upgrade()
    build_js_translations()  # `ckan translation js`: the texts of scripts, which pages fetch as a file
    with app._wsgi_app.test_request_context():  # pyright: ignore[reportAttributeAccessIssue] (as `ckan` itself does)
        people = [sysadmin()]
        if plugin_loaded("odl") and not empty:
            from dev import sample_data  # noqa: PLC0415 (needs the extension)

            people += sample_data.main()
            if datagouv:
                from dev import sample_national  # noqa: PLC0415 (needs the extension)

                sample_national.main()
    write_private(accounts, json.dumps({"url": url, "accounts": people}, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    flags = sys.argv[4:]
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], empty="--empty" in flags, datagouv="--datagouv" in flags)
