"""What the reference says of one collectivité, and of how it was found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

KINDS = ("commune", "epci", "departement", "region", "autre")
"""The kinds of bodies in the reference; the public territorial establishments of Grand Paris are ``autre``."""


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """The sentences of this package, by group, name and language."""
    return yaml.safe_load(files("ckanext.odl.territory").joinpath("words.yaml").read_text(encoding="utf-8"))


def sentence(group: str, name: str, language: str, /, **values: Any) -> str:
    """Return a sentence of ``words.yaml`` filled in; French unless the language is English."""
    template = words()[group][name]["en" if language[:2] == "en" else "fr"]
    return template.format(**values)


@dataclass(frozen=True)
class Remark:
    """How a body was found otherwise than by its own name or code.

    ``code`` is ``former``, ``delegated``, ``associated``, ``district`` or ``postal``; ``asked`` the code that led here,
    ``part`` the name of the part of the commune that has it ("" for a former or postal code).
    """

    code: str
    asked: str
    part: str = ""


@dataclass(frozen=True)
class Body:
    """A collectivité of the reference, as it is today.

    ``code`` is the INSEE code of a commune, a département or a région, the SIREN of an EPCI. What the source does not
    give is "" or None. ``population`` is what thresholds of law are held against: the total population where the source
    has it, the municipal one otherwise, each with its year. ``epci`` is the SIREN of the EPCI of a commune; ``type``
    the source's abbreviation for an EPCI (CC, CA, CU, METRO, MET69, EPT).
    """

    kind: str
    code: str
    name: str
    siren: str
    insee: str
    department: str
    department_name: str
    region: str
    population: int | None
    population_year: int | None
    municipal_population: int | None
    municipal_population_year: int | None
    epci: str = ""
    type: str = ""
    postal_codes: tuple[str, ...] = ()
    remark: Remark | None = None

    @property
    def id(self) -> str:
        """Kind and code in one word, for example ``commune:48095``."""
        return f"{self.kind}:{self.code}"

    @property
    def label(self) -> str:
        """The name with what tells it from its namesakes: ``Saint-Denis (93 Seine-Saint-Denis)``."""
        if self.kind in ("commune", "epci", "autre") and self.department:
            return f"{self.name} ({self.department} {self.department_name})"
        return f"{self.name} ({self.code})"

    def remark_text(self, language: str = "fr") -> str:
        """The remark in a sentence, "" when there is none."""
        if self.remark is None:
            return ""
        values = {"code": self.remark.asked, "part": self.remark.part, "name": self.name, "today": self.code}
        return sentence("remarks", self.remark.code, language, **values)

    def kind_text(self, language: str = "fr") -> str:
        """What it is, in a word."""
        return sentence("kinds", self.kind, language)

    def to_dict(self, language: str = "fr") -> dict[str, Any]:
        """Everything as JSON takes it, with ``id``, ``label``, ``kind_text`` and the remark in words."""
        data = asdict(self) | {"postal_codes": list(self.postal_codes)}
        data["remark"] = {"code": self.remark.code, "text": self.remark_text(language)} if self.remark else None
        return {"id": self.id, "label": self.label, "kind_text": self.kind_text(language), **data}


@dataclass(frozen=True)
class Stratum:
    """A class of population: from ``start`` inhabitants on, to ``end`` included (None: no end)."""

    start: int
    end: int | None

    @property
    def id(self) -> str:
        return f"{self.start}-{'' if self.end is None else self.end}"

    def label(self, language: str = "fr") -> str:
        """The class in words."""
        name = "over" if self.end is None else "between" if self.start else "under"

        def number(value: int) -> str:
            return f"{value:,}".replace(",", "\u202f" if language[:2] != "en" else ",")

        end = 0 if self.end is None else self.end + (0 if self.start else 1)
        return sentence("strata", name, language, **{"from": number(self.start), "to": number(end)})


_STARTS = (0, 500, 2000, 3500, 5000, 10000, 20000, 50000, 100000)


def strata() -> tuple[Stratum, ...]:
    """The classes of population, by the thresholds of the duties (2 000, 3 500, 10 000) and those of the DGCL."""
    ends = [start - 1 for start in _STARTS[1:]]
    return tuple(Stratum(start, end) for start, end in zip(_STARTS, [*ends, None], strict=True))


def stratum(population: int | None) -> Stratum | None:
    """Return the class of a population, None when it is not known."""
    if population is None or population < 0:
        return None
    return next(entry for entry in reversed(strata()) if population >= entry.start)
