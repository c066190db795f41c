"""All files of the corpus, each under a name of its own, and the answers they deserve."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

from . import archives, good, others, texts
from .case import Case

MANIFEST = Path(__file__).with_name("manifest.csv")


class Answer(NamedTuple):
    """The status of the report, and the code of its first error (empty when there is none)."""

    status: str
    code: str


def corpus() -> list[Case]:
    """Every case; the bytes are made when they are asked for."""
    return [*texts.cases(), *archives.cases(), *others.cases(), *good.cases()]


def answers() -> dict[str, Answer]:
    """What each file of the corpus deserves, by its name: settled by reading each file and its report."""
    with MANIFEST.open(encoding="utf-8", newline="") as file:
        return {line["name"]: Answer(line["status"], line["code"]) for line in csv.DictReader(file)}


def given(report: dict) -> Answer:
    """What a report says."""
    return Answer(report["status"], report["errors"][0]["code"] if report["errors"] else "")
