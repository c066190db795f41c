"""A commune under its ATD, and the people around them, as for the path."""

from __future__ import annotations

from tests.portal.path.conftest import adviser, atd, member, people, region

__all__ = ["adviser", "atd", "member", "people", "region"]
