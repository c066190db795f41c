"""The process that judges foreign files: it has read nothing itself and forks a child for each file.

Started by :mod:`.guard`, which gives it the schemas that the portal brought as an open file, and sends it over a Unix
socket, for each file, the writing ends of two pipes: the child writes its report to the first, the server says on the
second how the child ended. A child begins warm (the libraries are loaded, the schemas parsed), limits itself before it
opens the file, and dies with its limits.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

MEBIBYTE = 1 << 20
OUT_OF_MEMORY = 3
REPORT_TOO_LONG = 4
#: A report is at most 1 MiB by contract; a child that writes more is wrong itself.
REPORT_BYTES = 2 * MEBIBYTE
ORDER_BYTES = 64 * 1024

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_DESCRIPTORS = 64
_PROCESSES = 64


def main() -> None:
    """Serve until the other end of the control socket is closed."""
    control = socket.socket(fileno=int(sys.argv[1]))
    with open(int(sys.argv[2]), "rb") as added:
        _know(added.read())
    os.nice(10)  # who reads a page comes before a file that waits for its report
    has_own_users = _leave_the_network()
    wake, children = _watch_children(), {}
    _warm_up()
    while True:
        ready, _, _ = select.select([control, wake], [], [])
        if wake in ready:
            os.read(wake, 4096)
            _reap(children)
        if control in ready and not _serve(control, children, wake, has_own_users):
            break
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _leave_the_network() -> bool:
    """Give this process no network at all where the kernel allows it; tell whether it has users of its own too."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
        return True
    libc.unshare(_CLONE_NEWNET)
    return False


def _watch_children() -> int:
    """Returns a descriptor that becomes readable when a child ends."""
    wake, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who asked
    return wake


def _know(added: bytes) -> None:
    """Have the catalogue know the versions that do not ship with the extension."""
    from ckanext.odl import scdl  # noqa: PLC0415 (who imports this module for its names reads no schema)

    versions = scdl.restore(added)
    scdl.provide(lambda: versions)


def _warm_up() -> None:
    from . import validate  # noqa: PLC0415 (after the network is gone)

    with TemporaryDirectory(prefix="odl-") as folder:
        sample = Path(folder, "prenoms.csv")
        sample.write_text("COMMUNE_NOM,COLL_INSEE,ENFANT_SEXE,ENFANT_PRENOM,NOMBRE_OCCURRENCES,ANNEE\nA,1,F,B,x,2024\n")
        validate(sample).to_dict()
    gc.collect()
    gc.freeze()


def _serve(control: socket.socket, children: dict[int, int], wake: int, has_own_users: bool) -> bool:
    """Take one order; False when there will be no more."""
    order, pipes, _, _ = socket.recv_fds(control, ORDER_BYTES, 2)
    if not order:
        return False
    report, ending = pipes
    pid = os.fork()
    if not pid:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in (control.fileno(), wake, ending, *children.values()):
            os.close(descriptor)
        _judge(json.loads(order), report, has_own_users)
    os.close(report)
    children[pid] = ending
    return True


def _reap(children: dict[int, int]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        ending = children.pop(pid)
        try:
            os.write(ending, str(os.waitstatus_to_exitcode(status)).encode())
        except BrokenPipeError:
            pass  # who asked has gone
        finally:
            os.close(ending)


def _judge(order: dict[str, Any], report: int, has_own_users: bool) -> NoReturn:
    """Check the file in this process and leave. Never returns: an exception here must not reach the server's loop."""
    code = 1
    try:
        _limit(order["memory"], order["seconds"], order["patience"], has_own_users)
        from . import limits, validate  # noqa: PLC0415 (loaded already)

        for name, value in order["limits"].items():
            setattr(limits, name, value)
        found = validate(order["path"], order["schema"], **order["options"]).to_dict()
        content = json.dumps(found).encode()
        code = REPORT_TOO_LONG
        if len(content) <= REPORT_BYTES:
            with open(report, "wb") as pipe:
                pipe.write(content)
            code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    finally:
        os._exit(code)


def _limit(memory: int, seconds: int, patience: int, has_own_users: bool) -> None:
    """Memory in mebibytes; seconds of processor; seconds by the clock."""
    limits = {
        resource.RLIMIT_AS: memory * MEBIBYTE,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: _DESCRIPTORS,
    }
    if has_own_users:  # elsewhere the count is that of all processes of the portal's account
        limits[resource.RLIMIT_NPROC] = _PROCESSES
    for name, limit in limits.items():
        resource.setrlimit(name, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(patience)


if __name__ == "__main__":
    main()
