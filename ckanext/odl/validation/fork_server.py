"""The process whose children read foreign files: it has read none itself and forks a child for each.

Started by :mod:`.guard`, which gives it the schemas that the portal brought as an open file, and sends it over a Unix
socket, for each file, which function of ours to call, the writing ends of two pipes, and the files that the function
may write: the child writes the result to the first pipe, the server says on the second how the child ended. A child
begins warm (the libraries are loaded, the schemas parsed), limits itself before it opens the file, and dies with its
limits.
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
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

MEBIBYTE = 1 << 20
OUT_OF_MEMORY = 3
RESULT_TOO_LONG = 4
#: A report is at most 1 MiB by contract; a child that answers with more is wrong itself.
RESULT_BYTES = 2 * MEBIBYTE
#: What a message over a Unix socket carries everywhere.
ORDER_BYTES = 128 * 1024
#: Most files that one child may write.
OUTPUTS = 8
#: Where the functions are that a child may be asked to call.
OURS = "ckanext.odl."

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_NO_NEW_PRIVS = 38
_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446  # the same numbers on every architecture
_WRITING = 0b1_1111_1111_0010  # all rights of the first version but to execute, to read a file and to read a folder
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
    message, descriptors, _, _ = socket.recv_fds(control, ORDER_BYTES, 2 + OUTPUTS)
    if not message:
        return False
    report, ending, *outputs = descriptors
    order = json.loads(message)
    _load(order["function"])
    pid = os.fork()
    if not pid:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in (control.fileno(), wake, ending, *children.values()):
            os.close(descriptor)
        _call(order, report, outputs, has_own_users)
    for descriptor in (report, *outputs):
        os.close(descriptor)
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


def _load(function: str) -> None:
    """Import the module of a function here, so that the children to come find it loaded."""
    module = function.partition(":")[0]
    if module not in sys.modules and module.startswith(OURS):
        with suppress(Exception):  # the child meets it again, and fails alone
            import_module(module)


def _call(order: dict[str, Any], result: int, outputs: list[int], has_own_users: bool) -> NoReturn:
    """Call the function in this process and leave. Never returns: an exception must not reach the server's loop."""
    code = 1
    try:
        from . import limits  # noqa: PLC0415 (loaded already)

        for name, value in order["limits"].items():
            setattr(limits, name, value)
        size = limits.OUTPUT_BYTES if outputs else 0
        _limit(order["memory"], order["seconds"], order["patience"], size, has_own_users)
        _write_nothing_else()
        module, _, name = order["function"].partition(":")
        options = order["options"]
        files = [os.fdopen(descriptor, "wb") for descriptor in outputs]
        if files:
            options["outputs"] = files
        found = getattr(import_module(module), name)(order["path"], **options)
        content = json.dumps(found).encode()
        code = RESULT_TOO_LONG
        if len(content) <= RESULT_BYTES:
            for file in files:
                file.close()
            with open(result, "wb") as pipe:
                pipe.write(content)
            code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    finally:
        os._exit(code)


def _limit(memory: int, seconds: int, patience: int, size: int, has_own_users: bool) -> None:
    """Memory in mebibytes; seconds of processor; seconds by the clock; size in bytes of what it may write."""
    limits = {
        resource.RLIMIT_AS: memory * MEBIBYTE,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: size,
        resource.RLIMIT_NOFILE: _DESCRIPTORS,
    }
    if has_own_users:  # elsewhere the count is that of all processes of the portal's account
        limits[resource.RLIMIT_NPROC] = _PROCESSES
    for name, limit in limits.items():
        resource.setrlimit(name, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(patience)


def _write_nothing_else() -> None:
    """Take from this process the right to make, open for writing or remove any file, where the kernel can (Landlock,
    Linux 5.13): the files that it was given open stay open."""
    libc = ctypes.CDLL(None, use_errno=True)
    handled = ctypes.c_uint64(_WRITING)
    ruleset = libc.syscall(_LANDLOCK_CREATE_RULESET, ctypes.byref(handled), ctypes.sizeof(handled), 0)
    if ruleset < 0:
        return
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


if __name__ == "__main__":
    main()
