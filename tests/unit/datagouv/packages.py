"""Datasets as CKAN shows them, and what each defect of one makes of it on data.gouv.fr.

The statuses of :data:`CASES` were given by udata 17.18.0 itself for these very datasets; ``tests/contract`` asks it
again.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import Any

PACKAGE_ID = "5c0b3f4e-0000-4000-8000-000000000001"
FILE_ID = "5c0b3f4e-0000-4000-8000-00000000000a"
ADDRESS = "https://www.service-public.fr/a.csv"
ANNUAL = "http://publications.europa.eu/resource/authority/frequency/ANNUAL"
SQUARE = {"type": "Polygon", "coordinates": [[[3.4, 44.5], [3.5, 44.5], [3.5, 44.6], [3.4, 44.5]]]}

_FILE: dict[str, Any] = {
    "id": FILE_ID, "package_id": PACKAGE_ID, "name": "Prénoms", "description": "Une ligne par prénom.", "format": "CSV",
    "mimetype": "text/csv", "size": 1234, "hash": "", "created": "2026-01-15T10:01:00.123456",
    "last_modified": "2026-03-02T08:00:00.000000", "metadata_modified": "2026-03-02T08:00:00.000000", "position": 0,
    "resource_type": None, "state": "active", "url": ADDRESS, "url_type": None,
}  # fmt: skip
_PACKAGE: dict[str, Any] = {
    "id": PACKAGE_ID, "name": "prenoms", "title": "Prénoms de Valbrune", "type": "dataset", "state": "active",
    "private": False, "license_id": "lov2", "license_title": "Licence Ouverte 2.0",
    "notes": "Les prénoms donnés aux enfants nés dans la commune, année par année, d’après les actes de l’état civil.",
    "author": None, "author_email": None, "maintainer": None, "maintainer_email": "mairie@valbrune.exemple.fr",
    "metadata_created": "2026-01-15T10:00:00.000000", "metadata_modified": "2026-03-02T08:00:00.000000",
    "url": None, "version": None, "owner_org": "5c0b3f4e-0000-4000-8000-0000000000aa",
    "temporal_start": "2025-01-01", "temporal_end": "2025-12-31", "frequency": ANNUAL,
    "tags": [{"id": "1", "name": "prénoms"}, {"id": "2", "name": "état civil"}],
    "extras": [{"key": "frequency", "value": ANNUAL}, {"key": "temporal_start", "value": "2025-01-01"},
               {"key": "temporal_end", "value": "2025-12-31"}],
    "organization": {
        "id": "5c0b3f4e-0000-4000-8000-0000000000aa", "name": "valbrune", "title": "Valbrune", "type": "organization",
        "description": "", "image_url": "", "created": "2026-01-12T09:00:00.000000", "is_organization": True,
        "approval_status": "approved", "state": "active",
    },
}  # fmt: skip


def file(**changes: Any) -> dict[str, Any]:
    return {**_FILE, **changes}


def package(*files: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A dataset that data.gouv.fr takes whole by both ways, with *changes*."""
    found = copy.deepcopy({**_PACKAGE, "resources": list(files or [file()]), **changes})
    if extra := found.pop("extra", None):
        found["extras"] += [{"key": key, "value": value} for key, value in extra.items()]
    return found


def organization(**changes: Any) -> dict[str, Any]:
    return {**_PACKAGE["organization"], **changes}


@dataclass(frozen=True)
class Case:
    """A dataset and the codes that refuse it, by each way out; none: it is taken."""

    name: str
    package: dict[str, Any]
    dcat: tuple[str, ...] = ()
    ckan: tuple[str, ...] = ()


def _both(name: str, found: dict[str, Any], code: str) -> Case:
    return Case(name, found, (code,), (code,))


def _api(name: str, code: str, *files: dict[str, Any], **changes: Any) -> Case:
    return Case(name, package(*files, **changes), (), (code,))


def _geometry(name: str, code: str, value: Any) -> Case:
    return _api(name, code, extra={"spatial": value if isinstance(value, str) else json.dumps(value)})


CASES = [
    Case("right", package()),
    # addresses
    Case("blank in the address", package(file(url="https://www.x.fr/a b.csv")), (), ("file-address-space",)),
    Case("no address", package(file(url="")), (), ("file-address-empty",)),
    _both("inner name", package(file(url="https://srv.lan/a")), "file-address-ending"),
    _both("name in capitals", package(file(url="https://www.X.FR/a")), "file-address-ending"),
    _both("name for examples", package(file(url="https://www.mairie.example/a")), "file-address-ending"),
    _both("this machine", package(file(url="http://localhost/a")), "file-address-local"),
    _both("this machine by number", package(file(url="http://127.0.0.1/a")), "file-address-local"),
    _both("this machine by IPv6", package(file(url="http://[::1]/a")), "file-address-local"),
    _both("inner network", package(file(url="http://192.168.1.2/a")), "file-address-private"),
    _both("mask", package(file(url="http://1.255.255.255/")), "file-address-private"),
    _both("name of one word", package(file(url="http://serveur/a")), "file-address-form"),
    _both("two hyphens", package(file(url="https://a--b.fr/x")), "file-address-form"),
    _both("port of one digit", package(file(url="https://x.fr:8/x")), "file-address-form"),
    _both("number too large", package(file(url="http://300.1.1.1/")), "file-address-form"),
    Case("scheme", package(file(url="sftp://x.fr/a")), (), ("file-address-scheme",)),
    Case("file of a disk", package(file(url="file:///C:/a.csv")), (), ("file-address-form",)),
    Case("by ftp", package(file(url="ftp://x.fr/a"))),
    Case("letters with accents", package(file(url="https://www.légende.fr/été.csv"))),
    Case("public number", package(file(url="http://8.8.8.8/a"))),
    Case("no scheme", package(file(url="www.x.fr/a"))),
    Case("name and password", package(file(url="https://nom:secret@x.fr/a"))),
    # files
    Case("no file", package(resources=[]), (), ("no-file",)),
    _api("unknown type", "file-type-unknown", file(resource_type="main")),
    Case("notice", package(file(resource_type="documentation"))),
    Case("no format", package(file(format=""))),
    _api("format is null", "values-missing", file(format=None)),
    _api("no day of creation", "values-missing", file(created=None)),
    _api("size in words", "values-wrong", file(size="12 ko")),
    _api("day that is none", "values-wrong", file(last_modified="hier")),
    # the dataset
    Case("title is empty", package(title="")),
    Case("title is null", package(title=None), (), ("values-missing",)),
    _both("neither title nor name", package(title="", name=""), "title-missing"),
    _api("e-mail", "email-wrong", maintainer_email="mairie"),
    _api("e-mail of the author", "author-email-wrong", author_email="mairie"),
    Case("no e-mail", package(maintainer_email="")),
    _api("not a dataset", "not-a-dataset", type="showcase"),
    Case("unknown licence", package(license_id="maison", license_title="Licence maison")),
    Case("no licence", package(license_id=None, license_title=None)),
    Case("a period that begins", package(temporal_end="", extras=[{"key": "temporal_start", "value": "2025-01-01"}])),
    _api("extra of udata", "extra-refused", extra={"custom:theme": "1"}),
    _api("extra with a dollar", "extra-refused", extra={"$prix": "1"}),
    _api("extra that is no link", "extra-refused", extra={"datafairOrigin": "1"}),
    Case("extra", package(extra={"siret": "21480095000016"})),
    # the organization
    _api("organization without text", "organization-incomplete", organization=organization(description=None)),
    _api("organization without logo", "organization-incomplete", organization=organization(image_url=None)),
    _api("organization of another type", "values-wrong", organization=organization(type="commune")),
    Case("no organization", package(organization=None)),
    # outlines
    Case("outline", package(extra={"spatial": json.dumps(SQUARE)})),
    Case("no outline after all", package(extra={"spatial": "{}"})),
    _geometry("outline in words", "geometry-unreadable", "Valbrune"),
    _geometry("outline is a list", "geometry-unreadable", [1]),
    _geometry("outline without points", "geometry-unreadable", {"type": "Polygon"}),
    _geometry("point", "geometry-kind", {"type": "Point", "coordinates": [3, 44]}),
    _geometry("open outline", "geometry-broken", {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}),
    _geometry("empty outline", "geometry-broken", {"type": "Polygon", "coordinates": []}),
    _geometry("with heights", "geometry-broken",
              {"type": "Polygon", "coordinates": [[[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 0, 1]]]}),
    _api("outline and name", "zone-and-geometry",
         extra={"spatial": json.dumps(SQUARE), "spatial-text": "Sixt-sur-Aff"}),
]  # fmt: skip
