"""``python -m dev.chaos faults|identity``: run it by ``make chaos`` and ``make identity``."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from dataclasses import asdict
from pathlib import Path

from dev.chaos import portal, rounds
from dev.chaos.faults import LONG, SHORT
from dev.chaos.looking import Figures
from dev.portal.console import Failure, say
from dev.portal.places import SERVICES

PARALLEL = "four parallel uploads to one file"
COLUMNS = (
    "rounds",
    "hit",
    "acknowledged",
    "refused",
    "lost",
    "looks",
    "wrong",
    "torn",
    "left_running",
    "given_up",
    "slowest",
)
STORES = ("folder", "ckan:fs", "odl:fs")


def table(results: list[Figures]) -> str:
    """The figures as text for the terminal."""
    rows = [["fault", *(column.replace("_", " ") for column in COLUMNS), ""]]
    for result in results:
        values = [getattr(result, column) for column in COLUMNS]
        cells = [f"{value:.0f} s" if isinstance(value, float) else str(value) for value in values]
        verdict = result.note or ("FAILED" if result.failed else "ok")
        rows.append([result.fault, *(["–"] * len(cells) if result.note else cells), verdict])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def tell(name: str, number: int, seconds: float, note: str, problems: list[str]) -> None:
    """One line for each round."""
    say(f"  {name}, round {number + 1}: {note or f'{seconds:.0f} s'}")
    for problem in problems:
        say(f"    {problem}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.chaos", description=__doc__)
    parser.add_argument("what", choices=("faults", "identity", "short"))
    parser.add_argument("--seed", type=int, default=None, help="of an earlier run, to make its plan again")
    parser.add_argument("--rounds", type=int, default=None, help="of each fault (20), or of parallel uploads (200)")
    parser.add_argument("--stop", type=float, default=None, help="seconds that a service stays stopped (60)")
    parser.add_argument("--only", default="", help="faults whose name contains this")
    parser.add_argument("--store", choices=STORES, default="folder", help="where the portal keeps its files")
    parser.add_argument("--json", type=Path, default=None, help="file for the figures")
    options = parser.parse_args()
    if SERVICES.name != "chaos":
        raise Failure("these are not services of its own", "use `make chaos` or `make identity`")
    seed = options.seed if options.seed is not None else secrets.randbelow(10**6)
    say(f"→ Seed {seed}, store {options.store}")
    short = options.what == "short"
    instance = portal.victim(options.store, patience=10 if short else 60)
    names = [name for name in (SHORT if short else LONG) if options.only in name]
    results: list[Figures] = []
    try:
        cannot_mount = portal.bring_up(instance)
        stage = rounds.Stage(instance, seed, options.stop or (5 if short else 60), cannot_mount)
        if options.what != "identity":
            results += rounds.play_all(stage, names, options.rounds or (1 if short else 20), tell)
        if options.what != "faults" or options.only in PARALLEL:
            default = {"identity": 200, "short": 20, "faults": 20}[options.what]
            results.append(rounds.parallel(stage, default if short else options.rounds or default, tell))
    finally:
        portal.take_down(instance)
    figures = {"seed": seed, "store": options.store, "results": [asdict(result) for result in results]}
    target = options.json or SERVICES / f"{options.what}.json"
    target.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    print(table(results))
    failed = any(result.failed for result in results)
    print(f"\nseed {seed} · figures in {target}" + (" · FAILED, run again with this seed" if failed else ""))
    return int(failed)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
