"""Which proof of a step stands today, and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .calendar import add_months, next_installed
from .snapshot import Proof, Snapshot


@dataclass(frozen=True)
class Standing:
    """A proof, the last day on which it holds (None: no end) and whether that day is past."""

    proof: Proof
    expires_on: dt.date | None
    expired: bool


def last_day(proof: Proof, expires: str | None, kind: str | None, params: Mapping[str, Any]) -> dt.date | None:
    """The last day on which a proof holds, None when it has no end.

    :param expires: ``review`` (some months after it was given), ``own`` (its own end, else the same), ``mandate``
        (some months after the next assembly is in place, else the same), None (only its own end, if it has one)
    """
    review = add_months(proof.given_on, params["review_months"])
    if expires == "mandate":
        election = next_installed(kind, proof.given_on)
        end = add_months(election.installed, params["sponsor_months"]) if election else review
    elif expires == "review":
        end = review
    elif expires == "own":
        return proof.expires_on or review
    else:
        return proof.expires_on
    return min(end, proof.expires_on) if proof.expires_on else end


def standing(
    snapshot: Snapshot,
    id: str,
    accepts: Iterable[str],
    expires: str | None,
    params: Mapping[str, Any],
    today: dt.date,
) -> Standing | None:
    """The proof of a step or duty that holds longest, else the one that expired last, else None.

    Proofs of a kind that is not accepted, or dated after *today*, do not count.
    """
    kinds = tuple(accepts)
    found = [
        Standing(proof, end, end is not None and end < today)
        for proof in snapshot.proofs
        if proof.step == id and proof.kind in kinds and proof.given_on <= today
        for end in [last_day(proof, expires, snapshot.kind, params)]
    ]

    def lasts(item: Standing) -> tuple[dt.date, dt.date, str]:
        return (item.expires_on or dt.date.max, item.proof.given_on, item.proof.id)

    return max(found, key=lasts, default=None)
