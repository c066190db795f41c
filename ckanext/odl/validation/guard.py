"""Foreign files are read in a process of their own, so that none can take down who asks.

What the child cannot finish within its limits is answered with a ``limit-*`` code, never with a word against the file.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from ckanext.odl.scdl import BroughtVersion, brought, dump

from .fork_server import ORDER_BYTES, OURS, OUT_OF_MEMORY, OUTPUTS
from .report import Findings, Report

#: Seconds by the clock that the child gets beyond its processor time, to wait for the disk and for its turn.
GRACE_SECONDS = 10
_START_SECONDS = 30
_CHECK = "ckanext.odl.validation.run:check"
_BLOCK = 1 << 16
_KILLED_BY_TIME = (-signal.SIGXCPU, -signal.SIGALRM, -signal.SIGKILL)  # the last one at the hard limit


class Stopped(Exception):
    """A child did not come to its end: that says nothing of the file.

    ``code`` is ``limit-memory``, ``limit-time`` or ``limit-interrupted`` (it died, its function failed, or its result
    was too long).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def in_child(
    function: str,
    path: str | Path,
    *,
    options: Mapping[str, Any] | None = None,
    seconds: int = 10,
    memory: int = 1024,
    limits: Mapping[str, int] | None = None,
    outputs: Sequence[IO[bytes]] = (),
) -> Any:
    """Call a function of ours on a foreign file in a child process: limits of memory, time, descriptors and size of
    what it writes, and no network.

    :param function: ``package.module:name`` below ``ckanext.odl``; called as ``function(path, **options)``
    :param path: the file to read
    :param options: the other arguments, which JSON can hold
    :param seconds: most processor time
    :param memory: most address space, in mebibytes
    :param limits: other values of the published limits, by their name in :mod:`.limits`
    :param outputs: at most :data:`.fork_server.OUTPUTS` regular files open for writing, which the function gets as
        ``outputs=[…]`` (open binary files) and the only ones the child can write to, each from where it stands and up
        to :data:`.limits.OUTPUT_BYTES`. When the child is stopped, what they hold is of no use.
    :returns: what the function returns, as JSON gives it back; at most :data:`.fork_server.RESULT_BYTES` of JSON
    :raises Stopped: the child did not end well
    :raises ValueError: a function that is not ours, or arguments too long to be sent
    """
    if not function.startswith(OURS):
        raise ValueError(f"not one of our functions: {function}")
    order = {
        "function": function,
        "path": str(Path(path).absolute()),
        "options": dict(options or {}),
        "seconds": seconds,
        "memory": memory,
        "limits": dict(limits or {}),
        "patience": seconds + GRACE_SECONDS,
    }
    for output in outputs:
        output.flush()
    places = [output.tell() for output in outputs]
    content, ending = _server.ask(order, outputs)
    if ending is None:  # the server itself was killed: that says nothing of the file
        for output, place in zip(outputs, places, strict=True):
            os.ftruncate(output.fileno(), place)
            os.lseek(output.fileno(), place, os.SEEK_SET)
        content, ending = _server.ask(order, outputs)
    if ending == 0:
        return json.loads(content)
    if ending == OUT_OF_MEMORY:
        raise Stopped("limit-memory")
    raise Stopped("limit-time" if ending in _KILLED_BY_TIME else "limit-interrupted")


def guarded(
    path: str | Path,
    schema: str | None = None,
    *,
    seconds: int = 10,
    memory: int = 1024,
    limits: Mapping[str, int] | None = None,
    language: str = "fr",
    name: str = "",
    **options: Any,
) -> dict[str, Any]:
    """Check a file in a child process, as :func:`in_child` says.

    :param path: the file to read
    :param schema: catalogue id or ``id@version``; guessed from the columns when None
    :param seconds: most processor time
    :param memory: most address space, in mebibytes
    :param limits: other values of the published limits, by their name in :mod:`.limits`
    :param language: of the sentences, ``fr`` or ``en``
    :param name: the file's name as people know it
    :param options: the other parameters of :func:`.validate`
    :returns: the report as a dict; status ``incomplete`` when the child was stopped or died
    """
    started = time.monotonic()
    asked = {"schema": schema, "language": language, "name": name, **options}
    try:
        return in_child(_CHECK, path, options=asked, seconds=seconds, memory=memory, limits=limits)
    except Stopped as stopped:
        return incomplete(stopped.code, path, schema, language, name, time.monotonic() - started)


class _Server:
    """The fork server of this process: started when first needed, again when it died, ended with its owner.

    It knows the schemas that its owner knew when it was started: when there are others, it is started anew.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._brought: tuple[BroughtVersion, ...] = ()

    def ask(self, order: dict[str, Any], outputs: Sequence[IO[bytes]]) -> tuple[bytes, int | None]:
        """Have a function called; returns what the child answered and its exit code (None: nobody can tell)."""
        content = json.dumps(order).encode()
        if len(content) > ORDER_BYTES or len(outputs) > OUTPUTS:
            raise ValueError("too much for one order")
        report, report_end = os.pipe()
        ending, ending_end = os.pipe()
        try:
            try:
                self._send(content, [report_end, ending_end, *(output.fileno() for output in outputs)])
            finally:
                os.close(report_end)
                os.close(ending_end)
            until = time.monotonic() + order["patience"] + _START_SECONDS
            answer = _read(report, until)
            code = _read(ending, until)
            return answer, int(code) if code else None
        except TimeoutError:
            return b"", -signal.SIGALRM
        except OSError:
            return b"", None
        finally:
            os.close(report)
            os.close(ending)

    def _send(self, order: bytes, pipes: list[int]) -> None:
        schemas = brought()
        with self._lock:
            for last in (False, True):
                control = self._connected(schemas)
                try:
                    socket.send_fds(control, [order], pipes)
                    return
                except OSError:
                    self.stop()
                    if last:
                        raise

    def _connected(self, schemas: tuple[BroughtVersion, ...]) -> socket.socket:
        # A web server forks its workers: each has a server of its own.
        alive = self._process is not None and self._process.poll() is None and self._owner == os.getpid()
        if alive and self._brought is not schemas:
            self.stop()  # who waits for an answer of this one asks again
            alive = False
        if not alive or self._control is None:
            self._start(schemas)
        assert self._control is not None  # noqa: S101 (_start has set it)
        return self._control

    def _start(self, schemas: tuple[BroughtVersion, ...]) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # Nothing of the portal's environment (addresses, passwords) goes into a process that reads foreign files.
        environment = {key: os.environ[key] for key in ("PYTHONPATH", "LANG") if key in os.environ}
        with theirs, TemporaryFile() as added:
            if schemas:
                added.write(dump(schemas))
                added.seek(0)
            ends = [theirs.fileno(), added.fileno()]
            self._process = subprocess.Popen(  # noqa: S603 (our own module, no shell)
                [sys.executable, "-m", "ckanext.odl.validation.fork_server", *map(str, ends)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                pass_fds=ends,
            )
        self._control, self._owner, self._brought = ours, os.getpid(), schemas

    def stop(self) -> None:
        """End the server: it leaves when its socket is closed."""
        if self._control is not None:
            self._control.close()
        if self._process is not None and self._owner == os.getpid():
            try:
                self._process.wait(1)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = self._control = None


_server = _Server()
atexit.register(_server.stop)


def _read(pipe: int, until: float) -> bytes:
    """All that comes out of a pipe until it is closed.

    :raises TimeoutError: it was not closed in time
    """
    blocks = []
    while True:
        ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise TimeoutError
        block = os.read(pipe, _BLOCK)
        if not block:
            return b"".join(blocks)
        blocks.append(block)


def incomplete(
    code: str, path: str | Path, schema: str | None, language: str, name: str, seconds: float = 0.0
) -> dict[str, Any]:
    """The report of a check that was stopped: what was not looked at is said to be unknown.

    :param code: of :class:`Stopped`
    :param path: the file that was to be read
    :param schema: what was asked: catalogue id or ``id@version``
    :param language: of the sentences, ``fr`` or ``en``
    :param name: the file's name as people know it
    :param seconds: how long it took to be stopped
    """
    findings = Findings()
    findings.add(code)
    id_, _, version = (schema or "").partition("@")
    unknown = dict.fromkeys(
        ("sha256", "format", "encoding", "delimiter", "sheet", "sheets", "sheet_why", "header_row", "rows", "columns")
    )
    return Report(
        language=language,
        status="incomplete",
        schema={"id": id_, "version": version or None} if id_ else None,
        guess=None,
        file={"name": name, "size": os.path.getsize(path), **unknown},
        findings=findings,
        extract={"header": [], "header_row": None, "rows": []},
        seconds=seconds,
    ).to_dict()
