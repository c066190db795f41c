"""Start and stop the stand-in of data.gouv.fr, as one of the processes of this checkout (plain Python)."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dev.portal import machine
from dev.portal.console import Failure, step
from dev.portal.places import HOST, SERVICES, port, write_private
from dev.portal.processes import Process


@dataclass(frozen=True)
class National:
    """A data.gouv.fr of its own for the portal instance *name*."""

    name: str

    @property
    def process(self) -> Process:
        return Process(f"{self.name}-national")

    @property
    def url(self) -> str:
        return f"http://{HOST}:{port(f'{self.name}-national')}"

    @property
    def keys_file(self) -> Path:
        """Ids and API tokens, written by the server when it is about to answer."""
        return SERVICES / f"{self.name}-national.json"

    @property
    def world_file(self) -> Path:
        return SERVICES / f"{self.name}-national-world.json"

    @property
    def keys(self) -> dict[str, Any]:
        return json.loads(self.keys_file.read_text())

    def start(
        self,
        world: Mapping[str, Any],
        *,
        roads: Mapping[str, str] | None = None,
        local: bool = False,
        grace: int = 7,
    ) -> None:
        """Start the platform with the organizations and datasets of *world* (:func:`dev.national.world.load`).

        :param roads: public origins of portals of this machine → where they answer
        :param local: accept addresses of this machine, which data.gouv.fr does not
        :param grace: days before what a harvester no longer finds is archived; -1 for at once
        """
        python = machine.install_udata()
        self.process.stop()
        self.keys_file.unlink(missing_ok=True)
        write_private(self.world_file, json.dumps(world, ensure_ascii=False, indent=1))
        listen = str(port(f"{self.name}-national", must_be_free=True))
        files = ["--world", self.world_file, "--keys", self.keys_file]
        options = [f"--road={public}={address}" for public, address in (roads or {}).items()]
        options += [f"--grace={grace}", *(["--local"] if local else [])]
        with step("Starting the stand-in of data.gouv.fr"):
            self.process.start([python, "-m", "dev.national.server", "--port", listen, *files, *options])
            self.process.wait_until(self._ready, 120, "look at the end of the log")

    def _ready(self) -> bool:
        if not self.keys_file.exists():
            return False
        try:
            self.call("site/")
        except (OSError, Failure):
            return False
        return True

    def stop(self) -> None:
        self.process.ask_to_stop()
        self.process.stop()

    def clean(self) -> None:
        """Remove what it keeps on disk."""
        for file in (self.keys_file, self.world_file):
            file.unlink(missing_ok=True)

    # -- its API ---------------------------------------------------------------------------------------------

    def call(self, path: str, data: Any = None, *, token: str = "") -> Any:
        """Call udata's API; *data* makes it a POST, *token* is ``administrator``, ``agent`` or empty for anyone."""
        headers = {"Content-Type": "application/json"} | ({"X-API-KEY": self.keys["tokens"][token]} if token else {})
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(f"{self.url}/api/1/{path}", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            reason = error.read().decode(errors="replace")
            raise Failure(f"{path}: {error.code} {reason}", "look at the end of the log", self.process.log) from error

    def source(self, organization: str, url: str, backend: str = "dcat") -> str:
        """Register a harvester as an administrator of *organization* (its name) does; return its id."""
        owner = {"id": self.keys["organizations"][organization], "class": "Organization"}
        source = {"name": f"{backend} {url}", "url": url, "backend": backend, "organization": owner, "config": {}}
        return self.call("harvest/sources/", source, token="agent")["id"]

    def harvest(self, source: str) -> dict[str, Any]:
        """Let the platform's people validate *source*, which runs it; run it again when it was validated before.

        :returns: the job, with its ``items`` as a list
        """
        known = self.call(f"harvest/source/{source}/")
        if known["validation"]["state"] == "accepted":
            self.call(f"harvest/source/{source}/run/", {}, token="administrator")
        else:
            self.call(f"harvest/source/{source}/validate/", {"state": "accepted"}, token="administrator")
        job = self.call(f"harvest/source/{source}/")["last_job"]
        items = self.call(f"harvest/job/{job['id']}/items/?page_size=10000")
        return {**self.call(f"harvest/job/{job['id']}/"), "items": items["data"]}

    def datasets(self, organization: str) -> list[dict[str, Any]]:
        """All datasets of *organization* that anyone sees."""
        owner = self.keys["organizations"][organization]
        return self.call(f"datasets/?organization={owner}&page_size=1000")["data"]
