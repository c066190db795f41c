"""The ways into the extension, read from the extension itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ckan import plugins
from ckan.plugins import toolkit as tk

from tests.portal.trust.expectations import Call
from tests.portal.trust.world import World

#: How the portal answers a call that it carries out; 409 and 422 say what is unfit in it to one who may make it.
CARRIED_OUT = {200, 204, 302, 304, 409, 422}
#: How it answers whoever holds a link that has come to its end.
DEAD_LINK = 410


#: Actions of CKAN to which ours adds only that some files are refused: who may call them is CKAN's own affair.
_ONLY_REFUSE_FILES = {"bulk_update_public", "package_create", "package_update", "resource_create", "resource_update"}


def our_actions() -> set[str]:
    plugin: Any = plugins.get_plugin("odl")
    return set(plugin.get_actions()) - _ONLY_REFUSE_FILES


def our_routes(flask_app: Any) -> dict[str, Any]:
    """Method and rule -> the rule, of every view that is ours."""
    flask_app = flask(flask_app)
    return {
        f"{method} {rule.rule}": rule
        for rule in flask_app.url_map.iter_rules()
        if flask_app.view_functions[rule.endpoint].__module__.startswith("ckanext.odl")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def flask(flask_app: Any) -> Any:
    """The application itself, which a test of CKAN 2.11 sees behind wrappers."""
    while not hasattr(flask_app, "url_map"):
        flask_app = flask_app.app
    return flask_app


def address(world: World, call: Call, things: Any = None) -> str:
    rule = our_routes(world.flask_app)[call.what]
    host = urlsplit(tk.config["ckan.site_url"]).netloc
    adapter = flask(world.flask_app).url_map.bind(host)
    query = call.query(things or world)
    return adapter.build(rule.endpoint, call.data(things or world)) + (f"?{query}" if query else "")
