"""What the docstring of an action says, taken apart: summary, description, parameters, results and errors."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field
from typing import Any

_FIELD = re.compile(r"^:(param|type|returns?|rtype|raises|raise)\b\s*([^:]*):\s*(.*)$")
#: What the same words mean in every action.
_COMMON = {
    "language": "of the sentences: `fr` or `en`; that of the request when left out",
    "start": "how many to leave out before",
    "rows": "how many at most",
}
_ROLE = re.compile(r":[a-z]+:`([^`]*)`")


@dataclass
class Words:
    """A docstring in parts; texts are single-spaced, with the Markdown that reStructuredText shares."""

    summary: str = ""
    description: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    returns: str = ""
    #: Exception -> when it is raised.
    errors: dict[str, str] = field(default_factory=dict)
    text: str = ""

    def about(self, name: str) -> str:
        """What is said of one parameter: on its own, or where another one names it; "" when nothing is."""
        texts = (*self.parameters.values(), self.summary, self.description)
        beside = next((text for text in texts if f"`{name}`" in text), "")
        return self.parameters.get(name) or beside or _COMMON.get(name, "")


def read(function: Any) -> Words:
    """The words of *function*; all are empty when it has none."""
    words = Words(text=inspect.getdoc(function) or "")
    body: list[str] = []
    fields: list[tuple[str, str, list[str]]] = []
    for line in words.text.splitlines():
        if start := _FIELD.match(line):
            fields.append((start[1], start[2].strip(), [start[3]]))
        elif fields and (not line.strip() or line.startswith(" ")):
            fields[-1][2].append(line)
        elif fields:
            fields = [*fields, ("after", "", [line])]
        else:
            body.append(line)
    summary, _, description = "\n".join(body).partition("\n\n")
    words.summary, words.description = _plain(summary), "\n\n".join(map(_plain, description.split("\n\n"))).strip()
    for kind, name, lines in fields:
        _put(words, kind, name, _plain(" ".join(lines)))
    return words


def _put(words: Words, kind: str, name: str, text: str) -> None:
    if kind == "param":
        # several may share their words, and Sphinx allows ":param string id:"
        words.parameters |= {one.strip().rpartition(" ")[2]: text for one in name.split(",")}
    elif kind == "type":
        words.types[name] = text
    elif kind.startswith("return"):
        words.returns = text
    elif kind.startswith("raise"):
        words.errors[name] = text


def _plain(text: str) -> str:
    text = _ROLE.sub(lambda role: f"`{role[1].lstrip('~').rpartition('.')[2]}`", text)
    return re.sub(r"\s+", " ", text.replace("``", "`")).strip()
