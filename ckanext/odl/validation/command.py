"""``odl-validate``: the checker on the command line.

Exit status: 0 all files valid, 1 one invalid, 2 one unreadable or incomplete (the highest wins), 3 wrong use or unknown
schema.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from .groups import groups, headline
from .guard import guarded
from .problems import SchemaRefused
from .repair.command import WrongChoice, repair_file, repair_told
from .run import validate
from .schema_source import find_schema
from .sentences import render

WRONG_USE = 3
_STATUS = {"valid": 0, "invalid": 1, "unreadable": 2, "incomplete": 2}
_STATES = {
    "fr": {
        "valid": "conforme",
        "invalid": "à corriger",
        "unreadable": "illisible",
        "incomplete": "à revérifier",
        "no_schema": "sans modèle",
    },
    "en": {
        "valid": "valid",
        "invalid": "to be corrected",
        "unreadable": "unreadable",
        "incomplete": "to be checked again",
        "no_schema": "no model",
    },
}
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(WRONG_USE)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="odl-validate", description="Check tabular files against the schemas of French local data.")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument(
        "--schema",
        help="catalogue id, id@version, or path of a Table Schema file; guessed from the columns when absent",
    )
    parser.add_argument("--json", action="store_true", help="one JSON report per line")
    parser.add_argument("--owner-siren", help="SIREN of the collectivité that publishes the file")
    parser.add_argument("--owner-insee", help="INSEE code of that collectivité, when it is a commune")
    parser.add_argument("--period", help="what the file is declared to cover: 2025, 2025-03, 2024/2025")
    parser.add_argument(
        "--sheet", help="the sheet to check, of a workbook with several; chosen by its content when absent"
    )
    parser.add_argument("--guard", action="store_true", help="in a process with limits, for files of strangers")
    parser.add_argument(
        "--repair",
        metavar="OUT",
        help="write one repaired file there (.csv or .xlsx), its changes beside it, and report on the repaired file",
    )
    parser.add_argument(
        "--choose",
        metavar="ID=VALUE",
        action="append",
        default=[],
        help="with --repair: answer a question, or take (ID=yes) or leave (ID=no) a repair; may be repeated",
    )
    parser.add_argument("--language", choices=("fr", "en"), default="fr")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.repair and len(options.files) > 1:
        parser.error("--repair takes one file")
    if options.choose and not options.repair:
        parser.error("--choose goes with --repair")
    status = 0
    for name in options.files:
        path = Path(name)
        try:
            is_file = path.is_file()
        except (OSError, ValueError):
            is_file = False
        if not is_file:
            sentence = "ce fichier n’existe pas" if options.language == "fr" else "there is no such file"
            print(f"{_shown(name)}: {sentence}", file=sys.stderr)
            status = max(status, WRONG_USE)
            continue
        try:
            report = repair_file(path, options) if options.repair else _report(path, options)
        except WrongChoice as wrong:
            print(f"{_shown(name)}: {_shown(str(wrong))}", file=sys.stderr)
            return WRONG_USE
        except SchemaRefused as refused:
            found = {"code": refused.code, "params": refused.params}
            words = render(found, "error", options.language)
            print(f"{_shown(str(options.schema))}: {words['message']} {words['remedy']}", file=sys.stderr)
            return WRONG_USE
        except OSError:
            sentence = "ce fichier ne peut pas être lu" if options.language == "fr" else "this file cannot be read"
            print(f"{_shown(name)}: {sentence}", file=sys.stderr)
            status = max(status, WRONG_USE)
            continue
        if options.sheet and "repair" not in report and report["file"]["sheet_why"] not in ("asked", None):
            sentence = "ce classeur n’a pas de feuille" if options.language == "fr" else "this workbook has no sheet"
            print(f"{_shown(name)}: {sentence} « {_shown(options.sheet)} »", file=sys.stderr)
            status = max(status, WRONG_USE)
            continue
        status = max(status, _STATUS[report["status"]])
        if options.json:
            print(json.dumps(report, ensure_ascii=False))
        else:
            told = repair_told(report, options.language) if options.repair else []
            print("\n".join([*map(_shown, told), *_told(report, options.language)]))
    return status


def _report(path: Path, options: argparse.Namespace) -> dict[str, Any]:
    known = {
        "language": options.language,
        "owner_siren": options.owner_siren,
        "owner_insee": options.owner_insee,
        "period": options.period,
        "sheet": options.sheet,
    }
    if not options.guard:
        return validate(path, options.schema, **known).to_dict()
    if options.schema is not None:
        find_schema(options.schema)  # a schema that cannot be used is told here, not taken for a death of the child
    return guarded(path, options.schema, name=path.name, **known)


def _shown(text: str) -> str:
    """Text of a file on a terminal: no control character reaches it."""
    return _CONTROL.sub("�", text)


def _told(report: dict[str, Any], language: str) -> list[str]:
    schema = report["schema"]
    model = f" · {schema['id'] or ''} {schema['version'] or ''}".rstrip() if schema else ""
    known = report["status"] != "valid" or schema is not None
    state = _STATES[language][report["status"] if known else "no_schema"]
    lines = [f"{report['file']['name']}{model} · {state}", f"  {headline(report, language)}"]
    colon = "\u00a0:" if language == "fr" else ":"
    marks = {"error": "✗", "warning": "!", "notice": "·"}
    for group in groups(report, language):
        place = f" · {group.column} « {group.field} »" if group.column and group.field else ""
        times = f" · {group.count} ×" if group.count > 1 else ""
        lines.append(f"  {marks[group.severity]} {group.title}{place}{times}")
        shown = group.places[:3] if group.severity == "error" else group.places[:1]
        for found in shown:
            cell = found["cell"] or (f"{'ligne' if language == 'fr' else 'row'} {found['row']}" if found["row"] else "")
            lines.append(f"      {cell + colon + ' ' if cell else ''}{found['message']}")
        lines.append(f"      → {group.remedy}")
    return [_shown(line) for line in lines]


if __name__ == "__main__":
    raise SystemExit(main())
