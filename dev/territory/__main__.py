"""Write ``ckanext/odl/territory/data/reference.tsv``: ``python -m dev.territory [VERSION]``.

The npm package ``@etalab/decoupage-administratif`` gathers the Code officiel géographique (INSEE), the EPCI with their
members (DGCL), the populations (INSEE) and the postal codes (La Poste), under the Licence Ouverte. ``npm`` fetches it.
The file is plain text, sorted, so that a new year shows as a difference that people can read.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from dev.portal.places import ROOT

PACKAGE = "@etalab/decoupage-administratif"
VERSION = "6.0.0"
TARGET = ROOT / "ckanext" / "odl" / "territory" / "data" / "reference.tsv"

#: Years of the populations in this version, by their source: communes.json holds the populations in force in 2026
#: (INSEE, "populations de référence 2023"), epci.json those that the DGCL had at hand (2022). Where INSEE counts
#: otherwise, the year of the census.
MUNICIPAL_YEAR, TOTAL_YEAR = 2023, 2022
CENSUS_YEARS = {"976": 2017, "987": 2022, "988": 2025}
#: Paris tells the vintage of each file: a new version whose figures differ has new years to be written above.
PARIS = (2103778, 2129257)

EPCI_KINDS = {"CC": "Communauté de communes", "CA": "Communauté d'agglomération", "CU": "Communauté urbaine"}
#: Overseas collectivités that are neither département nor région, and no commune either.
OVERSEAS = {"975", "986", "987", "988"}
PARTS = {"commune-deleguee": "delegated", "commune-associee": "associated", "arrondissement-municipal": "district"}

HEAD = """\
# Collectivités de France : communes, EPCI, départements, régions.
# source: {package} {version} ({date}), from INSEE (Code officiel géographique, populations), DGCL (EPCI), La Poste
# licence: Licence Ouverte / Open Licence 2.0 (Etalab)
# version: {version}
# date: {date}
# municipal_year: {municipal}
# total_year: {total}
# census_years: {census}
# written by python -m dev.territory
# C code name siren epci municipal_population total_population postal_codes former_codes   (a commune)
# P code name kind commune department          (a part of a commune: delegated, associated, or a district)
# E siren name type department region municipal_population total_population   (an EPCI with own taxes, or an EPT)
# D code name region kind municipal_population total_population               (a département; kind empty: not a body)
# R code name kind municipal_population total_population                      (a région; kind empty: not a body)
"""


def fetch(version: str, folder: Path) -> dict[str, Any]:
    """Return the package's files by name, and its date under ``date``."""
    subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{version}"], cwd=folder, check=True, capture_output=True)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        data: dict[str, Any] = {}
        for member in archive.getmembers():
            stream = archive.extractfile(member) if member.name.endswith(".json") else None
            if stream:
                data[Path(member.name).stem] = json.load(stream)
        written = max(member.mtime for member in archive.getmembers())
    data["date"] = datetime.fromtimestamp(written, timezone.utc).date().isoformat()
    return data


def department_of(code: str) -> str:
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def rows(data: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the lines of the file, by kind and code."""
    communes = {row["code"]: row for row in data["communes"] if row["type"] == "commune-actuelle"}
    members = {m["code"]: (epci["code"], m["populationTotale"]) for epci in data["epci"] for m in epci["membres"]}
    if (communes["75056"]["population"], members["75056"][1]) != PARIS:
        raise SystemExit("The population of Paris is another one: write the years of the new figures in this script.")
    sums: dict[str, list[int]] = {}
    for code, row in sorted(communes.items()):
        if department_of(code) != row["departement"]:
            raise SystemExit(f"The département of {code} is not to be seen in its code.")
        epci, total = members.get(code, ("", None))
        municipal = row.get("population")
        for place in (f"D{row['departement']}", f"R{row['region']}"):
            known = sums.setdefault(place, [0, 0])
            known[0] += municipal or 0
            known[1] += municipal or 0 if total is None else total
        codes = (" ".join(row.get("codesPostaux", [])), " ".join(row.get("anciensCodes", [])))
        yield "C", code, row["nom"], row.get("siren"), epci, municipal, total, *codes
    for row in sorted(data["communes"], key=lambda row: (row["code"], row["type"])):
        if row["type"] in PARTS:  # a delegated commune may have the code of the whole: the commune answers to it
            whole = row.get("chefLieu") or row["commune"]
            yield "P", row["code"], row["nom"], PARTS[row["type"]], whole, row["departement"]
    for row in sorted(data["epci"] + data["ept"], key=lambda row: row["code"]):
        first = communes[max(row["membres"], key=lambda member: member["populationMunicipale"])["code"]]
        short, _, rest = row["nom"].partition(" ")
        name = f"{EPCI_KINDS[short]} {rest}" if short in EPCI_KINDS else row["nom"]
        if row["type"] == "EPT":
            name = f"Établissement public territorial {name}"
        where = (first["departement"], first["region"])
        yield "E", row["code"], name, row["type"], *where, row["populationMunicipale"], row["populationTotale"]
    for row in sorted(data["departements"], key=lambda row: row["code"]):
        kind = "departement" if row["zone"] != "com" else "autre" if row["code"] in OVERSEAS else ""
        yield "D", row["code"], row["nom"], row["region"], kind, *sums.get(f"D{row['code']}", (0, 0))
    for row in sorted(data["regions"], key=lambda row: row["code"]):
        kind = "region" if row["zone"] != "com" else ""
        yield "R", row["code"], row["nom"], kind, *sums.get(f"R{row['code']}", (0, 0))


def main(version: str = VERSION) -> None:
    with tempfile.TemporaryDirectory(prefix="odl-territory-") as folder:
        data = fetch(version, Path(folder))
    census = " ".join(f"{department}={year}" for department, year in CENSUS_YEARS.items())
    years = {"municipal": MUNICIPAL_YEAR, "total": TOTAL_YEAR, "census": census}
    lines = [HEAD.format(package=PACKAGE, version=version, date=data["date"], **years)]
    for row in rows(data):
        cells = ["" if cell is None else re.sub(r"\s", " ", str(cell)) for cell in row]
        lines.append("\t".join(cells) + "\n")
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text("".join(lines), encoding="utf-8", newline="\n")
    print(f"{TARGET.relative_to(ROOT)}: {len(lines) - 1} lines, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
