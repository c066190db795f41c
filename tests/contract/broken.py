"""Packages as ``package_show`` gives them, each with one thing that udata refuses, or does not mind."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from tests.contract.world import SIREN

Package = dict[str, Any]
Change = Callable[[Package], None]

POLYGON = '{"type": "Polygon", "coordinates": [[[3.4, 44.5], [3.6, 44.5], [3.6, 44.6], [3.4, 44.5]]]}'
FILE = "https://fichiers.causses-exemple.fr/a.csv"

ORGANIZATION: dict[str, Any] = {
    "id": "0b7f1f4e-3b3c-4d6f-8a51-6f2d7b0b3a11",
    "name": "valbrune",
    "title": "Commune de Valbrune",
    "type": "organization",
    "description": "",
    "image_url": "",
    "created": "2026-01-12T09:00:00.000000",
    "is_organization": True,
    "approval_status": "approved",
    "state": "active",
    "odl_kind": "commune",
    "odl_siren": SIREN,
    "odl_contact": "mairie@valbrune.causses-exemple.fr",
}
GOOD: Package = {
    "author": None,
    "author_email": None,
    "creator_user_id": "0b7f1f4e-3b3c-4d6f-8a51-6f2d7b0b3a12",
    "extras": [],
    "frequency": "http://publications.europa.eu/resource/authority/frequency/ANNUAL",
    "groups": [],
    "isopen": True,
    "license_id": "lov2",
    "license_title": "Licence Ouverte 2.0 (Etalab)",
    "license_url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
    "maintainer": None,
    "maintainer_email": "finances@valbrune.causses-exemple.fr",
    "metadata_created": "2026-01-15T10:00:00.000000",
    "metadata_modified": "2026-03-02T08:00:00.000000",
    "notes": "Deux phrases.",
    "num_resources": 1,
    "num_tags": 1,
    "owner_org": ORGANIZATION["id"],
    "organization": ORGANIZATION,
    "private": False,
    "relationships_as_object": [],
    "relationships_as_subject": [],
    "resources": [
        {
            "cache_last_updated": None,
            "cache_url": None,
            "created": "2026-01-15T10:01:00.000000",
            "description": "",
            "format": "CSV",
            "hash": "",
            "id": "",
            "last_modified": "2026-03-02T08:00:00.000000",
            "metadata_modified": "2026-03-02T08:00:00.000000",
            "mimetype": "text/csv",
            "mimetype_inner": None,
            "name": "Fichier",
            "package_id": "",
            "position": 0,
            "resource_type": None,
            "size": 1234,
            "state": "active",
            "url": FILE,
            "url_type": None,
        }
    ],
    "state": "active",
    "tags": [{"display_name": "budget", "id": "t", "name": "budget", "state": "active", "vocabulary_id": None}],
    "title": "Un jeu de données",
    "type": "dataset",
    "url": None,
    "version": None,
}


def field(name: str, value: Any) -> Change:
    return lambda package: package.__setitem__(name, value)


def without(name: str) -> Change:
    return lambda package: package.pop(name)


def of_file(name: str, value: Any) -> Change:
    return lambda package: package["resources"][0].__setitem__(name, value)


def of_organization(name: str, value: Any) -> Change:
    return lambda package: package["organization"].__setitem__(name, value)


def extras(**values: Any) -> Change:
    return lambda package: package["extras"].extend(
        {"key": name.replace("__", "-"), "value": value} for name, value in values.items()
    )


def tags(*names: str) -> Change:
    return lambda package: package.__setitem__("tags", [{**GOOD["tags"][0], "name": name} for name in names])


#: What is changed in a good package, by a name for the report.
CHANGES: dict[str, Change] = {
    "nothing": lambda package: None,
    # -- the dataset
    "title empty": field("title", ""),
    "title blank": field("title", "   "),
    "title null": field("title", None),
    "title and name null": lambda package: package.update(title=None, name=None),
    "title of signs": field("title", "!!! ???"),
    "title long": field("title", "Très long titre " * 40),
    "notes null": field("notes", None),
    "notes of HTML": field("notes", "<p>Un <b>texte</b><br></p>"),
    "notes a number": field("notes", 12),
    "type harvest": field("type", "harvest"),
    "type showcase": field("type", "showcase"),
    "private": field("private", True),
    "private null": field("private", None),
    "no file": field("resources", []),
    "licence unknown": field("license_id", "licence-maison"),
    "licence null": field("license_id", None),
    "licence a number": field("license_id", 3),
    "e-mail without @": field("maintainer_email", "mairie.valbrune.fr"),
    "e-mail empty": field("maintainer_email", ""),
    "e-mail null": field("maintainer_email", None),
    "e-mail odd": field("maintainer_email", "a@b"),
    "author's e-mail without @": field("author_email", "mairie"),
    "author a number": field("author", 3),
    "created unreadable": field("metadata_created", "hier"),
    "created null": field("metadata_created", None),
    "modified in the future": field("metadata_modified", "2126-01-01T00:00:00"),
    "modified null": field("metadata_modified", None),
    "page of another site": field("url", "https://valbrune.causses-exemple.fr/jeu"),
    "page local": field("url", "http://localhost/jeu"),
    "page unreadable": field("url", "pas une adresse"),
    "frequency unknown": field("frequency", "ANNUELLE"),
    "period of words": field("temporal_start", "l'an dernier"),
    "keyword short": tags("ea"),
    "keyword of signs": tags("--", "_._"),
    "keyword long": tags("a" * 100),
    "keyword null": lambda package: package["tags"][0].__setitem__("name", None),
    "no keyword": tags(),
    "organization without description": of_organization("description", None),
    "organization without image": of_organization("image_url", None),
    "organization without title": of_organization("title", None),
    "organization not approved": of_organization("approval_status", "pending"),
    "organization of another type": of_organization("type", "collectivite"),
    "organization null": field("organization", None),
    "tags null": field("tags", None),
    "tags missing": without("tags"),
    "tag without id": lambda package: package["tags"][0].pop("id"),
    "tag with a vocabulary": lambda package: package["tags"][0].__setitem__("vocabulary_id", "v"),
    "private as a word": field("private", "no"),
    "private as an unknown word": field("private", "peut-être"),
    "private missing": without("private"),
    "extras null": field("extras", None),
    "extras missing": without("extras"),
    "files null": field("resources", None),
    "files missing": without("resources"),
    "organization missing": without("organization"),
    "organization created null": of_organization("created", None),
    "organization is none": of_organization("is_organization", "peut-être"),
    "maintainer missing": without("maintainer"),
    "licence title missing": without("license_title"),
    "state missing": without("state"),
    # -- extras
    "extra polygon": extras(spatial=POLYGON),
    "extra point": extras(spatial='{"type": "Point", "coordinates": [3.5, 44.5]}'),
    "extra geometry collection": extras(spatial='{"type": "GeometryCollection", "geometries": []}'),
    "extra geometry without type": extras(spatial='{"coordinates": []}'),
    "extra geometry not JSON": extras(spatial="Mende"),
    "extra geometry not closed": extras(
        spatial='{"type": "Polygon", "coordinates": [[[3.4, 44.5], [3.6, 44.5], [3.6, 44.6]]]}'
    ),
    "extra geometry of words": extras(spatial='{"type": "Polygon", "coordinates": [[["a", "b"], ["a", "b"]]]}'),
    "extra geometry empty": extras(spatial='{"type": "Polygon", "coordinates": []}'),
    "extra geometry blank": extras(spatial=""),
    "extra zone and polygon": extras(spatial=POLYGON, spatial__text="Mende"),
    "extra unknown zone and polygon": extras(spatial=POLYGON, spatial__text="Nulle part"),
    "extra zone": extras(spatial__text="Mende"),
    "extra frequency unknown": extras(frequency="ANNUELLE"),
    "extra period of words": extras(temporal_start="hier", temporal_end="demain"),
    "extra period reversed": extras(temporal_start="2025-12-31", temporal_end="2025-01-01"),
    "extra without key": lambda package: package["extras"].append({"value": "a"}),
    "extra with an odd key": lambda package: package["extras"].append({"key": 3, "value": "a"}),
    "extra null": extras(note=None),
    "extra number": extras(note=3),
    "extra with a point": extras(**{"note.longue": "a"}),
    "extra with a dollar": extras(**{"$note": "a"}),
    "extra reserved": extras(dcat="a"),
    "extra datafairOrigin": extras(datafairOrigin="javascript:alert(1)"),
    # -- the file
    "file type unknown": of_file("resource_type", "data"),
    "file type service": of_file("resource_type", "service"),
    "file type metadata": of_file("resource_type", "metadata"),
    "file type documentation": of_file("resource_type", "documentation"),
    "file type empty": of_file("resource_type", ""),
    "file type api": of_file("resource_type", "api"),
    "format null": of_file("format", None),
    "format empty": of_file("format", ""),
    "file name null": of_file("name", None),
    "file name empty": of_file("name", ""),
    "file description null": of_file("description", None),
    "media type null": of_file("mimetype", None),
    "size null": of_file("size", None),
    "size of words": of_file("size", "12 ko"),
    "size as text": of_file("size", "12"),
    "hash of unknown kind": of_file("hash", "abc"),
    "hash md5": of_file("hash", "9e107d9d372bb6826bd81d3542a419d6"),
    "hash null": of_file("hash", None),
    "file created null": of_file("created", None),
    "file created unreadable": of_file("created", "hier"),
    "file modified null": of_file("last_modified", None),
    "file modified unreadable": of_file("last_modified", "hier"),
    "file position null": of_file("position", None),
    "file position as text": of_file("position", "0"),
    "file without position": lambda package: package["resources"][0].pop("position"),
    "file without id": lambda package: package["resources"][0].pop("id"),
    "same file twice": lambda package: package["resources"].append(
        {**package["resources"][0], "id": str(uuid.uuid4()), "position": 1}
    ),
}

#: Addresses of files. The network is never asked: what is refused is refused for its form.
ADDRESSES = {
    "plain": FILE,
    "http": "http://fichiers.causses-exemple.fr/a.csv",
    "ftp": "ftp://fichiers.causses-exemple.fr/a.csv",
    "sftp": "sftp://fichiers.causses-exemple.fr/a.csv",
    "file": "file:///etc/passwd",
    "data": "data:text/csv,a",
    "javascript": "javascript:alert(1)",
    "empty": "",
    "blank": "   ",
    "words": "voir en mairie",
    "without scheme": "fichiers.causses-exemple.fr/a.csv",
    "with a space": "https://fichiers.causses-exemple.fr/a b.csv",
    "with spaces around": " https://fichiers.causses-exemple.fr/a.csv ",
    "with an escape": "https://fichiers.causses-exemple.fr/a%20b.csv",
    "with accents": "https://fichiers.causses-exemple.fr/été.csv",
    "with a line break": "https://fichiers.causses-exemple.fr/a\nb.csv",
    "with brackets": "https://fichiers.causses-exemple.fr/{a}|b.csv",
    "with a quote": 'https://fichiers.causses-exemple.fr/"a".csv',
    "with angle brackets": "https://fichiers.causses-exemple.fr/<a>.csv",
    "with a password": "https://nom:secret@fichiers.causses-exemple.fr/a.csv",
    "with a name": "https://nom@fichiers.causses-exemple.fr/a.csv",
    "with a port": "https://fichiers.causses-exemple.fr:8443/a.csv",
    "with a port of six digits": "https://fichiers.causses-exemple.fr:123456/a.csv",
    "with a query": "https://fichiers.causses-exemple.fr?a=1",
    "with a fragment": "https://fichiers.causses-exemple.fr/a.csv#b",
    "with a fragment and no path": "https://fichiers.causses-exemple.fr#b",
    "localhost": "http://localhost/a.csv",
    "localhost.localdomain": "http://localhost.localdomain/a.csv",
    "loopback": "http://127.0.0.1/a.csv",
    "loopback IPv6": "http://[::1]/a.csv",
    "private": "http://192.168.1.20/a.csv",
    "private 10": "http://10.0.0.1/a.csv",
    "link-local": "http://169.254.169.254/a.csv",
    "shared": "http://100.64.0.1/a.csv",
    "multicast": "http://224.0.0.1/a.csv",
    "mask": "http://255.255.255.0/a.csv",
    "zero": "http://0.0.0.0/a.csv",
    "public number": "http://93.184.216.34/a.csv",
    "number too large": "http://300.1.2.3/a.csv",
    "public IPv6": "http://[2606:2800:220:1::]/a.csv",
    "mapped IPv6": "http://[::ffff:127.0.0.1]/a.csv",
    "private IPv6": "http://[fd00::1]/a.csv",
    "one label": "http://serveur/a.csv",
    "inner ending": "http://serveur.lan/a.csv",
    "inner ending local": "http://serveur.local/a.csv",
    "reserved ending": "http://valbrune.test/a.csv",
    "regional ending": "https://mairie.bzh/a.csv",
    "upper case": "HTTPS://FICHIERS.CAUSSES-EXEMPLE.FR/A.CSV",
    "accents in the name": "https://mairie-de-forêt.fr/a.csv",
    "underscore": "https://mes_fichiers.causses-exemple.fr/a.csv",
    "two hyphens": "https://mes--fichiers.causses-exemple.fr/a.csv",
    "hyphen at the end": "https://fichiers-.causses-exemple.fr/a.csv",
    "point at the end": "https://fichiers.causses-exemple.fr./a.csv",
    "no name": "https:///a.csv",
    "scheme alone": "https://",
}
#: A portal whose own address is none that the national platform takes.
INNER_SITE = "http://intranet.valbrune.lan"
ADDRESSES["of a portal within walls"] = f"{INNER_SITE}/dataset/1/a.csv"
CHANGES |= {f"address {name}": of_file("url", address) for name, address in ADDRESSES.items()}


def packages() -> Iterator[tuple[str, Package]]:
    """Each broken package by the name of what is broken in it; ids are the same in every run."""
    for number, (name, change) in enumerate(CHANGES.items()):
        package = copy.deepcopy(GOOD)
        package["id"] = str(uuid.UUID(int=0xC0FFEE << 96 | 0x4000 << 64 | 0x8000 << 48 | number))
        package["name"] = f"casse-{number:03d}"
        package["resources"][0] |= {"id": str(uuid.UUID(int=0xF11E << 96 | number)), "package_id": package["id"]}
        change(package)
        yield name, package
