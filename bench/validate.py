"""Speed and memory of ``validate()`` against frictionless with the same custom checks, in one run; prints JSON.

``python -m bench.validate [--quick] [--only NAME …]``. Each measure is a fresh process that loads its libraries, then
checks one generated file; the two engines take turns. The seconds are those of the public function with its report as a
dict, imports left out; the peak is the process's resident memory. Only the ratios mean something elsewhere, and on a
machine that is busy with other work only that of processor time.

frictionless runs with ``schema_sync``, no limit on errors, and the schema's custom checks as its own ``Check`` classes.
"""

# ruff: noqa: PLC0415 (each engine loads its own libraries, in a process of its own)

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

SUBVENTIONS, BAL = "scdl/subventions@2.1.1", "etalab/schema-bal@1.4.0"


# Files, all invented


def sirets(count: int, random_: random.Random) -> list[str]:
    """Numbers with right keys, invented."""
    from ckanext.odl.validation.checks.identifiers import is_siret

    found: list[str] = []
    while len(found) < count:
        siren = f"{random_.randrange(10**8):08d}"
        for last in range(10):
            establishment = f"{siren}{last}0001"
            found += [establishment + str(key) for key in range(10) if is_siret(establishment + str(key))]
    return found[:count]


def subventions(rows: int, wrong: float) -> Iterator[list[str]]:
    """The 16 columns of the subsidies of an authority; ``wrong``: the share of rows with one wrong cell."""
    from ckanext.odl.scdl import catalogue

    random_ = random.Random(rows)
    givers, takers = sirets(3, random_), sirets(20_000, random_)
    names = [field["name"] for field in catalogue().table(*SUBVENTIONS.split("@"))["fields"]]
    yield names
    for number in range(rows):
        day = f"20{random_.randrange(10, 26)}-{random_.randrange(1, 13):02d}-{random_.randrange(1, 29):02d}"
        taker = random_.randrange(len(takers))
        row = {
            "nomAttribuant": "Commune de Saint-Exemple-sur-Colagne",
            "idAttribuant": givers[number % 3],
            "dateConvention": day,
            "referenceDecision": f"2025-{number:07d}",
            "nomBeneficiaire": f"Association sportive et culturelle n° {taker}",
            "idBeneficiaire": takers[taker],
            "objet": f"Projet éducatif numéro {random_.randrange(50_000)} de la saison, animations et déplacements",
            "montant": f"{random_.randrange(100, 50_000)}.{random_.randrange(100):02d}",
            "nature": ("aide en numéraire", "aide en nature")[number % 5 == 0],
            "conditionsVersement": "unique",
            "datesPeriodeVersement": day,
            "notificationUE": "non",
            "pourcentageSubvention": ("1", "0.5", "0.25")[number % 3],
            "dispositifAide": f"Dispositif {number % 40}",
        }
        if wrong and random_.random() < wrong:
            row |= random_.choice(
                (
                    {"dateConvention": "31/03/2025"},
                    {"idBeneficiaire": takers[taker][:-1] + str((int(takers[taker][-1]) + 1) % 10)},
                    {"montant": f"1 {number % 1000:03d},5"},
                    {"nature": "aide en argent"},
                    {"nomBeneficiaire": ""},
                )
            )
        yield [row.get(name, "") for name in names]


def _base36(number: int) -> str:
    """Four signs, as the codes of streets have."""
    signs = "0123456789abcdefghijklmnopqrstuvwxyz"
    return "".join(signs[number // 36**place % 36] for place in (3, 2, 1, 0))


def bal(rows: int, wrong: float) -> Iterator[list[str]]:
    """The addresses of a (very large) commune."""
    from ckanext.odl.scdl import catalogue
    from ckanext.odl.validation.checks.bal import lambert93

    random_ = random.Random(rows)
    names = [field["name"] for field in catalogue().table(*BAL.split("@"))["fields"]]
    yield names
    for number in range(rows):
        street, house = number // 60, number % 60 + 1
        longitude, latitude = round(3.4 + random_.random() / 10, 6), round(44.5 + random_.random() / 10, 6)
        x, y = lambert93(longitude, latitude)
        row = {
            "cle_interop": f"48095_{_base36(street)}_{house:05d}",
            "commune_insee": "48095",
            "commune_nom": "Mende",
            "voie_nom": f"Rue du Fond de la Combe {street}",
            "numero": str(house),
            "position": "entrée",
            "x": f"{x:.2f}",
            "y": f"{y:.2f}",
            "long": f"{longitude}",
            "lat": f"{latitude}",
            "source": "Commune de Mende",
            "date_der_maj": f"2025-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
            "certification_commune": "1",
        }
        yield [row.get(name, "") for name in names]


def write_csv(path: Path, rows: Iterator[list[str]], delimiter: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, delimiter=delimiter, lineterminator="\n").writerows(rows)


def write_xlsx(path: Path, rows: Iterator[list[str]]) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()


FILES: dict[str, Callable[[Path, int], str]] = {
    "subventions": lambda path, rows: write_csv(path, subventions(rows, 0), ";") or SUBVENTIONS,
    "subventions-wrong": lambda path, rows: write_csv(path, subventions(rows, 0.05), ";") or SUBVENTIONS,
    "bal": lambda path, rows: write_csv(path, bal(rows, 0), ";") or BAL,
    "xlsx": lambda path, rows: write_xlsx(path, subventions(rows, 0)) or SUBVENTIONS,
}


# The two engines, each in a child process


def by_engine(path: Path, schema: str) -> Callable[[], dict[str, Any]]:
    from ckanext.odl.validation import validate

    if path.stat().st_size > 1 << 20:
        from ckanext.odl.validation import blocks  # noqa: F401 (imports are not measured)

    def run() -> dict[str, Any]:
        counts = validate(path, schema).to_dict()["counts"]
        return {"errors": counts["errors"], "rows_with_errors": counts["rows_with_errors"]}

    return run


def by_frictionless(path: Path, schema: str) -> Callable[[], dict[str, Any]]:
    from frictionless import Check, Checklist, Detector, Schema, errors
    from frictionless.resources import TableResource

    from ckanext.odl.scdl import catalogue
    from ckanext.odl.validation.checks.base import Cell
    from ckanext.odl.validation.checks.registry import build_checks
    from ckanext.odl.validation.fields import build_fields

    if path.suffix == ".xlsx":
        import openpyxl  # noqa: F401 (imports are not measured)

    descriptor = catalogue().table(*schema.split("@"))
    rules = {rule.name: rule for rule in build_fields(descriptor)}
    checks = build_checks(descriptor, list(rules.values()), frozenset(rules))

    class Ours(Check):
        """The schema's custom checks, as somebody who uses frictionless writes them."""

        type = "ours"
        Errors = [errors.CellError, errors.RowConstraintError]  # noqa: RUF012 (frictionless' own way)

        def validate_row(self, row: Any) -> Iterator[Any]:
            for check in checks.cells:
                text = row[check.column]
                if text is not None and check.judge(str(text)) is not None:
                    yield errors.CellError.from_row(row, note=check.code, field_name=check.column)
            for check in checks.rows:
                cells = [
                    Cell(str(row[n]) if row[n] is not None else "", row[n], row[n] is None, False)
                    for n in check.columns
                ]
                for problem in check.judge(cells):
                    if problem.severity == "error":
                        yield errors.RowConstraintError.from_row(row, note=problem.code)

    table = {key: value for key, value in descriptor.items() if key in ("fields", "missingValues")}

    def run() -> dict[str, Any]:
        resource_ = TableResource(
            path=path.name,
            basepath=str(path.parent),
            schema=Schema.from_descriptor(table),
            detector=Detector(schema_sync=True),
        )
        report = resource_.validate(Checklist(checks=[Ours()]), limit_errors=10**9)
        found = report.to_dict()["tasks"][0]
        return {"errors": len(found["errors"]), "version": version("frictionless")}

    return run


ENGINES = {"engine": by_engine, "frictionless": by_frictionless}


def child(order: dict[str, Any]) -> dict[str, Any]:
    """One measure, or several of the same file in a warm process."""
    make = ENGINES[order["engine"]]
    make(Path(order["warm"]), order["schema"])()  # what is loaded once: libraries, the catalogue
    run = make(Path(order["path"]), order["schema"])
    seconds, processor = [], []
    answer: dict[str, Any] = {}
    for _ in range(order.get("times", 1)):
        started, used = time.perf_counter(), time.process_time()
        answer = run()
        seconds.append(time.perf_counter() - started)
        processor.append(time.process_time() - used)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    last = -max(len(seconds) // 2, 1)
    return {
        "seconds": round(statistics.median(seconds[last:]), 4),
        "processor_seconds": round(statistics.median(processor[last:]), 4),
        "peak_mib": peak,
        **answer,
    }


def ask(order: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.validate", "--child", json.dumps(order)],
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


def measure(kind: str, rows: int, folder: Path, times: int) -> dict[str, Any]:
    path = folder / (f"{kind}-{rows}." + ("xlsx" if kind == "xlsx" else "csv"))
    schema = FILES[kind](path, rows)
    warm = path.with_stem("warm")
    FILES[kind](warm, 10)
    taken: dict[str, list[dict[str, Any]]] = {name: [] for name in ENGINES}
    for _ in range(times):
        for name, answers in taken.items():
            answers.append(ask({"engine": name, "path": str(path), "warm": str(warm), "schema": schema}))
    figures: dict[str, Any] = {"file": kind, "rows": rows, "bytes": path.stat().st_size}
    for name, answers in taken.items():
        middle = sorted(answers, key=lambda answer: answer["seconds"])[len(answers) // 2]
        figures[name] = {**middle, "rows_per_second": round(rows / middle["seconds"])}
    for name, unit in (("ratio", "seconds"), ("processor_ratio", "processor_seconds")):
        figures[name] = round(figures["frictionless"][unit] / figures["engine"][unit], 1)
    path.unlink()
    return figures


def one_row(folder: Path) -> dict[str, Any]:
    path = folder / "one.csv"
    schema = FILES["subventions"](path, 1)
    warm = ask({"engine": "engine", "path": str(path), "warm": str(path), "schema": schema, "times": 40})
    cold = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "ckanext.odl.validation.command", str(path), "--schema", schema],
            capture_output=True,
            check=True,
        )
        cold.append(time.perf_counter() - started)
    return {"file": "one row", "warm_ms": round(warm["seconds"] * 1000, 2), "cold_s": round(statistics.median(cold), 3)}


SIZES = [
    ("subventions", 10_000, 3),
    ("subventions", 100_000, 3),
    ("bal", 100_000, 3),
    ("xlsx", 20_000, 3),
    ("subventions", 1_000_000, 1),
    ("subventions-wrong", 1_000_000, 1),
    ("bal", 1_000_000, 1),
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="no file of a million rows")
    parser.add_argument("--only", nargs="+", default=[], help="some files: " + ", ".join(FILES))
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(child(json.loads(options.child))))
        return 0
    measures = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, rows, times in SIZES:
            if (options.quick and rows > 100_000) or (options.only and kind not in options.only):
                continue
            measures.append(measure(kind, rows, Path(folder), times))
            print(json.dumps(measures[-1]), file=sys.stderr)
        if not options.only:
            measures.append(one_row(Path(folder)))
    print(json.dumps({"python": sys.version.split()[0], "measures": measures}, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
