"""Bringing a file by the pages."""

from __future__ import annotations

import io
import re

import pytest

from tests.portal.conftest import GOOD, run_checks
from tests.portal.pages.deposit.steps import HERE


@pytest.fixture
def send(app, authorization, agent):
    """A function that posts a form as *user* and returns the answer without following it."""

    def post(address, user=None, files=None, **data):
        for content, name in files or []:
            data.setdefault("upload", []).append((io.BytesIO(content), name))
        return app.post(
            address,
            data=data,
            headers=authorization(user or agent),
            content_type="multipart/form-data" if files else None,
            follow_redirects=False,
        )

    return post


@pytest.fixture
def bring(send, commune):
    """A function that brings a file, has it checked and returns the address of its page."""

    def put(content=GOOD, name="prenoms-2024.csv", **more):
        answer = send(HERE, files=[(content, name)], collectivite=commune["name"], **more)
        assert answer.status_code == 302, answer.body
        run_checks()
        return re.sub(r"^.*(/odl/depot/)", r"/en\1", answer.headers["Location"])

    return put
