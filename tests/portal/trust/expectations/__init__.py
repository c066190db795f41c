"""Who gets what: every action and every route of ours, in rows to be read like a table.

``may`` are those whose call is carried out; ``sees`` those who are told that they may not (403); all others are
answered as if the thing did not exist (404), or by what ``others`` says.
"""

from __future__ import annotations

from tests.portal.trust.expectations.actions import ACTIONS
from tests.portal.trust.expectations.call import LOGIN, Call
from tests.portal.trust.expectations.elsewhere import ELSEWHERE
from tests.portal.trust.expectations.routes import ROUTES

__all__ = ["ACTIONS", "ELSEWHERE", "LOGIN", "ROUTES", "Call"]
