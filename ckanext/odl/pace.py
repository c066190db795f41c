"""One pace for all processes of the portal that ask the same machine, kept in Redis by its clock."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

#: Most seconds between now and the last turn given: more are left by a clock that was put back.
MOST_SECONDS = 60
#: Gives the next turn and says how many seconds there are until then.
_TAKE = """
local time = redis.call('TIME')
local now, interval, most = time[1] + time[2] / 1000000, tonumber(ARGV[1]), tonumber(ARGV[2])
local turn = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
if turn > now + most then turn = now end
redis.call('SET', KEYS[1], string.format('%.6f', turn + interval), 'EX', 2 * most)
return string.format('%.6f', turn - now)
"""


def of(host: str) -> Callable[[float], float | None]:
    """The pace at which a machine is asked.

    :param host: name and port
    :returns: a function that takes the next turn, so many seconds after the one before at the least, and says how many
        seconds there are until then; None when Redis does not answer
    """
    key = f"odl:{tk.config['ckan.site_id']}:pace:{host}"

    def take(interval: float) -> float | None:
        try:
            redis: Any = connect_to_redis()
            return float(redis.eval(_TAKE, 1, key, interval, MOST_SECONDS))
        except RedisError:
            log.warning("Redis gives no turns; each process keeps a pace of its own", exc_info=True)
            return None

    return take
