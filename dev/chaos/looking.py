"""Comparing what the portal says of files with the bytes that it gives."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import requests

from dev.chaos.client import Client, Ledger, Refused
from dev.chaos.inside import Inside

#: After this long without the cause, all must be as before.
PATIENCE_SECONDS = 120


@dataclass
class Figures:
    """What one fault did, over all its rounds."""

    fault: str
    rounds: int = 0
    #: Rounds in which the fault met what it was meant to meet (a job that ran, an upload under way).
    hit: int = 0
    acknowledged: int = 0
    refused: int = 0
    lost: int = 0
    looks: int = 0
    wrong: int = 0
    #: Downloads of bytes that nobody sent: half a file, or a mixture of two.
    torn: int = 0
    left_running: int = 0
    given_up: int = 0
    not_found: int = 0
    slowest: float = 0
    note: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return bool(self.problems)


def is_wrong(client: Client, ledger: Ledger) -> str | None:
    """Look at one file once: what is wrong in the report shown as current, None when nothing is.

    A report counts as wrong when it was shown before and after the download, and is of other bytes.

    :raises Refused, requests.RequestException: the portal does not answer
    """
    before = client.call("odl_validation_show", id=ledger.resource_id)
    if not before["current"]:
        return None
    if before["report"]["file"]["sha256"] != before["sha256"]:
        return f"the report of {before['report']['file']['sha256']} is shown for {before['sha256']}"
    downloaded = client.download(ledger.package_id, ledger.resource_id)
    if downloaded == before["sha256"]:
        return None
    after = client.call("odl_validation_show", id=ledger.resource_id)
    if after["current"] and after["sha256"] == before["sha256"]:
        return f"{ledger.resource_id}: the report of {before['sha256']} is shown, the file is {downloaded}"
    return None


def watch(
    client: Client, ledgers: list[Ledger], verdicts: dict[str, str], until: threading.Event, figures: Figures
) -> None:
    """Look at the files in turn until told to stop. One thread; *verdicts*: as in :func:`compare`."""
    while not until.is_set():
        for ledger in ledgers:
            if not ledger.resource_id or ledger.deleted:
                continue
            try:
                wrong = is_wrong(client, ledger)
                downloaded = client.download(ledger.package_id, ledger.resource_id)
            except (Refused, requests.RequestException):
                continue
            figures.looks += 1
            if downloaded not in verdicts:
                figures.torn += 1
                figures.problems.append(f"during the fault: {ledger.resource_id}: nobody sent {downloaded}")
            if wrong:
                figures.wrong += 1
                figures.problems.append(f"during the fault: {wrong}")
        until.wait(0.1)


def settle(client: Client, inside: Inside, ledgers: list[Ledger], given_up_before: int) -> float | None:
    """Wait until no check waits or runs and each file shows its report; seconds, or None when patience ran out."""
    start = time.monotonic()
    while (elapsed := time.monotonic() - start) < PATIENCE_SECONDS:
        try:
            client.call("status_show")
            if not inside.unfinished() and (
                inside.given_up() > given_up_before or all(_is_current(client, ledger) for ledger in ledgers)
            ):
                return elapsed
        except Exception:
            pass
        time.sleep(0.5)
    return None


def _is_current(client: Client, ledger: Ledger) -> bool:
    return not ledger.resource_id or ledger.deleted or _show(client, ledger)["current"]


def _show(client: Client, ledger: Ledger) -> dict:
    return client.call("odl_validation_show", id=ledger.resource_id)


def compare(
    client: Client,
    inside: Inside,
    ledgers: list[Ledger],
    figures: Figures,
    given_up_before: int,
    verdicts: dict[str, str],
) -> None:
    """Hold what was acknowledged against what the portal gives now.

    :param verdicts: sha256 of each file that was sent → what its report must say
    """
    for ledger in ledgers:
        figures.acknowledged += len(ledger.acknowledged)
        if not ledger.resource_id or ledger.deleted:
            continue
        try:
            downloaded = client.download(ledger.package_id, ledger.resource_id)
        except Refused as refused:
            figures.lost += 1
            figures.problems.append(f"{ledger.resource_id}: the file cannot be had ({refused})")
            continue
        if downloaded not in ledger.acceptable:
            figures.lost += 1
            known = "an earlier one" if downloaded in ledger.acknowledged else "none that was ever sent"
            figures.problems.append(f"{ledger.resource_id}: the file is {downloaded}, {known}")
        figures.looks += 1
        if wrong := is_wrong(client, ledger):
            figures.wrong += 1
            figures.problems.append(wrong)
        if problem := _is_misjudged(client, ledger, verdicts):
            figures.wrong += 1
            figures.problems.append(problem)
        if not _found_as_shown(client, ledger):
            figures.not_found += 1
            figures.problems.append(f"{ledger.resource_id}: the search has another state than the page")
    if left := inside.unfinished():
        figures.left_running += left
        figures.problems.append(f"{left} checks are left waiting or running")
    if given_up := inside.given_up() - given_up_before:
        figures.given_up += given_up
        figures.problems.append(f"{given_up} checks were given up")


def _is_misjudged(client: Client, ledger: Ledger, verdicts: dict[str, str]) -> str | None:
    shown = _show(client, ledger)
    if not shown["current"] or shown["status"] == verdicts.get(shown["sha256"]):
        return None
    return f"{ledger.resource_id}: the report says {shown['status']}, the file is {verdicts.get(shown['sha256'])}"


def _found_as_shown(client: Client, ledger: Ledger) -> bool:
    """Whether the search finds the dataset under the state that the page shows; it may take some seconds more."""
    for _ in range(40):
        badge = _show(client, ledger)["badge"]
        fq = f'id:"{ledger.package_id}" AND vocab_odl_state:{badge}'
        try:
            if client.call("package_search", fq=fq, include_private=True)["count"]:
                return True
        except Refused:
            pass
        time.sleep(2)
    return False
