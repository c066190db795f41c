"""National records as the tests of what comes in need them."""

from __future__ import annotations

from ckanext.odl.datagouv import incoming
from ckanext.odl.scdl import catalogue
from tests.national.records import dataset, resource

FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"


def whole(number=0, **changes):
    """An invented record whose files have addresses."""
    record = dataset(number, **changes)
    for place, file in enumerate(record["resources"]):
        if isinstance(file, dict) and str(file.get("latest")).startswith("/api/"):
            file["latest"] = f"https://www.data.gouv.fr/api/1/datasets/r/{number}-{place}"
    return record


def imported(number=0, **changes):
    return incoming.read(whole(number, **changes), catalogue())


def codes(found):
    return [note.code for note in found.notes]


def of_file(**changes):
    found = imported(resources=[resource(1, **changes)])
    return (found.package["resources"] or [None])[0], codes(found)


def shown(package):
    """A dataset as ``package_show`` gives one that was brought in."""
    tags = [{"name": tag["name"], "state": "active"} for tag in reversed(package["tags"])]
    files = [{**file, "position": place, "cache_url": None} for place, file in enumerate(package["resources"])]
    return {**package, "tags": tags, "resources": files[::-1], "id": "x", "groups": [], "odl_procedure": "…"}
