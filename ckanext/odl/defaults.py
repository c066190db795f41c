"""Settings of other parts that the forms need: given here unless the portal has its own."""

from __future__ import annotations

from pathlib import Path

from ckan.common import CKANConfig

SCHEMAS = Path(__file__).parent / "schemas"


def fill(config: CKANConfig) -> None:
    """Point CKAN and ckanext-scheming to the forms and the licences of the extension where nothing else is set.

    ckanext-scheming reads its settings when it is loaded: the plugin ``odl`` comes before it in ``ckan.plugins``.
    """
    wanted = {
        "scheming.dataset_schemas": "ckanext.odl:schemas/dataset.yaml",
        "scheming.organization_schemas": "ckanext.odl:schemas/organization.yaml",
        "scheming.presets": "ckanext.scheming:presets.json ckanext.odl:schemas/presets.yaml",
        "licenses_group_url": f"file://{SCHEMAS / 'licences.json'}",
    }
    for option, value in wanted.items():
        if option not in config or not config[option]:  # asking for an undeclared option is logged
            config[option] = value
