"""Rows per second of ``validate()`` against plain frictionless on the same generated files, in one run; prints JSON.

``python -m bench.validate [--rows 10000 100000] [--wrong 0.05]``. Each engine checks each file once, in turn, in this
process; imports are left out. Ratios are what counts; the seconds are this machine's. frictionless runs without the
custom checks (it has none), the engine with them.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from frictionless import Detector, Schema
from frictionless.resources import TableResource

from ckanext.odl.scdl import catalogue
from ckanext.odl.validation import validate
from ckanext.odl.validation.checks.identifiers import is_siret

SCHEMA = "scdl/subventions"


def sirets(count: int, random_: random.Random) -> list[str]:
    """Numbers with right keys, invented."""
    found: list[str] = []
    while len(found) < count:
        siren = f"{random_.randrange(10**8):08d}"
        for last in range(10):
            establishment = f"{siren}{last}0001"
            found += [establishment + str(key) for key in range(10) if is_siret(establishment + str(key))]
    return found[:count]


def write_file(path: Path, rows: int, wrong: float) -> None:
    """A file of the subsidies of an authority; ``wrong``: the share of rows with one wrong cell."""
    random_ = random.Random(rows)
    givers, takers = sirets(3, random_), sirets(2_000, random_)
    names = [field["name"] for field in catalogue().table(SCHEMA)["fields"]]
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter=";")
        writer.writerow(names)
        for number in range(rows):
            day = f"2025-{random_.randrange(1, 13):02d}-{random_.randrange(1, 29):02d}"
            taker = random_.randrange(len(takers))
            row = {
                "nomAttribuant": "Commune de Saint-Exemple",
                "idAttribuant": givers[number % 3],
                "dateConvention": day,
                "referenceDecision": f"2025-{number:06d}",
                "nomBeneficiaire": f"Association n° {taker}",
                "idBeneficiaire": takers[taker],
                "objet": f"Projet éducatif numéro {number % 500}",
                "montant": f"{random_.randrange(100, 50_000)}.{random_.randrange(100):02d}",
                "nature": "aide en numéraire",
                "conditionsVersement": "unique",
                "datesPeriodeVersement": day,
                "notificationUE": "non",
                "pourcentageSubvention": "1",
            }
            if random_.random() < wrong:
                row |= random_.choice(
                    ({"dateConvention": "31/03/2025"}, {"idBeneficiaire": "2,20E+13"}, {"montant": "1 234,5"})
                )
            writer.writerow([row.get(name, "") for name in names])


def by_engine(path: Path) -> dict[str, Any]:
    report = validate(path, SCHEMA).to_dict()
    return {"errors": report["counts"]["errors"], "rows": report["file"]["rows"]}


def by_frictionless(path: Path) -> dict[str, Any]:
    table = {key: value for key, value in catalogue().table(SCHEMA).items() if key in ("fields", "missingValues")}
    resource_ = TableResource(
        path=path.name,
        basepath=str(path.parent),
        schema=Schema.from_descriptor(table),
        detector=Detector(schema_sync=True),
    )
    report = resource_.validate(limit_errors=10**9)
    return {"errors": len(report.flatten(["rowNumber"])), "rows": report.tasks[0].stats.get("rows")}


def measure(rows: int, wrong: float, folder: Path) -> dict[str, Any]:
    path = folder / f"subventions-{rows}.csv"
    write_file(path, rows, wrong)
    figures: dict[str, Any] = {"rows": rows, "wrong": wrong, "bytes": path.stat().st_size}
    for name, run in (("engine", by_engine), ("frictionless", by_frictionless)):
        started = time.perf_counter()
        answer = run(path)
        seconds = time.perf_counter() - started
        figures[name] = {"seconds": round(seconds, 3), "rows_per_second": round(rows / seconds), **answer}
    figures["ratio"] = round(figures["engine"]["rows_per_second"] / figures["frictionless"]["rows_per_second"], 2)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--wrong", type=float, default=0.0, help="share of rows with one wrong cell")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_file(Path(folder) / "warm.csv", 10, 0)
        by_engine(Path(folder) / "warm.csv")
        by_frictionless(Path(folder) / "warm.csv")
        figures = [measure(rows, options.wrong, Path(folder)) for rows in options.rows]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        json.dumps({"schema": SCHEMA, "python": sys.version.split()[0], "peak_mib": peak, "files": figures}, indent=2)
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
