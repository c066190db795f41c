"""A portal with an ATD and a commune that has its own organization on a stand-in of data.gouv.fr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.common import config as settings
from ckan.tests import factories

from ckanext.odl import config
from ckanext.odl.harvest import run, worker
from ckanext.odl.model import DatagouvLink, Twin
from ckanext.odl.model.validation import clock
from tests.national import NationalServer, invented, records
from tests.portal.conftest import call

#: The other organization of the stand-in.
ELSEWHERE = "534fff91a3a7292c64a77e02"


@pytest.fixture
def national(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., NationalServer]]:
    """Starts the stand-in that the portal reads, with these datasets; its client never sleeps."""
    with ExitStack() as stack:

        def start(*args: Any, **options: Any) -> NationalServer:
            server = stack.enter_context(NationalServer(*args, **options))
            monkeypatch.setitem(settings, "ckanext.odl.datagouv.url", server.url)
            monkeypatch.setitem(settings, "ckanext.odl.datagouv.loopback", True)
            real = config.datagouv_client
            monkeypatch.setattr(config, "datagouv_client", lambda **more: real(**{"sleep": lambda _s: None, **more}))
            return server

        yield start


class Territory:
    """An ATD with its staff, a commune with its editor, and who is a stranger to both."""

    def __init__(self) -> None:
        self.staff = factories.User(name="claire")
        self.editor = factories.User(name="sylvie")
        self.stranger = factories.User(name="etienne")
        sysadmin = factories.Sysadmin()
        self.atd = factories.Organization(
            name="atd", title="Agence", user=sysadmin, odl_kind="departement", odl_is_atd=True, odl_siren=""
        )
        self.commune = factories.Organization(
            name="valbrune", title="Valbrune", user=sysadmin, groups=[{"name": "atd"}]
        )
        self.other = factories.Organization(name="autre", title="Autre", user=sysadmin)
        for organization, user, role in (
            ("atd", self.staff, "admin"),
            ("valbrune", self.editor, "editor"),
            ("autre", self.stranger, "admin"),
        ):
            call("organization_member_create", None, id=organization, username=user["name"], role=role)

    def declare(self, national_id: str = records.ORGANIZATION, organization: str = "valbrune", **more: Any) -> None:
        """Confirm whose organization of data.gouv.fr that is."""
        group: Any = model.Group.get(organization)
        values = {
            "national_id": national_id,
            "national_name": "Commune",
            "mode": "own",
            "confirmed_at": clock(),
            **more,
        }
        DatagouvLink.put(model.Session(), group.id, **values)
        model.Session.commit()

    def source(self, **more: Any) -> dict[str, Any]:
        return call("odl_datagouv_source_create", self.staff, atd="atd", frequency="MANUAL", **more)

    def run(self, source: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Run a source as a worker does, and say what became of it."""
        asked = call("odl_datagouv_run", self.staff, id=source["id"], **more)
        while run.waiting():  # a job leaves when it has lasted long enough, and comes back
            worker.work()
        model.Session.expire_all()
        return call("odl_datagouv_run_show", self.staff, id=asked["id"], rows=100)

    def review(self, state: str = "review", **more: Any) -> list[dict[str, Any]]:
        return call("odl_datagouv_review_list", self.staff, id="atd", state=state, rows=100, **more)["results"]

    def decide(self, decision: str, *ids: str, **more: Any) -> dict[str, Any]:
        return call("odl_datagouv_review_decide", self.staff, ids=list(ids), decision=decision, **more)["results"]


@pytest.fixture
def territory(clean_db: None, clean_index: None) -> Territory:
    return Territory()


def packages() -> list[dict[str, Any]]:
    """All datasets, as everybody who may sees them."""
    package: Any = model.Package
    model.Session.expire_all()
    ids = list(model.Session.scalars(sa.select(package.id).where(package.type == "dataset").order_by(package.name)))
    return [call("package_show", None, id=id_) for id_ in ids]


def twin(national_id: str) -> Twin:
    found = model.Session.get(Twin, national_id, populate_existing=True)
    assert found is not None
    return found


def ids(count: int) -> list[str]:
    return [records.dataset_id(number) for number in range(count)]


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings, "ckanext.odl.datagouv.feed_rows", 3)


__all__ = ["ELSEWHERE", "Territory", "call", "ids", "invented", "packages", "records", "run", "twin"]
