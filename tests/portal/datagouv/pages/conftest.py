"""The territory of the dashboards, and a stand-in of data.gouv.fr where some of its members have an organization."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.national.records import organization
from tests.national.server import NationalServer
from tests.portal.path.dashboard.conftest import look, territory, visit  # noqa: F401 (fixtures)

#: Organizations of data.gouv.fr, by the name that is theirs here.
ATD_THERE = "6b0200000000000000000001"
VILLAGE = "6b0200000000000000000002"
NAMESAKE = "6b0200000000000000000003"
HARVESTER = "6b0200000000000000000101"
SIREN = "214809018"


@pytest.fixture
def national(monkeypatch: pytest.MonkeyPatch, ckan_config: Any) -> Iterator[NationalServer]:
    """The stand-in, which the portal takes for data.gouv.fr."""
    from ckanext.odl.logic.datagouv.organizations import first_siret  # noqa: PLC0415 (needs CKAN)

    organizations = [
        organization(ATD_THERE, "Causses Numérique", business_number_id=None, metrics={"datasets": 12}),
        organization(
            VILLAGE, "Commune de Saint-Exemple", business_number_id=first_siret(SIREN), metrics={"datasets": 3}
        ),
        organization(NAMESAKE, "Saint-Exemple tourisme", business_number_id=first_siret(SIREN), badges=[]),
    ]
    with NationalServer([], organizations) as server:
        server.hand[f"/api/1/harvest/source/{HARVESTER}/"] = harvester(HARVESTER, ATD_THERE, "Causses Numérique")
        monkeypatch.setitem(ckan_config, "ckanext.odl.datagouv.url", server.url)
        monkeypatch.setitem(ckan_config, "ckanext.odl.datagouv.loopback", True)
        monkeypatch.setitem(ckan_config, "ckanext.odl.datagouv.rate", "1000")
        yield server


def harvester(id_: str, organization_id: str, name: str) -> dict[str, Any]:
    """A harvester as data.gouv.fr describes it."""
    return {"id": id_, "name": "Portail", "organization": {"id": organization_id, "name": name}, "backend": "dcat"}
