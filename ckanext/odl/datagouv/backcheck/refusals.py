"""What data.gouv.fr says when it does not take a dataset, told in the words of those who can mend it.

Its messages are those of udata 17 and of what it stands on (MongoEngine, Voluptuous, requests, rdflib), in English or
in French by the language of its worker. One that is not known is shown as it is, between quotation marks.

Source: https://github.com/opendatateam/udata (``udata/harvest``, ``udata/uris.py``, ``udata/core``).
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from .reading import mappings, text

#: What a message that no rule knows is called.
UNKNOWN = "unknown"
#: Characters of a message that are kept.
LONGEST = 500


@dataclasses.dataclass(frozen=True)
class Refusal:
    """One reason why something was not taken.

    ``code``: a key of ``refusals`` in ``words.yaml``. ``values``: what its sentences name. ``field``: the field of ours
    to change, empty when none is concerned. ``message``: what data.gouv.fr wrote.
    """

    code: str
    message: str
    field: str = ""
    values: dict[str, str] = dataclasses.field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As it is stored."""
        return {"code": self.code, "message": self.message, "field": self.field, "values": dict(self.values)}


_URL = r'(?:Invalid URL|URL invalide) "(?P<url>[^"\n]*)"'
_AFTER = r"\s*:\s*"

#: code, field of ours, what the message looks like; the first that fits is taken, so the narrow ones come first.
_RULES: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (code, field_, re.compile(pattern, re.IGNORECASE | re.DOTALL))
    for code, field_, pattern in (
        ("url-local", "url", _URL + _AFTER + r"(?:is a local URL|est une URL locale)"),
        ("url-private", "url", _URL + _AFTER + r"(?:is a private URL|est une URL privée)"),
        ("url-domain", "url", _URL + _AFTER + r"(?:Invalid TLD|Domaine invalide) (?P<domain>[^\s'\"\])]+)"),
        ("url-scheme", "url", _URL + _AFTER + r"(?:Invalid scheme|Schéma invalide) (?P<scheme>[^\s,]+)"),
        ("url-secret", "url", _URL + _AFTER + r"(?:Credentials in URL|Les identifiants dans l)"),
        ("url-private", "url", _URL + _AFTER + r"\S+ (?:is a (?:mask|multicast) IP|est une IP)"),
        ("url-invalid", "url", _URL),
        ("tag-length", "tag_string",
         r'(?:Tag|Le mot-clé) "(?P<tag>[^"]*)" (?:must be between|doit avoir entre) (?P<least>\d+) (?:and|et) '
         r"(?P<most>\d+)"),
        ("other-owner", "", r"Item has another owner: (?P<owner>\S+)"),
        ("identifier-doubled", "", r"Identifier '(?P<identifier>.*?)' already exists"),
        ("identifier-missing", "", r"missing identifier"),
        ("title-missing", "title", r"missing title on dataset|Field is required[^)]*\btitle\b"),
        ("no-file", "url", r"Dataset (?P<name>\S+) has no record"),
        ("checksum", "", r"NoneType' object has no attribute 'identifier'|checksum.*only accepts string values"),
        ("territory-both", "odl_territory", r"cannot contains? a Geozone and a Geometry"),
        ("territory-shape", "odl_territory", r"Unsupported spatial geometry (?P<shape>\w+)"),
        ("territory-shape", "odl_territory",
         r"Spatial geometry .* without `?type|Invalid GeoJSON data|JSONDecodeError"),
        ("email", "maintainer_email", r"\[(?:maintainer|author)_email\][^\n]*?(?:invalid\.?: *(?P<email>\S+))?$"),
        ("email", "maintainer_email", r"Invalid email address: (?P<email>[^\s'\"]+)"),
        ("contact-empty", "maintainer_email",
         r"(?:email or a contact form is required|e-mail ou un formulaire de contact est requis"
         r"|contact point requires a name)"),
        ("format-missing", "format", r"\[resources\.\d+\.format\]"),
        ("file-kind", "", r"\[resources\.\d+\.resource_type\][^\n]*?(?:: *(?P<kind>\S+))?$"),
        ("url-invalid", "url", r"\[resources\.\d+\.url\][^\n]*?(?:: *(?P<url>\S+))?$"),
        ("no-description-of-organization", "", r"\[organization\.description\]"),
        ("not-a-dataset", "", r"\[type\] not a valid value: *(?P<kind>\S+)"),
        ("schema-unknown", "odl_schema", r'Schema name "(?P<schema>[^"]+)" is not an allowed value'),
        ("schema-version", "odl_schema_version",
         r'Version "(?P<version>[^"]+)" is not an allowed value for the schema "(?P<schema>[^"]+)"'),
        ("schema-incomplete", "odl_schema",
         r"schema must contains a name or an URL|schéma doit contenir un nom ou une URL"),
        ("file-doubled", "", r"Duplicate resource ID"),
        ("too-long", "", r"String value is too long[^\[]*(?:\['?(?P<where>[\w.]+))?"),
        ("date", "",
         r"Unknown string format: *(?P<date>[^\s'\"]+)|ParserError|(?:month|day|year|hour)\S* .*out of range"
         r"|must be in 1\.\.12"),
        ("redirected", "", r"Redirect \((?P<status>\d{3})\) not allowed: (?P<url>\S+) -> (?P<to>\S+)"),
        ("feed-unavailable", "", r"\b(?P<status>50[0-9]) Server Error[^\n]*? for url: (?P<url>\S+)"),
        ("feed-missing", "", r"\b(?P<status>404|410) Client Error[^\n]*? for url: (?P<url>\S+)"),
        ("feed-closed", "", r"\b(?P<status>40[0-9]|429) Client Error[^\n]*? for url: (?P<url>\S+)"),
        ("feed-certificate", "", r"SSLError|CERTIFICATE_VERIFY_FAILED|certificate verify failed"),
        ("feed-name", "", r"NameResolutionError|Failed to resolve '?(?P<host>[\w.-]+)|Name or service not known"),
        ("feed-slow", "", r"timed out|ConnectTimeout|ReadTimeout"),
        ("feed-private", "", r"resolves to a blocked|BlockedAddressError"),
        ("feed-unreachable", "", r"NewConnectionError|Connection refused|Connection aborted|Max retries exceeded"
                                 r"|Connection reset|Remote end closed"),
        ("feed-not-data", "", r"Unable to detect format|Unsupported mime type|returned HTML|Expecting value: line"
                              r"|not well-formed|syntax error|no element found|mismatched tag|at line \d+ of <"),
        ("too-many", "", r"(?P<most>\d+) max items reached"),
        ("gone-here", "", r"Not Found Error|404 Not Found"),
        ("closed-here", "", r"Authorization Error|Access denied"),
        ("national-trouble", "", r"E11000|CursorNotFound|ServerSelectionTimeout|AutoReconnect|NotPrimaryError|pymongo"),
        ("field-missing", "", r"\[(?P<where>[\w.]+)\] required key not provided"),
        ("field-missing", "", r"Field is required[^\[]*(?:\['?(?P<where>[\w.]+))?"),
        ("field-refused", "", r"^\[(?P<where>[\w.]+)\] (?P<said>[^\n]+)"),
        ("field-refused", "", r"Value must be one of[^\n]*?(?:: \['(?P<where>[\w.]+))?\]?\)?$"),
    )
)  # fmt: skip

_LINE = re.compile(r"\n- ")


def understood(message: Any) -> list[Refusal]:
    """The reasons that one message of data.gouv.fr gives, each once; none for an empty message."""
    said = text(message)
    if not said:
        return []
    # Voluptuous lists its reasons one by line under a title.
    first, *others = _LINE.split(said)
    lines = others if others and first.strip().lower().rstrip(":") == "validation error" else [said]
    found: dict[tuple[str, tuple[tuple[str, str], ...]], Refusal] = {}
    for line in lines:
        for refusal in _reasons(line.strip()):
            found.setdefault((refusal.code, tuple(refusal.values.items())), refusal)
    return list(found.values())


def _reasons(line: str) -> list[Refusal]:
    kept = line[:LONGEST]
    # The same cause may be there for several files, and MongoEngine puts all of them in one line.
    if urls := list(re.finditer(_URL, kept)):
        parts = [
            kept[at.start() : end] for at, end in zip(urls, [*(u.start() for u in urls[1:]), len(kept)], strict=True)
        ]
        return [reason for part in parts if (reason := _reason(part, kept))]
    return [_reason(kept, kept) or Refusal(UNKNOWN, kept)]


def _reason(part: str, message: str) -> Refusal | None:
    for code, field_, pattern in _RULES:
        if match := pattern.search(part):
            values = {name: value.strip("'\"]):") for name, value in match.groupdict().items() if value}
            return Refusal(code, message, field_, values)
    return None


def of_errors(errors: Any) -> list[Refusal]:
    """The reasons in the ``errors`` of a job or of one of its items."""
    found: list[Refusal] = []
    for error in mappings(errors):
        found += [refusal for refusal in understood(error.get("message")) if refusal not in found]
    return found
