"""The one door to other machines: an address that somebody chose is never simply asked.

Only https on its usual port, only names all of whose addresses are public, and the connection goes to the very address
that was looked at (a name may answer otherwise the second time). Redirects are looked at in the same way.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

REDIRECTS = 3
_BLOCK = 1 << 16
_CONNECT_SECONDS = 5.0
_REDIRECTED = (301, 302, 303, 307, 308)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class FetchError(Exception):
    """An address was not asked, or did not answer as it should. ``code`` is one of:

    ``address-invalid``, ``scheme-not-allowed``, ``credentials-in-address``, ``port-not-allowed``, ``host-not-allowed``,
    ``host-unknown``, ``address-not-public``, ``too-many-redirects``, ``too-large``, ``too-slow``, ``unreachable``.
    """

    def __init__(self, code: str, host: str = "") -> None:
        super().__init__(f"{code} {host}".strip())
        self.code = code
        self.host = host


@dataclass(frozen=True)
class Answer:
    """What the other machine said; ``url`` is the address that answered in the end."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True)
class Guard:
    """What may be asked, and how much of it is taken.

    ``hosts``: the only names that may be asked, None for all. ``loopback``: a stand-in on this machine may be asked
    too, by http and on any port (for tests). ``seconds``: for the whole answer, redirects included. ``most_bytes``: of
    the content as it is read.
    """

    hosts: Collection[str] | None = None
    loopback: bool = False
    seconds: float = 60.0
    most_bytes: int = 50 << 20
    agent: str = "ckanext-odl"

    def fetch(self, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
        """Ask an address.

        :param url: an absolute address
        :param headers: sent with the request; those that carry a secret (``Authorization``, ``X-API-KEY``) do not
            follow a redirect to another host
        :returns: the answer, whatever its status
        :raises FetchError: see there; nothing was sent when the address itself is refused
        """
        until = time.monotonic() + self.seconds
        sent = {"User-Agent": self.agent, "Accept-Encoding": "gzip", **(headers or {})}
        host = urlsplit(url).hostname
        for _ in range(REDIRECTS + 1):
            answer = self._ask(url, method, sent, until)
            target = answer.headers.get("location")
            if answer.status not in _REDIRECTED or not target:
                return answer
            url = urljoin(url, target)
            if urlsplit(url).hostname != host:
                sent = {
                    name: value for name, value in sent.items() if name.lower() not in ("authorization", "x-api-key")
                }
        raise FetchError("too-many-redirects", host or "")

    def _ask(self, url: str, method: str, headers: Mapping[str, str], until: float) -> Answer:
        scheme, host, port, target = self._understood(url)
        address = self._address(host)
        patience = min(_CONNECT_SECONDS, _left(until, host))
        connection: HTTPConnection
        if scheme == "https":
            connection = HTTPSConnection(address, port, timeout=patience, server_hostname=host, assert_hostname=host)
        else:
            connection = HTTPConnection(address, port, timeout=patience)
        own_host = host if port in (80, 443) else f"{host}:{port}"
        watch = None
        try:
            connection.connect()
            connection.sock.settimeout(_left(until, host))
            # A machine that sends a byte now and then never runs into the timeout of a single read.
            watch = threading.Timer(_left(until, host), _hang_up, [connection.sock])
            watch.daemon = True
            watch.start()
            connection.request(method, target, headers={**headers, "Host": own_host}, preload_content=False)
            answer = connection.getresponse()
            content = self._content(answer, host)
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError):
            raise FetchError("too-slow" if time.monotonic() >= until else "unreachable", host) from None
        finally:
            if watch:
                watch.cancel()
            connection.close()
        if time.monotonic() >= until:
            raise FetchError("too-slow", host)
        return Answer(url, answer.status, {key.lower(): value for key, value in answer.headers.items()}, content)

    def _content(self, answer: urllib3.HTTPResponse, host: str) -> bytes:
        declared = answer.headers.get("Content-Length", "")
        if declared.isdigit() and int(declared) > self.most_bytes:
            raise FetchError("too-large", host)
        blocks, size = [], 0
        for block in answer.stream(_BLOCK, decode_content=True):
            blocks.append(block)
            size += len(block)
            if size > self.most_bytes:
                raise FetchError("too-large", host)
        return b"".join(blocks)

    def _understood(self, url: str) -> tuple[str, str, int, str]:
        """The parts of an address that may be asked: scheme, host, port, path with query."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port
            host = host.encode("idna").decode() if not host.isascii() else host
        except (ValueError, UnicodeError):
            raise FetchError("address-invalid") from None
        if not host or any(character <= " " for character in url):
            raise FetchError("address-invalid", host)
        is_local = self.loopback and _is_loopback(host)
        if parts.scheme != "https" and not (is_local and parts.scheme == "http"):
            raise FetchError("scheme-not-allowed", host)
        if parts.username is not None or parts.password is not None:
            raise FetchError("credentials-in-address", host)
        if port not in (None, 443) and not is_local:
            raise FetchError("port-not-allowed", host)
        if self.hosts is not None and host not in self.hosts:
            raise FetchError("host-not-allowed", host)
        path = parts.path or "/"
        return (
            parts.scheme,
            host,
            port or (443 if parts.scheme == "https" else 80),
            f"{path}?{parts.query}" if parts.query else path,
        )

    def _address(self, host: str) -> str:
        """The address to connect to; every one that the name has must be public."""
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise FetchError("host-unknown", host) from None
        addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
        if not addresses:
            raise FetchError("host-unknown", host)
        for address in addresses:
            if not is_public(address) and not (self.loopback and address.is_loopback):
                raise FetchError("address-not-public", host)
        return str(addresses[0])


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is on the public internet (IANA's registries); an address inside another is looked at too."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _hang_up(connected: socket.socket) -> None:
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _left(until: float, host: str) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise FetchError("too-slow", host)
    return left
