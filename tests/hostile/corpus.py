"""All files of the corpus, each under a name of its own."""

from __future__ import annotations

from . import archives, good, others, texts
from .case import Case


def corpus() -> list[Case]:
    """Every case; the bytes are made when they are asked for."""
    return [*texts.cases(), *archives.cases(), *others.cases(), *good.cases()]
