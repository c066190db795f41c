"""What is known of a collectivité on one day: the only thing that rules look at.

Everywhere ``None`` means « not known »: a tool that the portal does not have, a question nobody answered. An empty
tuple or set means « known, and there is none ». No rule may take the first for the second.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

KINDS = ("commune", "epci", "departement", "region", "syndicat", "autre")
ETP_BANDS = ("lt50", "50to199", "ge200")
PROFILES = ("no_agent", "small", "other")
PROOF_KINDS = ("file", "url", "note", "confirmation")
EDITING_ROLES = ("admin", "editor")


@dataclass(frozen=True)
class FileFacts:
    """One file (resource) of a dataset."""

    id: str
    name: str = ""
    #: Whether it holds a table (CSV, spreadsheet); None when nobody looked.
    is_table: bool | None = None
    #: Whether its format is open (CSV, JSON, GeoJSON, XLSX, ODS…).
    is_open_format: bool = False
    #: National id and version of the model it declares, and the tags of that model in the catalogue (``socle``,
    #: ``daily_life``…).
    schema_id: str | None = None
    schema_version: str | None = None
    schema_tags: tuple[str, ...] = ()
    #: The portal's word for it: ``valid`` only when the report is complete, of these very bytes, against the version
    #: declared; ``invalid``, ``unreadable``, ``checking``, ``to_check``, ``no_schema``.
    badge: str = "no_schema"
    #: Whether a report exists, whatever it says.
    was_checked: bool = False
    sha256: str | None = None
    #: Last day of the period that the content covers, and day of the last change of its bytes.
    period_end: dt.date | None = None
    changed_on: dt.date | None = None
    #: Whether a table, map or chart of it can be seen on its page.
    has_view: bool | None = None
    #: Whether the meaning of its columns is written in the portal (DataStore dictionary).
    has_dictionary: bool | None = None
    #: Whether it is the documentation of the dataset.
    is_documentation: bool = False
    #: Rows of data, from the last report.
    rows: int | None = None
    #: For a catalogue file: ids or names of the datasets it lists.
    lists: frozenset[str] | None = None


@dataclass(frozen=True)
class Twin:
    """What the last look at data.gouv.fr found for a dataset; *found* by the id, never by the address alone."""

    checked_on: dt.date
    found: bool


@dataclass(frozen=True)
class Privacy:
    """The privacy answers of a dataset and what the scan of its files found."""

    answered: bool
    columns_changed: bool = False
    findings: int = 0
    justified: bool = False


@dataclass(frozen=True)
class DatasetFacts:
    """One dataset in state active (public, private or planned)."""

    id: str
    name: str = ""
    title: str = ""
    private: bool = False
    #: Came from data.gouv.fr and was not adopted: no rule counts it or blames the collectivité for it.
    imported: bool = False
    licence: str | None = None
    homologation_note: str = ""
    #: Plain text of the description.
    description: str = ""
    tags: int = 0
    #: Code of the European frequency vocabulary (``ANNUAL``), without its address.
    frequency: str | None = None
    temporal_start: dt.date | None = None
    temporal_end: dt.date | None = None
    has_territory: bool = False
    service: str = ""
    contact: str = ""
    #: Whether the contact is the address of somebody who left; None when it is not the address of a user.
    contact_lapsed: bool | None = None
    #: Update procedure: a text, or a document attached.
    procedure: str = ""
    #: Last change of any kind, a corrected description included.
    changed_on: dt.date | None = None
    files: tuple[FileFacts, ...] = ()
    twin: Twin | None = None
    privacy: Privacy | None = None


@dataclass(frozen=True)
class PersonFacts:
    """A member of the organization in CKAN. *is_atd*: staff of the body that supports it."""

    id: str
    role: str
    active: bool = True
    is_atd: bool = False
    #: Last login or deposit.
    last_seen: dt.date | None = None


@dataclass(frozen=True)
class Mandate:
    """A referent: what they are (``agent``, ``elu``, ``atd``, ``epci``, ``secretary``), from and until when."""

    id: str
    function: str
    since: dt.date
    until: dt.date | None = None
    name: str = ""


@dataclass(frozen=True)
class Proof:
    """What a person gave as evidence for a step (or for a duty without step: the duty's id)."""

    id: str
    step: str
    kind: str
    given_on: dt.date
    expires_on: dt.date | None = None
    value: str = ""
    url: str | None = None
    author: str = ""


@dataclass(frozen=True)
class Waiver:
    """The ATD's decision that a step is not asked of this collectivité: ``waived`` or ``not_applicable``."""

    step: str
    reason: str
    on: dt.date
    author: str = ""
    state: str = "waived"


@dataclass(frozen=True)
class Proposal:
    """The collectivité's own proposal that a step does not concern it, until the ATD answers."""

    step: str
    reason: str
    on: dt.date
    author: str = ""


@dataclass(frozen=True)
class PlanLine:
    """A line of the opening plan."""

    subject: str = ""
    person: str = ""
    due_on: dt.date | None = None
    done: bool = False


@dataclass(frozen=True)
class Reuses:
    """Approved reuses of public datasets, by the collectivité itself and by others."""

    own: int = 0
    third: int = 0


@dataclass(frozen=True)
class Requests:
    """Questions and requests ever received, and the day of the oldest that is open."""

    total: int = 0
    oldest_open: dt.date | None = None


@dataclass(frozen=True)
class Contributions:
    """Proposals of correction or enrichment: accepted, refused with a reason, still open."""

    accepted: int = 0
    refused: int = 0
    open: int = 0


@dataclass(frozen=True)
class PreCheck:
    """What data.gouv.fr would refuse (*blocking*) or lose (*lossy*) of the public datasets: points that the
    collectivité can mend. *refused*: ids of the datasets that it would refuse."""

    blocking: int = 0
    lossy: int = 0
    on: dt.date | None = None
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """A collectivité on one day."""

    id: str
    name: str = ""
    title: str = ""
    kind: str | None = None
    siren: str | None = None
    insee: str | None = None
    #: Whether the official reference holds it: by INSEE code for a commune, by SIREN for an EPCI, a département, a
    #: région. Others are in no list.
    listed: bool | None = None
    #: SIREN that the reference gives to the INSEE code (none for overseas communes without one).
    reference_siren: str | None = None
    #: Today's INSEE code, when *insee* is that of a merged commune.
    current_insee: str | None = None
    population: int | None = None
    population_year: int | None = None
    #: One of :data:`ETP_BANDS`; None when it is not said or said to be unknown.
    etp_band: str | None = None
    competences: frozenset[str] | None = None
    has: frozenset[str] | None = None
    #: Profile chosen by the ATD; None: computed.
    profile: str | None = None
    description: str = ""
    has_image: bool = False
    #: Contact address that the organization shows to all.
    contact: str = ""
    #: Where the structure above writes to it, whatever that address comes from.
    address: str = ""
    website: str = ""
    default_licence: str | None = None
    datasets: tuple[DatasetFacts, ...] = ()
    people: tuple[PersonFacts, ...] | None = None
    mandates: tuple[Mandate, ...] = ()
    proofs: tuple[Proof, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    #: Steps that have a history (to show those that left the checklist): step id → number of entries.
    history: tuple[tuple[str, int], ...] = ()
    # Tools that the portal may not have
    plan: tuple[PlanLine, ...] | None = None
    shared_documents: int | None = None
    policy_notes: int | None = None
    reuses: Reuses | None = None
    #: Files accepted in the ATD's last consolidated files.
    aggregates: int | None = None
    requests: Requests | None = None
    contributions: Contributions | None = None
    precheck: PreCheck | None = None
    usage_on: dt.date | None = None
    report_on: dt.date | None = None

    @cached_property
    def own_datasets(self) -> tuple[DatasetFacts, ...]:
        """Its datasets, without those that came from data.gouv.fr and were not adopted."""
        return tuple(dataset for dataset in self.datasets if not dataset.imported)

    @cached_property
    def public_datasets(self) -> tuple[DatasetFacts, ...]:
        """Its datasets that everyone sees and that hold at least one file."""
        return tuple(dataset for dataset in self.own_datasets if not dataset.private and dataset.files)

    @property
    def computed_profile(self) -> str:
        """The profile chosen, else ``small`` under 3 500 inhabitants, else ``other``."""
        if self.profile in PROFILES:
            return str(self.profile)
        is_small = self.kind == "commune" and self.population is not None and self.population < 3500
        return "small" if is_small else "other"
