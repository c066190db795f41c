"""What data.gouv.fr must hold of a dataset of ours, said once more and independently of the code that sends it."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from tests.contract import meaning
from tests.contract.datasets import FIELDS, OUTLINES

UNKNOWN_FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/UNKNOWN"
#: EU frequency code → the word of data.gouv.fr, where it is not the code in lower case.
FREQUENCIES = {
    "1MIN": "oneMinute",
    "5MIN": "fiveMinutes",
    "10MIN": "tenMinutes",
    "15MIN": "fifteenMinutes",
    "30MIN": "thirtyMinutes",
    "12HRS": "twelveHours",
    "CONT": "severalTimesADay",
    "UPDATE_CONT": "continuous",
    "DAILY_2": "semidaily",
    "DAILY_3": "threeTimesADay",
    "WEEKLY_2": "semiweekly",
    "WEEKLY_3": "threeTimesAWeek",
    "WEEKLY_5": "fiveTimesAWeek",
    "MONTHLY_2": "semimonthly",
    "MONTHLY_3": "threeTimesAMonth",
    "ANNUAL_2": "semiannual",
    "ANNUAL_3": "threeTimesAYear",
    "AS_NEEDED": "punctual",
    "IRREG": "irregular",
    "NOT_PLANNED": "notPlanned",
}
THEMES = {choice["value"]: choice["label"]["fr"] for choice in FIELDS["theme"]["choices"]}
#: Number of hexadecimal digits → algorithm.
ALGORITHMS = {32: "md5", 40: "sha1", 64: "sha256"}


def of(
    package: Mapping[str, Any], organization: Mapping[str, Any], site: str, contents: Mapping[str, bytes]
) -> dict[str, Any]:
    """Return what udata can hold of *package* (as ``package_show`` gives it), by path of field.

    Out of its reach: a territory without outline, the type of a documentation file, keywords of two letters, how the
    file is made. The theme is a keyword there.

    :param contents: the files that were uploaded, by id of resource
    """
    page = f"{site}/dataset/{package['id']}"
    code = (package.get("frequency") or "").rpartition("/")[2]
    service, contact = package.get("odl_service"), package.get("maintainer_email") or organization["odl_contact"]
    name = f"{service} ({organization['title']})" if service else organization["title"]
    start, end = package.get("temporal_start"), package.get("temporal_end")
    values: dict[str, Any] = {
        "title": package["title"],
        "license": package["license_id"],
        "frequency": FREQUENCIES.get(code, code.lower()) or "unknown",
        "temporal_coverage": {"start": start, "end": end} if start else None,
        "tags": sorted(
            set(filter(None, map(_tag, [*(tag["name"] for tag in package["tags"]), THEMES[package["theme"]]])))
        ),
        "contact_points": sorted(
            [("contact", name, contact), ("publisher", organization["title"], organization["odl_contact"])]
        ),
        "harvest.remote_id": page,
        "harvest.remote_url": page,
        "harvest.issued_at": _second(package["metadata_created"]),
        "harvest.modified_at": _second(package["metadata_modified"]),
        "archived": None,
        "private": False,
        "resources": len(package["resources"]),
    }
    values |= {f"description.{part}": value for part, value in meaning.of(package.get("notes")).items()}
    values["spatial"] = outline(package)
    for resource in package["resources"]:
        values |= _resource(resource, page, contents.get(resource["id"]))
    return values


def outline(package: Mapping[str, Any]) -> Any:
    """The outline of the territory, in the one form that the platform stores."""
    level, code = [*package["odl_territory"].split(" "), ""][:2]
    known = OUTLINES.get((level, code))
    if known is None:
        return None
    shapes = known["coordinates"] if known["type"] == "MultiPolygon" else [known["coordinates"]]
    return {"type": "MultiPolygon", "coordinates": shapes}


def _resource(resource: Mapping[str, Any], page: str, content: bytes | None) -> dict[str, Any]:
    url, size = resource["url"], resource.get("size")
    digits = (resource.get("hash") or "").rpartition(":")[2]
    if content is not None:
        url, size = f"{page}/resource/{resource['id']}/download", len(content)
        digits = hashlib.sha256(content).hexdigest()
    model, version = resource.get("odl_schema"), resource.get("odl_schema_version")
    values = {
        "title": resource["name"],
        "url": url,
        "format": (resource.get("format") or "").lower() or None,
        "mime": resource.get("mimetype"),
        "type": "api" if resource.get("resource_type") == "api" else "main",
        "filetype": "remote",
        "filesize": size,
        "checksum": {"type": ALGORITHMS[len(digits)], "value": digits} if digits else None,
        "schema": {"name": model, "version": version, "url": None} if model else None,
        "issued_at": _second(resource["created"]),
        "modified_at": _second(resource["last_modified"] or resource["created"]),
        **{f"description.{part}": value for part, value in meaning.of(resource.get("description")).items()},
    }
    return {f"resources[{resource['id']}].{name}": value for name, value in values.items()}


def held(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """Return what data.gouv.fr holds (as its API gives it), by the same paths as :func:`of`."""
    harvest, coverage = dataset["harvest"], dataset["temporal_coverage"]
    values: dict[str, Any] = {
        name: dataset[name] for name in ("title", "license", "frequency", "archived", "private")
    } | {
        "temporal_coverage": coverage and {"start": coverage["start"], "end": coverage["end"]},
        "tags": sorted(dataset["tags"]),
        "contact_points": sorted(
            (contact["role"], contact["name"], contact["email"] or contact["contact_form"])
            for contact in dataset["contact_points"]
        ),
        "resources": len(dataset["resources"]),
        "spatial": dataset["spatial"] and dataset["spatial"]["geom"],
        "harvest.remote_id": harvest["remote_id"],
        "harvest.remote_url": harvest["remote_url"],
        "harvest.issued_at": _second(harvest.get("issued_at")),
        "harvest.modified_at": _second(harvest.get("modified_at")),
    }
    values |= {f"description.{part}": value for part, value in meaning.of(dataset["description"]).items()}
    for resource in dataset["resources"]:
        id_ = (resource["harvest"].get("uri") or resource["url"]).rpartition("/")[2]
        kept = {name: resource[name] for name in ("title", "url", "format", "mime", "type", "filetype", "filesize")}
        kept |= {
            "checksum": resource["checksum"],
            "schema": resource["schema"],
            "issued_at": _second(resource["harvest"].get("issued_at")),
            "modified_at": _second(resource["harvest"].get("modified_at")),
            **{f"description.{part}": value for part, value in meaning.of(resource["description"]).items()},
        }
        values |= {f"resources[{id_}].{name}": value for name, value in kept.items()}
    return values


def by_api(package: Mapping[str, Any]) -> dict[str, Any]:
    """Return what udata can hold of *package* when it reads CKAN's API, by path of field.

    Out of its reach: the marks of Markdown, who to write to, models, checksums, sizes, notices, a period without end.
    """
    ends = package.get("temporal_start"), package.get("temporal_end")
    kept = [resource for resource in package["resources"] if resource.get("resource_type") != "documentation"]
    whole = of(package, {"title": "", "odl_contact": ""}, "", {})
    values = {name: whole[name] for name in ("title", "license", "frequency", "spatial")} | {
        "tags": sorted(set(filter(None, (_tag(tag["name"]) for tag in package["tags"])))),
        "temporal_coverage": {"start": ends[0], "end": ends[1]} if all(ends) else None,
        "resources": len(kept),
    }
    for resource in kept:
        path = f"resources[{resource['url']}]"
        values[f"{path}.title"] = resource["name"]
        values[f"{path}.format"] = (resource.get("format") or "").lower()
    return values


def held_by_api(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """Return what data.gouv.fr holds, by the paths of :func:`by_api`."""
    whole = held(dataset)
    values = {name: whole[name] for name in ("title", "license", "frequency", "spatial", "tags", "temporal_coverage")}
    values["resources"] = len(dataset["resources"])
    for resource in dataset["resources"]:
        path = f"resources[{resource['url']}]"
        values |= {f"{path}.{name}": resource[name] for name in ("title", "format")}
    return values


# -- what comes back ---------------------------------------------------------------------------------------------


def of_return(
    package: Mapping[str, Any],
    organization: Mapping[str, Any],
    dataset: Mapping[str, Any],
    contents: Mapping[str, bytes],
) -> dict[str, Any]:
    """Return what another portal must hold of *package* once it came back from the platform, which holds *dataset*.

    What the platform cannot hold is gone (see :func:`of`); its permanent addresses and identifiers are those of files.
    """
    service = package.get("odl_service")
    values: dict[str, Any] = {
        "title": package["title"],
        "license_id": package["license_id"],
        # "unknown" is what the platform says of all that say nothing
        "frequency": None if package.get("frequency") == UNKNOWN_FREQUENCY else package.get("frequency"),
        "temporal_start": package.get("temporal_start"),
        "temporal_end": package.get("temporal_end"),
        "tags": sorted(dataset["tags"]),
        "maintainer_email": package.get("maintainer_email") or organization["odl_contact"],
        "odl_service": f"{service} ({organization['title']})" if service else None,
        "outline": outline(package),
        "resources": len(package["resources"]),
    }
    values |= {f"notes.{part}": value for part, value in meaning.of(package.get("notes")).items()}
    there = {(each["harvest"].get("uri") or each["url"]).rpartition("/")[2]: each for each in dataset["resources"]}
    for resource in package["resources"]:
        twin = there[resource["id"]]
        content = contents.get(resource["id"])
        digits = (resource.get("hash") or "").rpartition(":")[2]
        digits = hashlib.sha256(content).hexdigest() if content is not None else digits
        kept = {
            "url": twin["latest"],
            "name": resource["name"],
            "format": (resource.get("format") or "").upper(),
            "mimetype": resource.get("mimetype"),
            "size": len(content) if content is not None else resource.get("size"),
            "hash": digits,
            "hash_algorithm": ALGORITHMS[len(digits)] if digits else None,
            "odl_schema": resource.get("odl_schema"),
            "odl_schema_version": resource.get("odl_schema_version"),
            "resource_type": "api" if resource.get("resource_type") == "api" else "file",
            "created": _second(resource["created"]),
            "last_modified": _second(resource["last_modified"] or resource["created"]),
            **{f"description.{part}": value for part, value in meaning.of(resource.get("description")).items()},
        }
        values |= {f"resources[{twin['id']}].{name}": value for name, value in kept.items()}
    return values


def returned(package: Mapping[str, Any]) -> dict[str, Any]:
    """Return what *package* holds, by the paths of :func:`of_return`."""
    names = ("title", "license_id", "frequency", "temporal_start", "temporal_end", "maintainer_email", "odl_service")
    extras = {extra["key"]: extra["value"] for extra in package.get("extras", [])}
    values: dict[str, Any] = {name: package.get(name) or None for name in names} | {
        "tags": sorted(tag["name"] for tag in package["tags"]),
        "outline": json.loads(extras["spatial"]) if extras.get("spatial") else None,
        "resources": len(package["resources"]),
    }
    values |= {f"notes.{part}": value for part, value in meaning.of(package.get("notes")).items()}
    for resource in package["resources"]:
        names = (
            "url",
            "name",
            "mimetype",
            "size",
            "hash_algorithm",
            "odl_schema",
            "odl_schema_version",
            "resource_type",
        )
        kept = {name: resource.get(name) for name in names} | {
            "format": (resource.get("format") or "").upper(),
            "hash": resource.get("hash") or "",
            "created": _second(resource["created"]),
            "last_modified": _second(resource["last_modified"]),
            **{f"description.{part}": value for part, value in meaning.of(resource.get("description")).items()},
        }
        values |= {f"resources[{resource['id']}].{name}": value for name, value in kept.items()}
    return values


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """Say, one line for each, which values of *ours* are other ones in *theirs*."""
    return [
        f"{path}: {value!r} became {theirs.get(path)!r}" for path, value in ours.items() if theirs.get(path) != value
    ]


def _tag(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower().replace("œ", "oe")).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words if len(words) >= 3 else ""


def _second(moment: str | None) -> str | None:
    if not moment:
        return None
    known = datetime.fromisoformat(moment)
    return known.replace(tzinfo=known.tzinfo or timezone.utc, microsecond=0).isoformat()
