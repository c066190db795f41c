"""The official communes, EPCI, départements and régions: ``data/reference.tsv``, whose head says source and licence.

The file is read once, when first asked, into its lines by code; a line becomes a :class:`Body` only when it is wanted.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, lru_cache
from importlib.resources import files

from .bodies import Body, Remark


def _number(text: str) -> int | None:
    return int(text) if text else None


class Reference:
    """The lines of the file, and what finds them."""

    def __init__(self, text: str) -> None:
        """Read the file's content.

        :param text: its head of ``# key: value`` lines, then one line per body or part of a commune
        """
        self.about: dict[str, str] = {}
        self.communes: dict[str, str] = {}
        self.parts: dict[str, str] = {}
        self.establishments: dict[str, str] = {}
        self.departments: dict[str, str] = {}
        self.regions: dict[str, str] = {}
        tables = {
            "C": self.communes,
            "P": self.parts,
            "E": self.establishments,
            "D": self.departments,
            "R": self.regions,
        }
        for line in text.split("\n"):
            mark = line[:1]
            if mark in tables:
                tables[mark][line[2 : line.index("\t", 2)]] = line
            elif mark == "#":
                key, _, value = line[2:].partition(": ")
                self.about[key] = value
        self._municipal_year = int(self.about["municipal_year"])
        self._total_year = int(self.about["total_year"])
        pairs = (pair.partition("=") for pair in self.about["census_years"].split())
        self._census_years = {department: int(year) for department, _, year in pairs}

    # -- finding -----------------------------------------------------------------------------------------------------

    def commune(self, code: str) -> Body | None:
        """Return today's commune of an INSEE code: with a remark when the code is a former one or that of a part."""
        if code in self.communes:
            return self._commune(self.communes[code])
        if code in self.parts:
            return self.part(code)
        if code in self.former:
            return replace(self._commune(self.communes[self.former[code]]), remark=Remark("former", code))
        return None

    def part(self, code: str) -> Body:
        """Return the commune of a part (delegated, associated, district), with a remark; some have the same code."""
        _, asked, name, kind, whole, _ = self.parts[code].split("\t")
        return replace(self._commune(self.communes[whole]), remark=Remark(kind, asked, name))

    def by_siren(self, siren: str) -> Body | None:
        """Return the commune or establishment of a SIREN."""
        if siren in self.establishments:
            return self._establishment(self.establishments[siren])
        insee = self.sirens.get(siren)
        return self._commune(self.communes[insee]) if insee else None

    def by_postal_code(self, code: str) -> list[Body]:
        """Return the communes of a postal code, the most populated first, each with a remark."""
        found = [self._commune(self.communes[insee]) for insee in self.postal_codes.get(code, ())]
        found.sort(key=lambda body: (-(body.population or 0), body.code))
        return [replace(body, remark=Remark("postal", code)) for body in found]

    def department(self, code: str) -> Body | None:
        line = self.departments.get(code)
        return self._department(line) if line else None

    def region(self, code: str) -> Body | None:
        line = self.regions.get(code)
        return self._region(line) if line else None

    def members(self, siren: str) -> list[Body]:
        """Return the communes of an EPCI in the order of their codes, none for a SIREN that is not one."""
        if siren not in self.establishments:
            return []
        mark = f"\t{siren}\t"
        lines = (line for line in self.communes.values() if mark in line)
        return [body for body in map(self._commune, lines) if body.epci == siren]

    def get(self, identity: str) -> Body | None:
        """Return the body of an :attr:`Body.id`, for example ``commune:48095``."""
        kind, _, code = identity.partition(":")
        find = {
            "commune": lambda: self.commune(code) if code in self.communes else None,
            "epci": lambda: self.by_siren(code) if code in self.establishments else None,
            "departement": lambda: self.department(code),
            "region": lambda: self.region(code),
            "autre": lambda: self.by_siren(code) if code in self.establishments else self.department(code),
        }.get(kind)
        body = find() if find else None
        return body if body and body.kind == kind else None

    # -- indexes, each made when first asked ---------------------------------------------------------------------------

    @cached_property
    def sirens(self) -> dict[str, str]:
        """SIREN -> INSEE code of its commune."""
        cells = (line.split("\t", 4) for line in self.communes.values())
        return {siren: code for _, code, _, siren, _ in cells if siren}

    @cached_property
    def former(self) -> dict[str, str]:
        """Former INSEE code -> code of today's commune."""
        cells = (line.split("\t") for line in self.communes.values() if not line.endswith("\t"))
        return {former: row[1] for row in cells for former in row[8].split()}

    @cached_property
    def postal_codes(self) -> dict[str, list[str]]:
        """Postal code -> INSEE codes of its communes."""
        found: dict[str, list[str]] = {}
        for insee, line in self.communes.items():
            for code in line.split("\t", 8)[7].split():
                found.setdefault(code, []).append(insee)
        return found

    # -- from a line to a body ----------------------------------------------------------------------------------------

    def _populations(self, department: str, municipal: str, total: str) -> tuple[int | None, int | None, int | None]:
        """Return the population of law, its year and the year of the municipal population."""
        census = self._census_years.get(department)
        municipal_year = (census or self._municipal_year) if municipal else None
        if total:
            return int(total), census or self._total_year, municipal_year
        return _number(municipal), municipal_year, municipal_year

    def _name_of_department(self, code: str) -> str:
        line = self.departments.get(code)
        return line.split("\t", 3)[2] if line else ""

    def _commune(self, line: str) -> Body:
        _, code, name, siren, epci, municipal, total, postal, _ = line.split("\t")
        department = code[:3] if code.startswith(("97", "98")) else code[:2]
        population, year, municipal_year = self._populations(department, municipal, total)
        return Body(
            kind="commune",
            code=code,
            name=name,
            siren=siren,
            insee=code,
            department=department,
            department_name=self._name_of_department(department),
            region=self.departments[department].split("\t", 4)[3],
            population=population,
            population_year=year,
            municipal_population=_number(municipal),
            municipal_population_year=municipal_year,
            epci=epci,
            postal_codes=tuple(postal.split()),
        )

    def _establishment(self, line: str) -> Body:
        _, siren, name, type_, department, region, municipal, total = line.split("\t")
        population, year, _ = self._populations(department, municipal, total)
        return Body(
            kind="autre" if type_ == "EPT" else "epci",
            code=siren,
            name=name,
            siren=siren,
            insee="",
            department=department,
            department_name=self._name_of_department(department),
            region=region,
            population=population,
            population_year=year,
            municipal_population=_number(municipal),
            municipal_population_year=year,
            type=type_,
        )

    def _department(self, line: str) -> Body:
        _, code, name, region, kind, municipal, total = line.split("\t")
        population, year, municipal_year = self._populations(code, municipal, total)
        return Body(
            kind=kind or "autre",
            code=code,
            name=name,
            siren="",
            insee="",
            department=code,
            department_name=name,
            region=region,
            population=population or None,
            population_year=year if population else None,
            municipal_population=_number(municipal),
            municipal_population_year=municipal_year,
        )

    def _region(self, line: str) -> Body:
        _, code, name, kind, municipal, total = line.split("\t")
        population, year, municipal_year = self._populations("976" if code == "06" else "", municipal, total)
        return Body(
            kind=(kind and "region") or "autre",
            code=code,
            name=name,
            siren="",
            insee="",
            department="",
            department_name="",
            region=code,
            population=population or None,
            population_year=year if population else None,
            municipal_population=_number(municipal),
            municipal_population_year=municipal_year,
        )


@lru_cache(maxsize=1)
def reference() -> Reference:
    """The reference of the package, read when first asked."""
    path = files("ckanext.odl.territory").joinpath("data", "reference.tsv")
    return Reference(path.read_text(encoding="utf-8"))
