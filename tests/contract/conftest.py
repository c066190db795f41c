"""Two portals and the national platform between them.

``portal`` is a whole portal with a web server, harvested by udata's own harvesters under a public name. The CKAN inside
the tests is the second one: what data.gouv.fr then holds comes back into it through our own harvester.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from dev.national.service import National
from dev.portal.instance import CONTRACT
from tests.contract.stage import Stage
from tests.contract.world import WORLD


@dataclass(frozen=True)
class Portal:
    """A running portal without data. ``site`` is its public name, ``url`` where it answers."""

    url: str
    site: str
    token: str

    def call(
        self,
        action: str,
        data: dict[str, Any],
        *,
        files: dict[str, tuple[str, bytes]] | None = None,
        anonymous: bool = False,
    ) -> Any:
        """Call an action of the API as the portal's sysadmin, or as anyone.

        :param files: sent as a form does, field → name, bytes
        """
        body, kind = _form(data, files) if files else (json.dumps(data).encode(), "application/json")
        headers = {"Content-Type": kind} | ({} if anonymous else {"Authorization": self.token})
        request = Request(f"{self.url}/api/3/action/{action}", body, headers)
        try:
            with urlopen(request, timeout=120) as answer:
                return json.load(answer)["result"]
        except HTTPError as error:
            raise AssertionError(f"{action}: {error.read().decode(errors='replace')[:2000]}") from error


def _form(data: dict[str, Any], files: dict[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in data.items()
    ]
    for name, (file, content) in files.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
        parts.append(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + content + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


#: What was measured, for the last lines of the run.
FIGURES = pytest.StashKey[dict[str, Any]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = {}


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    figures = config.stash[FIGURES]
    if figures:
        terminalreporter.write_line("contract: " + ", ".join(f"{name} {value}" for name, value in figures.items()))


@pytest.fixture
def figures(pytestconfig: pytest.Config) -> dict[str, Any]:
    return pytestconfig.stash[FIGURES]


@pytest.fixture(scope="package")
def portal() -> Iterator[Portal]:
    """A portal with a web server and a worker, without data."""
    CONTRACT.stop()
    CONTRACT.empty()
    CONTRACT.start()
    known = json.loads(CONTRACT.accounts.read_text())
    yield Portal(CONTRACT.url, dict(CONTRACT.settings)["ckan.site_url"], known["accounts"][0]["token"])
    CONTRACT.stop()


@pytest.fixture(scope="session")
def loaded_plugins() -> None:
    """CKAN inside the tests, with the plugins of the settings."""
    from ckan.tests.helpers import _get_test_app  # noqa: PLC0415 (starts CKAN)

    _get_test_app()


@pytest.fixture(scope="package")
def stage() -> Iterator[Stage]:
    """A web server that plays a portal whose answers a test writes."""
    with Stage() as server:
        yield server


@pytest.fixture(scope="package")
def national(stage: Stage) -> Iterator[National]:
    """data.gouv.fr: the real udata with the rules of production."""
    platform = National("contract")
    roads = {dict(CONTRACT.settings)["ckan.site_url"]: CONTRACT.url, stage.site: stage.url}
    platform.start(WORLD, roads=roads)
    yield platform
    platform.stop()
