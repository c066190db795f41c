"""A YAML file as plain values that remember on which line they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from .words import sentence

#: Longest definition accepted, in characters, and deepest nesting.
LONGEST, DEEPEST = 1_000_000, 20

Path = tuple[str, ...]

_PLAIN_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a definition: where, and the key of its sentence and remedy in ``words.yaml``."""

    key: str
    params: Mapping[str, Any]
    file: str
    line: int
    place: str = ""

    def sentence(self, language: str = "en") -> str:
        """What is wrong."""
        return sentence(f"problems.{self.key}.says", self.params, language)

    def remedy(self, language: str = "en") -> str:
        """What to do."""
        return sentence(f"problems.{self.key}.remedy", self.params, language)

    def text(self, language: str = "en") -> str:
        """Place, sentence and remedy on one line, for a log or a terminal."""
        where = f"{self.file}:{self.line}: " + (f"{self.place}: " if self.place else "")
        return f"{where}{self.sentence(language)} {self.remedy(language)}"


class ChecklistError(ValueError):
    """A definition that cannot be used: all its problems, those of the file itself first, by line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(problem.text() for problem in self.problems))


@dataclass
class Document:
    """Plain values, and for the path of each the file and line (from 1) where it is written."""

    name: str
    values: Any
    lines: dict[Path, tuple[str, int]] = field(default_factory=dict)

    def problem(self, key: str, path: Path, **params: Any) -> Problem:
        """A problem of what stands at *path*, or of the nearest thing around it that is written."""
        near = path
        while near and near not in self.lines:
            near = near[:-1]
        file, line = self.lines.get(near, (self.name, 1))
        return Problem(key, params, file, line, " › ".join(path))


def read(text: str, name: str) -> Document:
    """Read a YAML text.

    :raises ChecklistError: it is no YAML, holds the same key twice, or something else than values
    """
    if len(text) > LONGEST:
        raise ChecklistError([Problem("long", {"most": LONGEST}, name, 1)])
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        document = Document(name, None, {(): (name, 1)})
        problems: list[Problem] = []
        document.values = {} if node is None else _plain(loader, node, (), document, problems)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        detail = {"detail": error.problem or error.context or ""}
        raise ChecklistError([Problem("yaml", detail, name, mark.line + 1 if mark else 1)]) from error
    except yaml.YAMLError as error:
        raise ChecklistError([Problem("yaml", {"detail": str(error).splitlines()[0]}, name, 1)]) from error
    except ValueError as error:
        raise ChecklistError([Problem("yaml", {"detail": str(error)}, name, 1)]) from error
    finally:
        loader.dispose()
    if not isinstance(document.values, dict):
        problems.append(Problem("not_a_mapping", {}, name, 1))
    if problems:
        raise ChecklistError(problems)
    return document


def _plain(loader: Any, node: Any, path: Path, document: Document, problems: list[Problem]) -> Any:
    line = node.start_mark.line + 1
    document.lines.setdefault(path, (document.name, line))
    if len(path) > DEEPEST:
        problems.append(Problem("deep", {}, document.name, line, " › ".join(path[:3])))
        return None
    if not isinstance(node, yaml.ScalarNode) and node.tag not in _PLAIN_TAGS:
        problems.append(Problem("yaml", {"detail": node.tag}, document.name, line))
        return None
    if isinstance(node, yaml.MappingNode):
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            here = (*path, key)
            if key in values:
                document.lines[here] = (document.name, key_node.start_mark.line + 1)
                problems.append(document.problem("twice", here, name=key))
            document.lines[here] = (document.name, key_node.start_mark.line + 1)
            values[key] = _plain(loader, value_node, here, document, problems)
        return values
    if isinstance(node, yaml.SequenceNode):
        return [
            _plain(loader, item, (*path, str(index)), document, problems) for index, item in enumerate(node.value, 1)
        ]
    return loader.construct_object(node)


def merge(base: Document, own: Document) -> Document:
    """*own* over *base*: what it names replaces, the rest stays; a key set to null is taken away."""
    lines = dict(base.lines)

    def over(old: Any, new: Any, path: Path) -> Any:
        if isinstance(old, dict) and isinstance(new, dict):
            merged = dict(old)
            for key, value in new.items():
                if value is None:
                    merged.pop(key, None)
                else:
                    merged[key] = over(old.get(key), value, (*path, key))
            return merged
        for known in [known for known in lines if known[: len(path)] == path]:
            del lines[known]
        return new

    values = over(base.values, own.values, ())
    lines.update(own.lines)
    return Document(own.name, values, lines)
