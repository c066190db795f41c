"""A depositor's program: it deposits through the API, and writes down what the portal acknowledged."""

from __future__ import annotations

import hashlib
import json
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests

from dev import sample_files as files
from dev.portal.instance import Instance

SCHEMA = "scdl/prenoms"
TIMEOUT = 60
#: Rows of a small and of a large file: a check of some milliseconds, and one of about a second. Large files do not fit
#: in the memory that the web server keeps for an upload: they pass through the temporary folder.
SMALL, LARGE = 20, 22_000


class Refused(Exception):
    """The portal answered with something else than success."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text}")
        self.status = status


class Client:
    """The API of the portal, with the rights of its administrator."""

    def __init__(self, instance: Instance) -> None:
        account = next(a for a in json.loads(instance.accounts.read_text())["accounts"] if a["role"] == "sysadmin")
        self.url, self._headers = instance.url, {"Authorization": account["token"]}

    def call(self, action: str, upload: bytes | None = None, timeout: float = TIMEOUT, **data: Any) -> Any:
        """Call an action and return its result.

        :raises Refused: an answer that is not success
        :raises requests.RequestException: no answer
        """
        address = f"{self.url}/api/3/action/{action}"
        if upload is None:
            answer = requests.post(address, json=data, headers=self._headers, timeout=timeout)
        else:
            sent = {"upload": ("prenoms.csv", upload)}
            answer = requests.post(address, data=data, files=sent, headers=self._headers, timeout=timeout)
        if answer.status_code != 200:
            raise Refused(answer.status_code, answer.text[:300])
        return answer.json()["result"]

    def download(self, package_id: str, resource_id: str) -> str:
        """The sha256 of the bytes that a visitor gets."""
        address = f"{self.url}/dataset/{package_id}/resource/{resource_id}/download/prenoms.csv"
        answer = requests.get(address, headers=self._headers, timeout=TIMEOUT)
        if answer.status_code != 200:
            raise Refused(answer.status_code, answer.text[:300])
        return hashlib.sha256(answer.content).hexdigest()


class Content:
    """Files that are all different, half of them with faults; the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._made = 0
        #: What the report of each file must say.
        self.verdicts: dict[str, str] = {}

    def next(self, rows: int = SMALL) -> bytes:
        with self._lock:
            self._made += 1
            number, wrong = self._made, self._random.random() < 0.5
            stamp = self._random.getrandbits(48)
        line = ["Valbrune", "48903", "X" if wrong else "F"]
        table = [
            [*line, f"Louise-{_letters(stamp)}-{_letters(number)}-{_letters(row)}", 3, 2024] for row in range(rows)
        ]
        made = files.as_csv(files.PRENOMS, table)
        self.verdicts[hashlib.sha256(made).hexdigest()] = "invalid" if wrong else "valid"
        return made


def _letters(number: int) -> str:
    """A number that may stand in a first name."""
    return f"{number:x}".translate(str.maketrans("0123456789", "ghijklmnop")).capitalize()


@dataclass
class Ledger:
    """What is known of one file of the portal: a line for each upload that was tried."""

    package_id: str = ""
    resource_id: str = ""
    acknowledged: list[str] = field(default_factory=list)
    #: Uploads without an answer since the last acknowledged one: the portal may have kept the last of them.
    uncertain: list[str] = field(default_factory=list)
    deleted: bool = False

    @property
    def acceptable(self) -> set[str]:
        """The sha256 that the file may have now."""
        return {*self.acknowledged[-1:], *self.uncertain}


class Depositor:
    """Deposits one file after the other: a new one, then its replacements. One thread each."""

    def __init__(self, client: Client, content: Content, organization: str, name: str) -> None:
        self._client, self._content = client, content
        self.ledger = Ledger()
        self.refused = 0
        words: dict[str, Any] = {"owner_org": organization, "title": name, "notes": "Essai", "license_id": "lov2"}
        self.ledger.package_id = client.call("package_create", name=name, **words)["id"]

    def deposit(self, rows: int = SMALL) -> bool:
        """Create the file, or replace it; False when it was not acknowledged."""
        upload, ledger = self._content.next(rows), self.ledger
        sha256 = hashlib.sha256(upload).hexdigest()
        ledger.uncertain.append(sha256)
        try:
            if ledger.resource_id:
                self._client.call("resource_update", upload, id=ledger.resource_id, odl_schema=SCHEMA, name="prenoms")
            else:
                made = self._client.call(
                    "resource_create", upload, package_id=ledger.package_id, odl_schema=SCHEMA, name="prenoms"
                )
                ledger.resource_id = made["id"]
        except (Refused, requests.RequestException):
            self.refused += 1
            return False
        ledger.acknowledged.append(sha256)
        ledger.uncertain.clear()
        return True

    def go_on(self, until: threading.Event, sizes: random.Random, pause: float = 0.2) -> None:
        """Deposit again and again until told to stop."""
        while not until.is_set():
            if not self.deposit(LARGE if sizes.random() < 0.4 else SMALL):
                time.sleep(0.5)
            until.wait(pause * sizes.random())
