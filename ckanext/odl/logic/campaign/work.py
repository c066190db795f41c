"""What a worker does for campaigns, one small piece at a time, so that a file which is deposited never waits long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import flask
from ckan.config import middleware
from sqlalchemy.orm import Session

from ckanext.odl import queue
from ckanext.odl.intake import own_session
from ckanext.odl.logic.deposit import telling

from . import accepting, importing, mailing, part_letters

_PIECES = (
    importing.next_row,
    mailing.next_mail,
    part_letters.next_mail,
    telling.next_mail,
    accepting.next_acceptance,
)
_WAITING = (importing.waiting, mailing.due, part_letters.due, telling.due, accepting.waiting)


def next_piece(session: Session) -> bool:
    """Carry out one row of a list, send one message, or publish one deposit; False when nothing waits."""
    with _language_of_the_portal():
        return any(next_(session) for next_ in _PIECES)


@contextmanager
def _language_of_the_portal() -> Iterator[None]:
    """Sentences that are kept are in the portal's language: a worker has no request that would tell another one."""
    known = middleware._internal_test_request_context  # what CKAN's own url_for takes outside of requests
    if flask.has_request_context() or known is None:
        yield
        return
    with known.app.test_request_context():
        yield


def sweep() -> dict[str, int]:
    """Announce again what nobody does. To be run every minute."""
    with own_session() as session:
        waits = any(is_waiting(session) for is_waiting in _WAITING)
    if waits:
        queue.send()
    return {"waiting": int(waits)}
