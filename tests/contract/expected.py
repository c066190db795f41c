"""What data.gouv.fr must hold of a dataset of ours, said once more and independently of the code that sends it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from tests.contract import meaning
from tests.contract.datasets import FIELDS

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
    for resource in package["resources"]:
        values |= _resource(resource, page, contents.get(resource["id"]))
    return values


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
        "harvest.remote_id": harvest["remote_id"],
        "harvest.remote_url": harvest["remote_url"],
        "harvest.issued_at": _second(harvest["issued_at"]),
        "harvest.modified_at": _second(harvest["modified_at"]),
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
