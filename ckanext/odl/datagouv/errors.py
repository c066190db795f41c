"""What may go wrong with data.gouv.fr: one code each, with a sentence and a remedy in ``errors.yaml``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CODES = (
    "unreachable",
    "too-slow",
    "too-large",
    "failing",
    "not-json",
    "refused",
    "rate-limited",
    "gone",
    "moved",
    "incomplete",
    "circuit-open",
    "key-refused",
    "address-refused",
)


class DatagouvError(Exception):
    """data.gouv.fr did not give what it was asked for. ``code`` is one of :data:`CODES`.

    ``details`` holds what is known of it: ``url`` asked, ``status`` of the answer (HTTP), ``message`` of udata,
    ``retry_after`` in whole seconds, ``seen`` and ``total`` of a list, ``to`` (another machine, another identifier).
    """

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details

    def __str__(self) -> str:
        return " ".join([self.code, *(f"{name}={value!r}" for name, value in self.details.items())])

    def __reduce__(self) -> tuple[Any, ...]:
        return from_dict, (self.as_dict(),)

    def sentence(self, language: str = "fr") -> str:
        """What happened, for the staff of a portal; in English for every language but French."""
        return _filled(self.code, "sentence", language, self.details)

    def remedy(self, language: str = "fr") -> str:
        """What they can do about it."""
        return _filled(self.code, "remedy", language, self.details)

    def as_dict(self) -> dict[str, Any]:
        """The error as it is stored and told over the API, without its sentences."""
        return {"code": self.code, **self.details}

    @property
    def is_passing(self) -> bool:
        """Whether the same question may well be answered later."""
        return self.code in (
            "unreachable", "too-slow", "failing", "not-json", "rate-limited", "incomplete", "circuit-open",
        )  # fmt: skip


def from_dict(stored: dict[str, Any]) -> DatagouvError:
    """The error that :meth:`DatagouvError.as_dict` wrote; a code of another version reads as ``failing``."""
    details = {str(name): value for name, value in stored.items() if name != "code"}
    code = stored.get("code")
    return DatagouvError(code if code in CODES else "failing", **details)


@cache
def _texts() -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "errors.yaml").read_text("utf-8"))


def _filled(code: str, part: str, language: str, details: dict[str, Any]) -> str:
    """A text of ``errors.yaml``: ``{name}`` is a detail, ``[… {name} …]`` is left out when it is not known."""
    text = _texts()[code][part]["fr" if language.lower().startswith("fr") else "en"]
    known = {name: str(value) for name, value in details.items() if value not in (None, "")}
    text = re.sub(
        r"\[([^\[\]]*)\]", lambda part: part[1] if set(re.findall(r"{(\w+)}", part[1])) <= set(known) else "", text
    )
    return re.sub(r"{(\w+)}", lambda name: known.get(name[1], "?"), text)
