"""What may go wrong with data.gouv.fr: one code each, with a sentence and a remedy in ``errors.yaml``."""

from __future__ import annotations

from typing import Any

from .words import filled

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
    "switched-off",
    "interrupted",
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
        return filled("errors.yaml", self.code, "sentence", language, self.details)

    def remedy(self, language: str = "fr") -> str:
        """What they can do about it."""
        return filled("errors.yaml", self.code, "remedy", language, self.details)

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
