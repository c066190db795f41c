"""What a request that died leaves behind for the next one."""

from __future__ import annotations

from ckan import model
from flask import Flask


def protect(app: Flask) -> None:
    """Give each thread of *app* a fresh database session after a request that ended without an answer.

    CKAN puts its session away when it sends the answer. When the database goes away in the middle of a request, its
    error page fails too and no answer is made: the broken transaction would stay with the thread, and each request that
    this thread takes up later would fail as well, long after the database is back.
    """
    app.teardown_request(_forget_session)


def _forget_session(error: BaseException | None) -> None:
    if error is not None:
        model.Session.remove()
