"""What data.gouv.fr would refuse or lose of a dataset, said before it reads it.

A rule is an entry of ``precheck.yaml`` (what it concerns, how grave it is by each way out, its sentences) and one
function of :mod:`.precheck_rules` of the same name, which says where it applies. The rules are those of the harvesters
of udata 17.18.0 (``udata.harvest.backends.ckan``, ``.dcat``); a test of ``tests/contract`` holds the two together.

The two ways out: ``dcat``, the portal's own feed (the one to register), and ``ckan``, CKAN's API.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from . import outgoing_values, precheck_rules
from .precheck_view import View

#: data.gouv.fr would not take the dataset; would take it without something; would take it, but it could be better.
LEVELS = BLOCKING, LOSSY, ADVICE = "blocking", "lossy", "advice"
CHANNELS = DCAT, CKAN = "dcat", "ckan"
BOTH = "both"
#: Who can mend it, and where: in the form of the dataset, of one of its files, of the organization; or only those who
#: run the portal.
PLACES = DATASET, FILE, ORGANIZATION, PORTAL = "dataset", "file", "organization", "portal"


@dataclass(frozen=True)
class Finding:
    """One thing to know before data.gouv.fr reads a dataset.

    ``level``: one of :data:`LEVELS`; ``channel``: ``dcat``, ``ckan`` or ``both``; ``place``: one of :data:`PLACES`;
    ``field``: of its form (empty: none); ``resource``: id of the file, None when it is about the whole; ``values``:
    what fills the sentence.
    """

    code: str
    level: str
    channel: str
    place: str
    field: str = ""
    resource: str | None = None
    values: Mapping[str, Any] = default(default_factory=dict)

    def concerns(self, channel: str) -> bool:
        """Whether it holds for this way out."""
        return self.channel in (channel, BOTH)

    def sentence(self, language: str = "fr") -> str:
        """What would happen, and why."""
        return _filled(_texts(self.code)["says"], self.values, language)

    def remedy(self, language: str = "fr") -> str:
        """What to do about it."""
        return _filled(_texts(self.code)["remedy"], self.values, language)


def check(
    package: Mapping[str, Any],
    organization: Mapping[str, Any] | None = None,
    *,
    site_url: str = "",
    outlines: outgoing_values.Outlines | None = None,
) -> list[Finding]:
    """Everything to know of one dataset, the gravest first.

    :param package: as ``package_show`` gives it; whatever its shape, this function answers
    :param organization: its owner with its own contact and site, as ``organization_show`` gives it; by default what
        *package* says of it
    :param site_url: address of the portal: a file whose address begins with it is not the agent's to mend
    :param outlines: the outlines of territories that the portal adds
    """
    view = View(package, organization, site_url, outlines)
    found: dict[tuple[Any, ...], list[str]] = {}
    findings: dict[tuple[Any, ...], Finding] = {}
    for code, rule in _rules().items():
        test = precheck_rules.RULES[code]
        for channel, level in rule["levels"].items():
            for hit in test(view, channel):
                finding = Finding(
                    code, level, channel, rule["place"], hit.field or rule.get("field", ""), hit.resource, hit.values
                )
                key = (code, level, finding.field, hit.resource, repr(sorted(hit.values.items())))
                found.setdefault(key, []).append(channel)
                findings.setdefault(key, finding)
    return sorted(
        (_joined(findings[key], channels) for key, channels in found.items()), key=lambda item: LEVELS.index(item.level)
    )


def check_organization(count: int) -> list[Finding]:
    """What is to be known of an organization as a whole, whatever its datasets hold.

    :param count: how many datasets it publishes
    """
    code = "organization-too-many" if count > precheck_rules.MOST_BY_API else "organization-many"
    rule = _collective()[code]
    if count < precheck_rules.MANY_BY_API:
        return []
    values = {"n": count, "most": precheck_rules.MOST_BY_API}
    return [Finding(code, level, channel, rule["place"], values=values) for channel, level in rule["levels"].items()]


def worst(findings: Iterable[Finding], channel: str = DCAT) -> str:
    """The gravest level among the findings of one way out, empty when there is none."""
    levels = {finding.level for finding in findings if finding.concerns(channel)}
    return next((level for level in LEVELS if level in levels), "")


def _joined(finding: Finding, channels: list[str]) -> Finding:
    if len(set(channels)) == 1:
        return finding
    return Finding(finding.code, finding.level, BOTH, finding.place, finding.field, finding.resource, finding.values)


# -- sentences


def withheld_words(reason: str, language: str = "fr") -> str:
    """Why a dataset does not leave, in a sentence.

    :param reason: one of :data:`.outgoing.REASONS`
    """
    return _filled(_document()["withheld"][reason], {}, language)


@cache
def _document() -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "precheck.yaml").read_text("utf-8"))


def _rules() -> dict[str, Any]:
    return _document()["rules"]


def _collective() -> dict[str, Any]:
    return _document()["organization_rules"]


def _texts(code: str) -> dict[str, Any]:
    return _rules().get(code) or _collective()[code]


def _filled(texts: Mapping[str, str], values: Mapping[str, Any], language: str) -> str:
    language = "fr" if language.startswith("fr") else "en"
    return texts[language].format_map({name: _word(value, language) for name, value in values.items()})


def _word(value: Any, language: str) -> str:
    if isinstance(value, (list, tuple)):
        words = [_word(item, language) for item in value]
        last = {"fr": " et ", "en": " and "}[language]
        return last.join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
    known = _document()["words"].get(value) if isinstance(value, str) else None
    if known:
        return known[language]
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\u202f" if language == "fr" else ",")
    return str(value)
