"""What arrived on data.gouv.fr of what left: held against its public harvest jobs and datasets. Pure.

The order of a look: :func:`choose` the harvester, :func:`examine` it with its last job, find our datasets in the
:class:`Lookup` of the items of that job and the datasets of the organization, :func:`judge` each with the whole
national record. What could not be read is ``unknown``; nothing here guesses by a title or an address alone.

Source: https://www.data.gouv.fr/api/1/swagger.json (``harvest``, ``datasets``).
"""

from __future__ import annotations

from .duplicates import Duplicate, Shelf
from .harvester import Harvester, choose, examine
from .losses import Loss, losses
from .outcome import (
    ARCHIVED,
    ARRIVED,
    FAILED,
    LEFT,
    MISSING,
    SKIPPED,
    UNKNOWN,
    WAITING,
    WITHHELD,
    Found,
    Lookup,
    Outcome,
    Sent,
    judge,
    metrics,
    owner,
    since,
)
from .refusals import Refusal, of_errors, understood
from .words import duplicate_words, harvester_words, loss_words, outcome_words, refusal_words

__all__ = [
    "ARCHIVED",
    "ARRIVED",
    "FAILED",
    "LEFT",
    "MISSING",
    "SKIPPED",
    "UNKNOWN",
    "WAITING",
    "WITHHELD",
    "Duplicate",
    "Found",
    "Harvester",
    "Lookup",
    "Loss",
    "Outcome",
    "Refusal",
    "Sent",
    "Shelf",
    "choose",
    "duplicate_words",
    "examine",
    "harvester_words",
    "judge",
    "loss_words",
    "losses",
    "metrics",
    "of_errors",
    "outcome_words",
    "owner",
    "refusal_words",
    "since",
    "understood",
]
