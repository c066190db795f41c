"""Wiring of the extension into CKAN; everything it connects lives in its own module."""

from __future__ import annotations

from ckan import plugins as p
from ckan.plugins import toolkit as tk


@tk.blanket.config_declarations
class OdlPlugin(p.SingletonPlugin):
    p.implements(p.IConfigurer)

    # IConfigurer
    def update_config(self, config_: tk.CKANConfig) -> None:
        tk.add_template_directory(config_, "templates")
        tk.add_resource("assets", "odl")
