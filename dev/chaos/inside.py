"""What a look inside the portal tells: its own database and queue."""

from __future__ import annotations

import redis
import sqlalchemy as sa

from dev.portal.instance import Instance


class Inside:
    """The portal's own database and queue."""

    def __init__(self, instance: Instance) -> None:
        self._engine = sa.create_engine(instance.environment["CKAN_SQLALCHEMY_URL"], poolclass=sa.NullPool)
        self.redis = redis.Redis.from_url(instance.environment["CKAN_REDIS_URL"])

    def unfinished(self) -> int:
        """Checks that wait or run."""
        return self._count("select count(*) from odl_validation where state in ('waiting', 'running')")

    def given_up(self) -> int:
        """Checks that were given up after too many deaths."""
        return self._count("select count(*) from odl_validation where state = 'interrupted'")

    def largest_attempts(self) -> int:
        """How often a check was begun, at most."""
        return self._count("select coalesce(max(attempts), 0) from odl_validation")

    def _count(self, statement: str) -> int:
        with self._engine.connect() as connection:
            return connection.execute(sa.text(statement)).scalar_one()
