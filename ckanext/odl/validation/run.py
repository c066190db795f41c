"""``validate``: read, structure, cells, report. Any bytes get an answer with a code."""

from __future__ import annotations

import json
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from . import limits
from .checks.bal import file_advice
from .context import Context
from .engine import Engine
from .fields import FieldRule, build_fields
from .json_schema import DocumentJudge, say_reading
from .problems import Unreadable
from .reading import FileFacts, open_table
from .reading.json_records import Document
from .reading.table import SheetSeen, Table
from .report import Findings, Report, shorten
from .schema_source import KnownSchema, find_schema, guess_schema
from .structure import clean, find_header, read_structure

HEAD_ROWS = 100


def validate(
    path: str | Path,
    schema: str | Path | dict[str, Any] | None = None,
    *,
    language: str = "fr",
    name: str | None = None,
    owner_siren: str | None = None,
    owner_insee: str | None = None,
    period: str | None = None,
    sheet: str | None = None,
) -> Report:
    """Check a file against a schema.

    :param path: the file on disk.
    :param schema: catalogue id, ``id@version``, path of a Table Schema file, or a loaded descriptor. None: guessed from
        the columns; when none fits, only the reading and the structure are judged.
    :param language: ``fr`` or ``en``, of messages and remedies.
    :param name: the file name to show and to compare with the content, when ``path`` is a temporary file.
    :param owner_siren: SIREN of the collectivité that publishes the file; a file that names another gets a warning.
    :param owner_insee: INSEE code of that collectivité, when it is a commune.
    :param period: what the file is declared to cover: a year, a month, a day (ISO 8601), or two of them with ``/``
        between. What is no SIREN, INSEE code or period judges nothing.
    :param sheet: name of the sheet to read, of a workbook with several; the report says which one was read and why,
        and that there is none of this name. Chosen by its content when None.
    :returns: a :class:`Report`; a file that cannot be read gives one too (status ``unreadable``).
    :raises SchemaRefused: the schema is unknown or cannot be used.
    :raises FileNotFoundError: there is no such file.
    """
    return judge(
        path,
        schema,
        language=language,
        name=name,
        owner_siren=owner_siren,
        owner_insee=owner_insee,
        period=period,
        sheet=sheet,
    )[0]


def judge(
    path: str | Path,
    schema: str | Path | dict[str, Any] | None = None,
    *,
    language: str = "fr",
    name: str | None = None,
    owner_siren: str | None = None,
    owner_insee: str | None = None,
    period: str | None = None,
    sheet: str | None = None,
) -> tuple[Report, Table | None]:
    """Check a file as :func:`validate` does, and hand over the table too, for who has more to ask of it.

    :returns: the report, and the opened table; None when it could not be opened
    """
    started = time.monotonic()
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(path.name)
    known = find_schema(schema) if schema is not None else None
    rules = rules_of(known)
    context = Context.of(owner_siren, owner_insee, period)
    run = _Run(path, FileFacts(shorten(name or path.name)), known, rules, context, sheet)
    status = run.judge()
    report = Report(
        language=language if language in ("fr", "en") else "fr",
        status=status,
        schema=run.known.to_dict() if run.known else None,
        guess=run.guess,
        file=run.file,
        findings=run.findings,
        extract=run.extract,
        seconds=time.monotonic() - started,
    )
    return report, run.table


def check(path: str | Path, schema: str | None = None, **options: Any) -> dict[str, Any]:
    """What :func:`validate` finds, as JSON holds it: what a child process is asked for."""
    return validate(path, schema, **options).to_dict()


def rules_of(known: KnownSchema | None) -> list[FieldRule]:
    """The rules of a table schema's fields, built once for the last schemas that were asked for: they hold no state."""
    if known is None or known.kind != "table":
        return []
    descriptor = known.descriptor
    try:
        text = json.dumps([descriptor.get("fields"), descriptor.get("missingValues", [""])])
    except (TypeError, ValueError, RecursionError):
        return build_fields(descriptor)
    return list(_rules_by_text(text))


def guess_of(head: list[tuple[int, list[str]]]) -> tuple[KnownSchema, dict[str, Any]] | None:
    """The schema that the first rows show, with what the report says of the guess; None when none fits."""
    position = find_header(head, [])
    if position is None:
        return None
    header = [clean(cell) for cell in head[position][1]][: limits.COLUMNS]
    return guess_schema(header, [cells for _, cells in head[position + 1 :]])


@lru_cache(maxsize=16)
def _rules_by_text(text: str) -> tuple[FieldRule, ...]:
    fields, missing = json.loads(text)
    return tuple(build_fields({"fields": fields, "missingValues": missing}))


class _Run:
    """One validation on its way."""

    def __init__(
        self,
        path: Path,
        facts: FileFacts,
        known: KnownSchema | None,
        rules: list[FieldRule],
        context: Context,
        sheet: str | None,
    ) -> None:
        self.path = path
        self.sheet = sheet
        self.facts = facts
        self.known = known
        self.rules = rules
        self.context = context
        self.guess: dict[str, Any] | None = None
        self.table: Table | None = None
        self.findings = Findings()
        self.extract: dict[str, Any] = {"header": [], "header_row": None, "rows": []}
        self.file: dict[str, Any] = {}

    def judge(self) -> str:
        """Fill the findings and say the status."""
        table: Table | None = None
        try:
            table = self.table = open_table(self.path, self.facts, [rule.name for rule in self.rules], self.sheet)
            self._describe(table)
            self._judge_table(table)
        except Unreadable as problem:
            self._refuse(problem, table)
            return "unreadable"
        except MemoryError:
            self._describe(table)
            self.findings = Findings()
            self.findings.add("limit-memory")
            return "incomplete"
        return "invalid" if self.findings.total("error") else "valid"

    def _judge_table(self, table: Table) -> None:
        for code, params in table.notices:
            self.findings.add(code, "notice", params=params)
        wrong = say_reading(table.document, self.findings) if table.document else frozenset()
        if self.known is None and table.document is not None:
            self._guess_document(table.document)
        if self.known is not None and self.known.kind != "table":
            judge = DocumentJudge(table, self.known, self.findings, wrong)
            rows, columns = judge.run()
            self.extract = judge.extract()
            self._describe(table, rows=rows, columns=columns)
            years = judge.years()
            if years is not None:
                self.file["years"] = years
            return
        if table.document is not None and table.document.wrappings:
            self.findings.add("records-nested", "notice", params={"names": table.document.wrappings})
        head = table.head(HEAD_ROWS)
        if self.known is None:
            self._guess(head)
        structure = read_structure(head, self.rules, self.findings)
        descriptor = self.known.descriptor if self.known else {}
        for advice in file_advice(descriptor, table.encoding, table.delimiter):
            self.findings.add(advice.code, advice.severity, params=advice.params)
        engine = Engine(table, structure, self.rules, descriptor, self.findings, self.context)
        rows = engine.run()
        self.extract = engine.extract.to_dict()
        columns = sum(1 for column in structure.header if column)
        self._describe(table, header_row=structure.header_row or None, rows=rows, columns=columns)
        if engine.when:
            self.file["years"] = engine.when.years()

    def _guess(self, head: list[tuple[int, list[str]]]) -> None:
        found = guess_of(head)
        if found is not None:
            self.known, self.guess = found
            self.rules = rules_of(self.known)

    def _guess_document(self, document: Document) -> None:
        """A JSON file may follow a JSON Schema, by the names of its properties."""
        kind = "geojson" if document.is_geojson else "json"
        found = guess_schema(document.names, [], kind=kind, content=document.content)
        if found is not None:
            self.known, self.guess = found

    def _describe(
        self, table: Table | None, header_row: int | None = None, rows: int | None = None, columns: int | None = None
    ) -> None:
        self.file = {
            "name": self.facts.name,
            "size": self.facts.size,
            "sha256": self.facts.sha256,
            "format": self.facts.format,
            "encoding": table.encoding if table else None,
            "delimiter": table.delimiter if table else None,
            "sheet": table.sheet if table else None,
            "sheets": _sheets(table, rows) if table else None,
            "sheet_why": table.sheet_why if table else None,
            "header_row": header_row,
            "rows": rows,
            "columns": columns,
        }

    def _refuse(self, problem: Unreadable, table: Table | None) -> None:
        """One error and no other: what was said of the cells before the reading broke is of no use."""
        self._describe(table)
        notices = [finding for finding in self.findings.kept if finding.severity == "notice" and finding.row is None]
        self.findings = Findings()
        params = {key: value for key, value in problem.params.items() if value is not None}
        self.findings.add(problem.code, row=problem.row, column=problem.column, params=params, data_row=False)
        for notice in notices:
            self.findings.add(notice.code, "notice", params=notice.params)


def _sheets(table: Table, rows: int | None) -> list[SheetSeen] | None:
    """The sheets that hold data; of the one that was read, the rows that were counted."""
    if table.sheets is None or rows is None:
        return table.sheets
    return [{**sheet, "rows": rows} if sheet["name"] == table.sheet else sheet for sheet in table.sheets]
