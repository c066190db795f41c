"""What an ATD's own file changes, said in words."""

from __future__ import annotations

from typing import Any

from .definition import Checklist
from .words import language_of, sentence, typography

_ENTRIES = ("steps", "duties")


def diff(base: Checklist, own: Checklist, language: str = "fr") -> list[str]:
    """The differences of *own* from *base*, one sentence each; a single one when there is none.

    Every value that differs is named by its place in the file: ``steps › p3.volume › params › min : 10 → 5.``
    """
    language = language_of(language)
    lines: list[str] = []

    def say(key: str, path: tuple[str, ...], **params: Any) -> None:
        lines.append(sentence(f"diff.{key}", {"where": " › ".join(path), **params}, language))

    def walk(old: Any, new: Any, path: tuple[str, ...]) -> None:
        if old == new:
            return
        if len(path) == 2 and path[0] in _ENTRIES:
            label = (new or old)["label"][language]
            is_off = new is None or (not new.get("enabled", True) and (old or {}).get("enabled", True))
            if old is None or is_off:
                say("removed" if is_off else "added", path, label=typography(label, language))
                return
        if isinstance(new, dict) and isinstance(old, (dict, type(None))):
            before = old or {}
            for key in [*before, *(key for key in new if key not in before)]:
                walk(before.get(key), new.get(key), (*path, key))
        else:
            key = "set" if old is None else "unset" if new is None else "changed"
            say(key, path, old=_shown(old), new=_shown(new))

    walk(base.document.values, own.document.values, ())
    return lines or [sentence("diff.same", {}, language)]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
