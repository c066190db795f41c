"""Settings of CKAN that our pages need, given here unless the portal has its own."""

from __future__ import annotations

from pathlib import Path

from ckan.common import CKANConfig

AFTER_LOGIN = "ckan.auth.route_after_login"
LICENCES = Path(__file__).parent / "schemas" / "licences.json"


def fill(config: CKANConfig) -> None:
    """Point CKAN to our licences (its own list has no Licence Ouverte), and a login to the person's collectivité.

    The settings of ckanext-scheming are not here but in ``config_declaration.yaml``: CKAN configures the
    plugins from the last to the first, so ckanext-scheming has read its settings before this is called.
    """
    if not config.get("licenses_group_url"):
        config["licenses_group_url"] = f"file://{LICENCES}"
    if config.get(AFTER_LOGIN) == "dashboard.datasets":  # CKAN's own default
        config[AFTER_LOGIN] = "odl_collectivite.home"
