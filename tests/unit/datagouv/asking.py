"""Asking the stand-in of data.gouv.fr."""

from __future__ import annotations

import pytest

from ckanext.odl.datagouv import DatagouvError

LIST = r"^/api/1/datasets/\?"
DETAIL = r"^/api/1/datasets/6b02"


def code_of(call, *args):
    with pytest.raises(DatagouvError) as found:
        call(*args)
    return found.value
