"""One round: deposit, break at a random moment, heal, wait, compare."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import requests

from dev.chaos import looking
from dev.chaos.client import SCHEMA, SMALL, Client, Content, Depositor, Ledger, Refused
from dev.chaos.faults import ALL_AT_ONCE, FAULTS, MOMENTS_AT_ONCE, RESTING, NotPossible, Scene
from dev.chaos.inside import Inside
from dev.chaos.looking import Figures
from dev.chaos.portal import Victim

#: Told after a round: fault, number, seconds, note, problems.
Tell = Callable[[str, int, float, str, list[str]], None]

DEPOSITORS = 3
PARALLEL = 4


class Stage:
    """A running portal with an organization for the rounds."""

    def __init__(self, instance: Victim, seed: int, stop_seconds: float, cannot_mount: str = "") -> None:
        self.instance, self.seed, self.stop_seconds = instance, seed, stop_seconds
        self.cannot_mount = cannot_mount
        self.client, self.inside = Client(instance), Inside(instance)
        self.content = Content(seed ^ time.time_ns())  # what an earlier run left has other bytes
        self.organization = f"essai-{uuid4().hex[:8]}"
        self.client.call("organization_create", name=self.organization, title="Essai", odl_kind="autre")

    def depositor(self) -> Depositor:
        return Depositor(self.client, self.content, self.organization, f"essai-{uuid4().hex[:12]}")


def play(stage: Stage, fault: str, number: int, figures: Figures) -> None:
    """Run one round of *fault*.

    :raises NotPossible: the machine does not allow it
    """
    chance = random.Random(f"{stage.seed}/{fault}/{number}")
    resting = len(MOMENTS_AT_ONCE) if fault == ALL_AT_ONCE else int(fault in RESTING)
    depositors = [stage.depositor() for _ in range(max(resting, 1) + DEPOSITORS - 1)]
    ledgers = [depositor.ledger for depositor in depositors]
    given_up = stage.inside.given_up()
    scene = Scene(
        stage.instance, stage.client, stage.inside, depositors, chance, stage.stop_seconds, stage.cannot_mount
    )
    over, watched = threading.Event(), threading.Event()
    active = depositors[resting:]
    threads = [
        threading.Thread(target=depositor.go_on, args=(over, random.Random(chance.random()))) for depositor in active
    ]
    watcher = threading.Thread(
        target=looking.watch, args=(stage.client, ledgers, stage.content.verdicts, watched, figures)
    )
    for thread in [*threads, watcher]:
        thread.start()
    try:
        time.sleep(chance.uniform(0.5, 4))
        hit = FAULTS[fault](scene)
        time.sleep(chance.uniform(0.5, 2))
    finally:
        over.set()
        for thread in threads:
            thread.join()
        watched.set()
        watcher.join()
    figures.rounds += 1
    figures.hit += hit
    figures.refused += sum(depositor.refused for depositor in depositors)
    seconds = looking.settle(stage.client, stage.inside, ledgers, given_up)
    if seconds is None:
        figures.problems.append(f"round {number}: not as before after {looking.PATIENCE_SECONDS} s")
    figures.slowest = max(figures.slowest, seconds or looking.PATIENCE_SECONDS)
    looking.compare(stage.client, stage.inside, ledgers, figures, given_up, stage.content.verdicts)


def play_all(stage: Stage, names: list[str], rounds: int, tell: Tell) -> list[Figures]:
    """All rounds of the named faults, in an order that comes from the seed; each goes on after a failure."""
    figures = {name: Figures(name) for name in names}
    plan = [(name, number) for number in range(rounds) for name in names]
    random.Random(stage.seed).shuffle(plan)
    for name, number in plan:
        its = figures[name]
        if its.note:
            continue
        start, before = time.monotonic(), len(its.problems)
        try:
            play(stage, name, number, its)
        except NotPossible as why:
            its.note = f"not possible here: {why}"
        except Exception as error:
            its.problems.append(f"round {number}: {type(error).__name__}: {error}")
        tell(name, number, time.monotonic() - start, its.note, its.problems[before:])
    return list(figures.values())


def parallel(stage: Stage, rounds: int, tell: Tell) -> Figures:
    """Rounds of parallel uploads to one file, looked at without pause; each round begins when the last is answered."""
    figures = Figures("four parallel uploads to one file")
    depositor = stage.depositor()
    depositor.deposit()
    ledger, given_up = depositor.ledger, stage.inside.given_up()
    watched = threading.Event()
    watcher = threading.Thread(
        target=looking.watch, args=(stage.client, [ledger], stage.content.verdicts, watched, figures)
    )
    watcher.start()
    try:
        with ThreadPoolExecutor(PARALLEL) as pool:
            for number in range(rounds):
                files = [stage.content.next(SMALL) for _ in range(PARALLEL)]
                answers = list(pool.map(lambda file: _replace(stage.client, ledger, file), files))
                sent = [hashlib.sha256(file).hexdigest() for file in files]
                kept = [sha256 for sha256, answered in zip(sent, answers, strict=True) if answered]
                ledger.acknowledged += kept
                # whichever of them was committed last, and those without an answer, may be what is kept
                ledger.uncertain = sent if kept else [*ledger.uncertain, *sent]
                figures.rounds += 1
                figures.hit += len(kept) > 1
                figures.refused += PARALLEL - len(kept)
                _compare_now(stage.client, ledger, figures, number)
                if number % 10 == 9:
                    tell(figures.fault, number, 0, "", [])
    finally:
        watched.set()
        watcher.join()
    seconds = looking.settle(stage.client, stage.inside, [ledger], given_up)
    if seconds is None:
        figures.problems.append(f"not as before after {looking.PATIENCE_SECONDS} s")
    figures.slowest = seconds or looking.PATIENCE_SECONDS
    looking.compare(stage.client, stage.inside, [ledger], figures, given_up, stage.content.verdicts)
    return figures


def _replace(client: Client, ledger: Ledger, upload: bytes) -> bool:
    try:
        client.call("resource_update", upload, id=ledger.resource_id, odl_schema=SCHEMA, name="prenoms")
    except (Refused, requests.RequestException):
        return False
    return True


def _compare_now(client: Client, ledger: Ledger, figures: Figures, number: int) -> None:
    figures.looks += 1
    if wrong := looking.is_wrong(client, ledger):
        figures.wrong += 1
        figures.problems.append(f"round {number}: {wrong}")
    downloaded = client.download(ledger.package_id, ledger.resource_id)
    if downloaded not in ledger.acceptable:
        figures.lost += 1
        figures.problems.append(f"round {number}: the file is {downloaded}, none of those of this round")
