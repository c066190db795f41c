"""The organizations, people and datasets that the platform starts with."""

# pyright: reportMissingImports=false, reportAttributeAccessIssue=false
# (udata is in an environment of its own)

from __future__ import annotations

import hashlib
from datetime import date, datetime, timezone
from typing import Any


def identifier(*words: str) -> str:
    """The id of an object, in the form that MongoDB gives them: the same at each start."""
    return hashlib.sha256("/".join(words).encode()).hexdigest()[:24]


def load(world: dict[str, Any], *, site: str = "") -> dict[str, Any]:
    """Store what *world* describes.

    :param world: ``zones`` (``id``, ``name``), ``organizations`` (``name``, ``siret``, ``description``, ``badges``) and
        ``datasets``, in the words of udata's own API where it has them; ``organization`` is the organization's name,
        and the address of a file that the platform hosts begins with ``files/``
    :param site: address of the platform
    :returns: ``organizations`` and ``datasets``, name or title → id; ``tokens`` of the ``administrator`` of the
        platform and of an ``agent`` who administers all the organizations
    """
    from udata.core.api_token.models import ApiToken
    from udata.core.organization.models import Member, Organization
    from udata.models import GeoZone, Role, User

    def person(name: str, *roles: Any) -> Any:
        now = datetime.now(timezone.utc)
        mail = f"{name}@exemple.fr"
        return User(first_name=name, last_name="X", email=mail, active=True, confirmed_at=now, roles=list(roles)).save()

    people = {"administrator": person("administrator", Role(name="admin").save()), "agent": person("agent")}
    for zone in world.get("zones", []):
        level, _, code = zone["id"].rpartition(":")
        GeoZone(id=zone["id"], slug=f"{zone['name']}-{code}".lower(), name=zone["name"], code=code, level=level).save()
    organizations = {}
    for body in world.get("organizations", []):
        organization = Organization(
            id=identifier("organization", body["name"]),
            name=body["name"],
            description=body.get("description", body["name"]),
            business_number_id=body.get("siret"),
            members=[Member(user=people["agent"], role="admin")],
        ).save()
        for badge in body.get("badges", []):
            organization.add_badge(badge)
        organizations[body["name"]] = organization
    for record in world.get("datasets", []):
        for resource in record.get("resources", []):
            if resource["url"].startswith("files/"):
                resource |= {"url": f"{site}/{resource['url']}", "filetype": "file"}
    datasets = {record["title"]: _dataset(record, organizations) for record in world.get("datasets", [])}
    for organization in organizations.values():
        organization.count_datasets()
    return {
        "organizations": {name: str(organization.id) for name, organization in organizations.items()},
        "datasets": {title: str(dataset.id) for title, dataset in datasets.items()},
        "tokens": {name: ApiToken.generate(user, name=name)[1] for name, user in people.items()},
    }


def _dataset(record: dict[str, Any], organizations: dict[str, Any]) -> Any:
    from udata.core.dataset.models import HarvestDatasetMetadata
    from udata.core.spatial.models import SpatialCoverage
    from udata.models import ContactPoint, Dataset, GeoZone, License
    from udata.mongo.datetime_fields import DateRange

    organization = organizations[record["organization"]]
    now = datetime.now(timezone.utc)
    dataset = Dataset(
        id=identifier("dataset", record["organization"], record["title"]),
        organization=organization,
        title=record["title"],
        description=record.get("description", record["title"]),
        tags=record.get("tags", []),
        license=License.objects(id=record.get("license", "notspecified")).first(),
        frequency=record.get("frequency", "unknown"),
        private=record.get("private", False),
        extras=record.get("extras", {}),
        resources=[_resource(record, resource) for resource in record.get("resources", [])],
    )
    if zones := record.get("zones"):
        zones = [GeoZone.objects.get(id=zone) for zone in zones]
        dataset.spatial = SpatialCoverage(zones=zones, granularity=record.get("granularity", "other"))
    if coverage := record.get("temporal_coverage"):
        start, end = (value and date.fromisoformat(value) for value in (coverage["start"], coverage.get("end")))
        dataset.temporal_coverage = DateRange(start=start, end=end)
    for contact in record.get("contact_points", []):
        dataset.contact_points.append(ContactPoint(organization=organization, role="contact", **contact).save())
    if harvest := record.get("harvest"):
        dataset.harvest = HarvestDatasetMetadata(**harvest, last_update=now)
    dataset.archived = now if record.get("archived") else None
    dataset.deleted = now if record.get("deleted") else None
    return dataset.save()


def _resource(record: dict[str, Any], resource: dict[str, Any]) -> Any:
    from udata.core.dataset.models import Checksum, Schema
    from udata.models import Resource

    digest = identifier("resource", record["organization"], record["title"], resource["url"])
    plain = {key: value for key, value in resource.items() if key not in ("checksum", "schema")}
    return Resource(
        id=f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[:12]}",
        checksum=Checksum(**resource["checksum"]) if resource.get("checksum") else None,
        schema=Schema(**resource["schema"]) if resource.get("schema") else None,
        **{"filetype": "remote", "type": "main", **plain},
    )
