"""Which addresses data.gouv.fr takes; the answers are udata's own (17.18.0), but for the name of the reason."""

from __future__ import annotations

import time

import pytest

from ckanext.odl.datagouv.addresses import has_password, refusal


@pytest.mark.parametrize(
    "address",
    [
        "https://www.valbrune.fr/a.csv", "http://8.8.8.8/a", "http://[2a01::1]/a", "ftp://x.fr/a", "ftps://x.fr/a",
        "https://www.légende.fr/été.csv", "https://a_b.fr/x", "https://x.fr:8443/x", "https://x.fr?x=1",
        "https://nom:secret@x.fr/a", " https://x.fr/a ", "http://data.lan/a@b.fr/", "//x.fr/a",
    ],
)  # fmt: skip
def test_taken(address: str):
    assert refusal(address) is None


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", "empty"), ("  ", "empty"),
        ("https://x.fr/a b", "space"), ("https://x.fr/a\u00a0b", "space"), ("https://x.fr/a\nb", "space"),
        ("sftp://x.fr/a", "scheme"), ("javascript://x.fr/a", "scheme"),
        ("https://srv.lan/a", "ending"), ("https://www.X.FR/a", "ending"), ("https://a.example/", "ending"),
        ("http://localhost/a", "local"), ("http://localhost.localdomain/", "local"), ("http://127.9.9.9/", "local"),
        ("http://[::1]/", "local"), ("http://[::ffff:127.0.0.1]/", "form"), ("http://[::ffff:7f00:1]/", "local"),
        ("http://10.0.0.1/", "private"), ("http://192.168.0.1/", "private"), ("http://169.254.1.1/", "private"),
        ("http://100.64.0.1/", "private"), ("http://224.0.0.1/", "private"), ("http://255.255.255.0/", "private"),
        ("http://1.255.255.255/", "private"), ("http://0.0.0.0/", "private"), ("http://[fec0::1]/", "private"),
        ("http://[64:ff9b::7f00:1]/", "local"), ("http://[fc00::1]/", "private"),
        ("http://", "form"), ("a.csv", "form"), ("http://serveur/a", "form"), ("file:///C:/a.csv", "form"),
        ("\\\\serveur\\a.csv", "form"), ("https://a--b.fr/", "form"), ("https://x.fr./a", "form"),
        ("https://x.fr:8/a", "form"), ("http://300.1.1.1/", "form"), ("http://010.1.1.1/", "form"),
        ("mailto:mairie@x.fr", "form"), ("javascript:alert(1)", "form"),
    ],
)  # fmt: skip
def test_refused(address: str, reason: str):
    assert refusal(address) == reason


def test_a_long_address_takes_a_time_that_follows_its_length():
    def seconds(length: int) -> float:
        begin = time.perf_counter()
        refusal("http://" + "a" * length + "!")
        return time.perf_counter() - begin

    seconds(1000)
    assert seconds(200_000) < 400 * max(seconds(2000), 1e-4)


def test_a_password_in_an_address_is_seen():
    assert has_password("https://nom:secret@x.fr/a")
    assert not has_password("https://x.fr:8443/a@b")
    assert not has_password("https://x.fr/a:b@c")
