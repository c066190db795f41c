"""A mail server on loopback: it takes messages as a real one does, and refuses those for some addresses."""

from __future__ import annotations

import email
import email.policy
import re
import socketserver
import threading
from email.message import EmailMessage
from typing import Any


class _Conversation(socketserver.StreamRequestHandler):
    """One conversation (RFC 5321), as much of it as smtplib speaks."""

    def handle(self) -> None:
        server: Any = self.server
        self._say(220, "ready")
        recipients: list[str] = []
        while line := self.rfile.readline().decode("ascii", "replace").strip():
            verb = line.split(" ")[0].upper()
            if verb in ("EHLO", "HELO"):
                self._say(250, "loopback")
            elif verb == "RCPT":
                address = re.sub(r".*<(.*)>.*", r"\1", line)
                status = server.refused.get(address, 250)
                self._say(status, "ok" if status == 250 else "no such user here" if status == 550 else "try later")
                if status == 250:
                    recipients.append(address)
            elif verb == "DATA":
                self._say(354, "go on")
                lines = []
                while (got := self.rfile.readline()) != b".\r\n":
                    lines.append(got[1:] if got.startswith(b"..") else got)
                message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                server.received.append((recipients, message))
                self._say(250, "taken")
            elif verb == "QUIT":
                self._say(221, "bye")
                return
            else:
                self._say(250, "ok")
                recipients = [] if verb in ("MAIL", "RSET") else recipients

    def _say(self, status: int, words: str) -> None:
        self.wfile.write(f"{status} {words}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    """A mail server that listens while it is used in ``with``."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.received: list[tuple[list[str], EmailMessage]] = []
        self.refused: dict[str, int] = {}

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Server:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.shutdown()
        self.server_close()

    def to(self, address: str) -> list[EmailMessage]:
        """The messages taken for an address."""
        return [message for recipients, message in self.received if address in recipients]


def text_of(message: EmailMessage) -> str:
    """The words of a message."""
    body = message.get_body(preferencelist=("plain",))
    assert body is not None
    return body.get_content()
