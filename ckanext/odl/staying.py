"""A process that stays and sweeps again and again: loading the portal takes a hundred times as long as a sweep.

The portal is loaded once, and each sweep is done by a copy of the process (a fork), as CKAN's worker does its jobs.
So what a sweep opened, cached or broke ends with it, and the process that stays has no connection that could break.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from ckan import model
from ckan.lib import app_globals
from ckan.model import meta

log = logging.getLogger(__name__)

#: Seconds after which a sweep is taken for stuck, and that one still gets when the process is to end.
MOST_SECONDS, LAST_SECONDS = 3600.0, 5.0
_ENDS = frozenset({signal.SIGTERM, signal.SIGINT})
_HEARD = _ENDS | {signal.SIGCHLD}


def sweep_every(seconds: float, sweep: Callable[[], None]) -> None:
    """Sweep each so many seconds until SIGTERM or SIGINT; a sweep that fails is logged, and the next one goes on.

    :param seconds: from the beginning of a sweep to that of the next one, which waits for its end
    :param sweep: one sweep
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)  # from now on they are only waited for
    meta.Session.remove()
    if meta.engine:
        meta.engine.dispose()
    gc.freeze()  # what is loaded is never looked at again, and so not copied
    is_over = False
    while not is_over:
        begun = time.monotonic()
        child = multiprocessing.get_context("fork").Process(target=_do, args=(sweep,))
        child.start()
        is_over = _is_to_end(begun + MOST_SECONDS, child)
        if is_over:
            child.join(LAST_SECONDS)
        child.kill()  # does nothing to one that has ended
        child.join()
        if child.exitcode and child.exitcode < 0:
            log.error("A sweep was ended by signal %s; the next one takes up what it left", -child.exitcode)
        is_over = is_over or _is_to_end(begun + seconds)


def _is_to_end(until: float, child: BaseProcess | None = None) -> bool:
    """Wait until that moment, or until *child* has ended; returns whether this process was told to end meanwhile."""
    while child is None or child.is_alive():
        left = max(0.0, until - time.monotonic())
        heard = signal.sigtimedwait(_HEARD, left)
        if heard and heard.si_signo in _ENDS:
            return True
        if not left:
            break
    return False


def _do(sweep: Callable[[], None]) -> None:
    for number in _ENDS:  # they may be sent to all processes of a service: the one that stays says when this one ends
        signal.signal(number, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
    try:
        app_globals.reset()  # the settings that are changed on a page
        sweep()
    except Exception as error:
        lines = str(error).splitlines()
        log.error("A sweep failed, the next one is tried in its turn: %s: %s", type(error).__name__, "".join(lines[:1]))
        sys.exit(1)
    finally:
        model.Session.remove()
