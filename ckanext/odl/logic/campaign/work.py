"""What a worker does for campaigns, one small piece at a time, so that a file which is deposited never waits long."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ckanext.odl import queue
from ckanext.odl.intake import own_session

from . import importing


def next_piece(session: Session) -> bool:
    """Carry out one row of a list; False when nothing waits."""
    return importing.next_row(session)


def sweep() -> dict[str, int]:
    """Announce again what nobody does. To be run every minute."""
    with own_session() as session:
        waits = importing.waiting(session)
    if waits:
        queue.send()
    return {"waiting": int(waits)}
