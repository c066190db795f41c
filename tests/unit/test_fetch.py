"""No address that somebody chose leads into the machine or its network."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.odl.fetch import FetchError, Guard, is_public

HOSTILE = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://0.0.0.0/",
    "https://localhost/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[fe80::1]/",
    "https://[fc00::1]/",
    "https://[fec0::1]/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "http://www.data.gouv.fr/",
    "ftp://www.data.gouv.fr/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "javascript:alert(1)",
    "https://user:secret@www.data.gouv.fr/",
    "https://www.data.gouv.fr@127.0.0.1/",
    "https://www.data.gouv.fr:6379/",
    "https://www.data.gouv.fr\r\nX: y/",
    "https://",
    "//127.0.0.1/",
    "",
]


@pytest.fixture
def asked(monkeypatch):
    """The connections that were opened: none, in most tests."""
    seen = []

    def connect(address, *_args, **_options):
        seen.append(address)
        raise OSError

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    return seen


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_address_is_refused_before_anything_is_sent(address, asked):
    with pytest.raises(FetchError) as refused:
        Guard().fetch(address)

    assert refused.value.code not in ("unreachable", "too-slow")
    assert asked == []


def resolver(monkeypatch, *answers):
    """Have names resolve to *answers*, one after the other."""
    left = list(answers)

    def resolve(_host, _port, **_options):
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in found]

    monkeypatch.setattr("socket.getaddrinfo", resolve)


def test_a_name_with_one_private_address_is_refused(monkeypatch, asked):
    resolver(monkeypatch, ["93.184.216.34", "10.0.0.1"])

    with pytest.raises(FetchError, match="address-not-public"):
        Guard().fetch("https://example.org/")
    assert asked == []


def test_the_address_that_was_looked_at_is_the_one_that_is_asked(monkeypatch, asked):
    """A name that answers otherwise the second time (DNS rebinding) gains nothing."""
    resolver(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])

    with pytest.raises(FetchError, match="unreachable"):
        Guard().fetch("https://example.org/")
    assert asked == [("93.184.216.34", 443)]


def test_only_the_hosts_of_the_list_are_asked(asked):
    with pytest.raises(FetchError, match="host-not-allowed"):
        Guard(hosts={"www.data.gouv.fr"}).fetch("https://example.org/")
    assert asked == []


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_as_public_as_the_one_inside(address):
    mapped = ipaddress.IPv6Address(f"::ffff:{address}")

    assert is_public(mapped) is is_public(address)


# A machine on loopback that does not answer as it should.


class Stand(BaseHTTPRequestHandler):
    def do_GET(self):
        getattr(self, "answer_" + self.path.strip("/").split("/")[0])()

    def _send(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def answer_good(self):
        self._send(200, b"good " + (self.headers.get("Authorization") or "nobody").encode())

    def answer_round(self):
        self._send(302, Location="/round")

    def answer_once(self):
        self._send(302, Location="/good")

    def answer_inside(self):
        self._send(302, Location="https://169.254.169.254/")

    def answer_otherhost(self):
        self._send(302, Location=f"http://localhost:{self.server.server_port}/good")

    def answer_large(self):
        self._send(200, b"x" * 5000)

    def answer_bomb(self):
        self._send(200, gzip.compress(b"x" * 10_000_000), Content_Encoding="gzip")

    def answer_drip(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.05)

    def answer_dripheaders(self):
        for byte in b"HTTP/1.1 200 OK\r\nX-Header: " + b"x" * 1000:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(0.05)

    def answer_half(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"half")

    def log_message(self, *_args):
        pass


@pytest.fixture(scope="module")
def stand():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stand)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_a_good_answer_arrives(stand):
    assert Guard(loopback=True).fetch(f"{stand}/good").content == b"good nobody"


def test_a_redirect_is_followed(stand):
    answer = Guard(loopback=True).fetch(f"{stand}/once")

    assert (answer.content, answer.url) == (b"good nobody", f"{stand}/good")


def test_a_secret_stays_with_the_host_it_was_meant_for(stand):
    headers = {"Authorization": "secret"}

    assert Guard(loopback=True).fetch(f"{stand}/once", headers=headers).content == b"good secret"
    assert Guard(loopback=True).fetch(f"{stand}/otherhost", headers=headers).content == b"good nobody"


@pytest.mark.parametrize(
    ("path", "code", "limits"),
    [
        ("round", "too-many-redirects", {}),
        ("inside", "address-not-public", {}),
        ("large", "too-large", {"most_bytes": 1000}),
        ("bomb", "too-large", {"most_bytes": 1_000_000}),
        ("drip", "too-slow", {"seconds": 0.5}),
        ("dripheaders", "too-slow", {"seconds": 0.5}),
        ("half", "unreachable", {}),
    ],
)
def test_what_goes_wrong_has_a_name(stand, path, code, limits):
    with pytest.raises(FetchError) as failed:
        Guard(loopback=True, **limits).fetch(f"{stand}/{path}")

    assert failed.value.code == code
