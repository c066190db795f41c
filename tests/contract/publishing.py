"""A portal of its own, and a hundred datasets on it."""

from __future__ import annotations

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.contract import datasets
from tests.contract.world import COLLECTIVITE

#: Seconds for fifty files of one line, on a machine with much to do.
PATIENCE = 180
#: As many as the portal's web server answers side by side without being slower.
AT_ONCE = 3


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


@dataclass
class Published:
    """What stands on the portal. ``packages``: as anyone sees them; ``contents``: id of resource → bytes uploaded."""

    organization: dict[str, Any]
    packages: list[dict[str, Any]] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Harvested:
    """What the platform says of a harvest, and what it holds then."""

    job: dict[str, Any]
    datasets: list[dict[str, Any]]


def publish(portal: Portal) -> Published:
    """Create the datasets through the portal's API, and wait until its worker has read the files."""
    found = Published(portal.call("organization_create", COLLECTIVITE))

    def create(case: datasets.Case) -> str:
        package = portal.call("package_create", case.package)
        for fields, name, content in case.uploads:
            data = {"package_id": package["id"], **fields}
            resource = portal.call("resource_create", data, files={"upload": (name, content)})
            found.contents[resource["id"]] = content
        return package["id"]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ids = list(pool.map(create, datasets.cases(found.organization["id"])))
    stays = {"owner_org": found.organization["id"], "license_id": "lov2"}
    portal.call("package_create", {**stays, "name": "prive", "title": "Privé", "private": True})
    portal.call("package_create", {**stays, "name": "brouillon", "title": "Brouillon", "state": "draft"})
    portal.call("package_create", {**stays, "name": "efface", "title": "Effacé"})
    portal.call("package_delete", {"id": "efface"})
    wait_for_checks(portal, list(found.contents))
    found.packages = [portal.call("package_show", {"id": id_}, anonymous=True) for id_ in ids]
    return found


def wait_for_checks(portal: Portal, resource_ids: list[str]) -> None:
    """Wait until the worker has read these files."""
    end = time.monotonic() + PATIENCE
    for id_ in resource_ids:
        while portal.call("odl_validation_show", {"id": id_}).get("state") in ("waiting", "running"):
            assert time.monotonic() < end, "the worker did not finish"
            time.sleep(0.5)
