"""What the demonstration does on its data.gouv.fr once the portal answers (plain Python)."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any

from dev.national.service import National
from dev.portal.console import Failure, step
from dev.portal.instance import Instance
from dev.portal.places import LOGS

#: The structure of the sample data, here and there.
ATD, NATIONAL_ATD = "causses-numerique", "Causses Numérique"
PATIENCE = 120


def complete(instance: Instance, national: National) -> None:
    """Let the platform harvest what the ATD sends, the portal look at what arrived, and its first run end."""
    accounts = json.loads(instance.accounts.read_text())["accounts"]
    token = next(account["token"] for account in accounts if account["role"] == "atd")

    def call(action: str, data: dict[str, Any]) -> Any:
        headers = {"Authorization": token, "Content-Type": "application/json"}
        url = f"{instance.url}/api/3/action/{action}"
        with urllib.request.urlopen(
            urllib.request.Request(url, json.dumps(data).encode(), headers), timeout=60
        ) as answer:
            return json.load(answer)["result"]

    with step("Having the stand-in of data.gouv.fr harvest the portal, and the portal read it"):
        harvester = national.source(NATIONAL_ATD, f"{instance.url}/odl/dcat/{ATD}.rdf")
        national.harvest(harvester)
        call("odl_datagouv_link_update", {"id": ATD, "harvester_id": harvester})
        call("odl_datagouv_backcheck", {"id": ATD})
        end = time.monotonic() + PATIENCE
        while any(
            run["state"] in ("waiting", "running") for run in call("odl_datagouv_run_list", {"atd": ATD})["results"]
        ):
            if time.monotonic() > end:
                raise Failure(
                    "the run of data.gouv.fr did not end", "look at the log of the worker", LOGS / "demo-worker.log"
                )
            time.sleep(1)
