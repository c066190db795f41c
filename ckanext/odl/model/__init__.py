"""Tables of the extension, without foreign keys to CKAN's own: rows are keyed by ids and outlive what they describe."""

from __future__ import annotations

from .campaign import (
    Campaign,
    CampaignMember,
    CampaignState,
    DepositLink,
    ImportState,
    MailState,
    MemberContact,
    MemberImport,
    MemberRow,
    RowResult,
)
from .covered import Covered, CoverState
from .datagouv import DatagouvLink, DatagouvRun, Twin
from .deposit import Deposit, DepositEvent, DepositFile, DepositState, FileKind, Place, PrivacyAnswer
from .path import PathHistory, PathMandate, PathProof, What
from .progress import PathProgress
from .schema_version import SchemaVersion
from .validation import State, StoredFile, Validation

__all__ = [
    "Campaign",
    "CampaignMember",
    "CampaignState",
    "CoverState",
    "Covered",
    "DatagouvLink",
    "DatagouvRun",
    "Deposit",
    "DepositEvent",
    "DepositFile",
    "DepositLink",
    "DepositState",
    "FileKind",
    "ImportState",
    "MailState",
    "MemberContact",
    "MemberImport",
    "MemberRow",
    "PathHistory",
    "PathMandate",
    "PathProgress",
    "PathProof",
    "Place",
    "PrivacyAnswer",
    "RowResult",
    "SchemaVersion",
    "State",
    "StoredFile",
    "Twin",
    "Validation",
    "What",
]
