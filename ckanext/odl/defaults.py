"""Settings of CKAN that the forms need, given here unless the portal has its own."""

from __future__ import annotations

from pathlib import Path

from ckan.common import CKANConfig

LICENCES = Path(__file__).parent / "schemas" / "licences.json"


def fill(config: CKANConfig) -> None:
    """Point CKAN to the licences of the extension: its own list has no Licence Ouverte.

    The settings of ckanext-scheming are not here but in ``config_declaration.yaml``: CKAN configures the plugins from the
    last to the first, and ckanext-scheming reads its settings then.
    """
    if not config.get("licenses_group_url"):
        config["licenses_group_url"] = f"file://{LICENCES}"
