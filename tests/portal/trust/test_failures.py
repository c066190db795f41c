"""A request that dies takes no other one with it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from ckan import model

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


def test_a_lost_connection_to_the_database_costs_one_request_only(app):
    connection = model.Session.connection()
    pid = connection.scalar(sa.text("SELECT pg_backend_pid()"))
    with model.meta.engine.connect() as other:
        other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    with pytest.raises(sa.exc.SQLAlchemyError):
        app.get("/odl/schemas")

    assert app.get("/odl/schemas").status_code == 200
