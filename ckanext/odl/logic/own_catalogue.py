"""The catalogue of a collectivité's datasets in the national model: made when asked for, or kept as a dataset of hers.

The dataset has an id that follows from hers, so it is found again whatever it was renamed to, and made only once.
What is private is in neither: both are made from what a visitor finds.
"""

from __future__ import annotations

import csv
import hashlib
import io
import logging
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage

from ckanext.odl.intake import own_session
from ckanext.odl.logic import collectivite, periods
from ckanext.odl.logic.datagouv import sending
from ckanext.odl.logic.prefilled import facts as known_facts
from ckanext.odl.scdl import Facts, catalogue
from ckanext.odl.scdl import own_catalogue as rows_of
from ckanext.odl.territory import parse_territory
from ckanext.odl.validation.export import neutralise

log = logging.getLogger(__name__)

_BATCH = 200
_NAMESPACE = uuid.UUID("6f0d6a4e-5a3c-4f0e-9d6e-0d1cbb2b7a3d")
_TITLE = "Catalogue des données de {name}"
_NOTES = (
    "La liste des jeux de données publiés par {name} : ce qu’ils contiennent, quand ils ont été mis à jour, où les "
    "trouver. Le portail la refait quand ils changent."
)


def dataset_id(organization_id: str) -> str:
    """The id of the dataset that holds the catalogue of an organization."""
    return str(uuid.uuid5(_NAMESPACE, organization_id))


def is_on(organization: model.Group) -> bool:
    """Whether the collectivité wants its catalogue published and kept up to date."""
    return collectivite.fields(organization).get("odl_catalogue") == "true"


def lines(organization: model.Group, facts: Facts) -> Iterator[list[str]]:
    """The lines of the catalogue, heading first, read from the search page by page, by the datasets' names.

    A dataset without a file is not there: the model wants at least one. The catalogue does not list itself.
    """
    columns = rows_of.columns()
    yield columns
    itself, site, start = dataset_id(organization.id), sending.base_url(), 0
    while True:
        found = tk.get_action("package_search")(
            {"user": "", "ignore_auth": False, "auth_user_obj": None},
            {
                "fq": f'+owner_org:"{organization.id}" +dataset_type:dataset +state:active',
                "sort": "name asc",
                "start": start,
                "rows": _BATCH,
            },
        )
        for package in found["results"]:
            # the search already leaves out what is private: said twice, since this leaves the portal
            if package["id"] == itself or package.get("private") or package.get("state") != "active":
                continue
            if package.get("resources"):
                line = rows_of.row(_dataset(package, site), facts)
                yield [neutralise(line.get(column, "")) for column in columns]
        start += _BATCH
        if start >= found["count"]:
            return


def content(organization: model.Group, facts: Facts) -> bytes:
    """The catalogue as a file: CSV in UTF-8 with its mark, semicolons."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=";", lineterminator="\r\n").writerows(lines(organization, facts))
    return stream.getvalue().encode("utf-8-sig")


def _dataset(package: Mapping[str, Any], site: str) -> rows_of.Dataset:
    files = package["resources"]
    territory = parse_territory(package.get("odl_territory") or "")
    start, end = _period(package, files)
    published = str(package.get("metadata_created") or "")[:10]
    changes = [str(file.get("last_modified") or file.get("created") or "")[:10] for file in files]
    return rows_of.Dataset(
        name=package["name"],
        title=package.get("title") or "",
        url=f"{site}/dataset/{package['name']}",
        published=published,
        changed=max([*changes, published]),
        formats=[file.get("format") or str(file.get("url") or "").rpartition(".")[2][:8] for file in files],
        files=len(files),
        description=package.get("notes") or "",
        theme=_theme(package.get("theme") or ""),
        keywords=[tag["name"] for tag in package.get("tags") or []],
        frequency=package.get("frequency") or "",
        licence=package.get("license_id") or "",
        level=territory.level if territory else "",
        territory=territory.name if territory else "",
        start=start,
        end=end,
        schema_id=next((file["odl_schema"] for file in files if file.get("odl_schema")), ""),
    )


def _period(package: Mapping[str, Any], files: list[dict[str, Any]]) -> tuple[str, str]:
    """First and last day that the data describe, as the dataset says, else as its files do; "" where nobody does."""
    start, end = package.get("temporal_start") or "", package.get("temporal_end") or ""
    named = sorted(file["odl_period"] for file in files if file.get("odl_period"))
    if not start and not end and named:
        try:
            start = min(periods.day(text.partition("/")[0]) for text in named)
            end = max(periods.day(text.rpartition("/")[2], last=True) for text in named)
        except ValueError:
            return "", ""
    return start, end


def _theme(address: str) -> str:
    """The words of a theme in French: the catalogue is a French file."""
    if not address:
        return ""
    for field in tk.h.scheming_get_dataset_schema("dataset")["dataset_fields"]:
        if field["field_name"] == "theme":
            return next((c["label"]["fr"] for c in field["choices"] if c["value"] == address), "")
    return ""


# -- the catalogue as a dataset ---------------------------------------------------------------------------------------


def keep_quietly(organization_id: str) -> bool:
    """:func:`keep` for a worker: a failure is written down, and left to the night."""
    try:
        model.Session.rollback()
        model.Session.expire_all()
        return keep(organization_id)
    except Exception:
        model.Session.rollback()
        log.exception("The catalogue of organization %s could not be written", organization_id)
        return False


def keep(organization_id: str) -> bool:
    """Bring the published catalogue of an organization up to date; tell whether its file was written.

    Nothing is done where it was not asked for, where the SIRET is not known, or where nothing changed: run twice, the
    second time writes nothing. A dataset that somebody deleted stays deleted.
    """
    organization: Any = model.Group.get(organization_id)
    if organization is None or organization.state != model.State.ACTIVE or not is_on(organization):
        return False
    with own_session() as session:
        # one at a time: two workers would make the dataset twice (the lock of the dataset itself is that of its files)
        lock = f"odl-catalogue:{organization.id}"
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(lock))))
        facts, _source = known_facts.of(organization)
        if not rows_of.is_complete(facts):
            return False
        made = content(organization, facts)
        if made.count(b"\r\n") < 2:  # a heading and no line
            return False
        written = _write(organization, made)
        session.commit()
    return written


def _write(organization: Any, made: bytes) -> bool:
    sha256 = hashlib.sha256(made).hexdigest()
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    context: Any = {"user": user, "ignore_auth": True}
    id_ = dataset_id(organization.id)
    existing: Any = model.Package.get(id_)
    if existing is not None and existing.state == model.State.DELETED:
        return False
    if existing is None:
        tk.get_action("package_create")(tk.fresh_context(context), _package(organization, id_))
        resource = None
    else:
        package = tk.get_action("package_show")(tk.fresh_context(context), {"id": id_})
        resource = next((r for r in package["resources"] if r.get("odl_schema") == rows_of.MODEL), None)
    if resource is not None and resource.get("hash") == sha256:
        return False
    upload = FileStorage(io.BytesIO(made), filename=f"catalogue-{organization.name}.csv", content_type="text/csv")
    data = {
        "package_id": id_,
        "name": "Catalogue",
        "url": upload.filename,
        "upload": upload,
        "format": "CSV",
        "hash": sha256,
        "odl_schema": rows_of.MODEL,
        "odl_schema_version": catalogue().get(rows_of.MODEL).latest,
    }
    if resource is None:
        tk.get_action("resource_create")(tk.fresh_context(context), data)
    else:
        tk.get_action("resource_patch")(tk.fresh_context(context), {"id": resource["id"], **data})
    return True


def _package(organization: Any, id_: str) -> dict[str, Any]:
    name = organization.title or organization.name
    return {
        "id": id_,
        "name": f"catalogue-{organization.name}"[:90] + f"-{id_[:6]}",
        "title": _TITLE.format(name=name),
        "notes": _NOTES.format(name=name),
        "owner_org": organization.id,
        "license_id": "lov2",
        "private": False,
        "frequency": "http://publications.europa.eu/resource/authority/frequency/UPDATE_CONT",
        "theme": "http://publications.europa.eu/resource/authority/data-theme/GOVE",
        "tags": [{"name": "catalogue"}, {"name": "open data"}],
    }


def be_possible(organization: model.Group) -> None:
    """Make sure that a valid catalogue can be made.

    :raises ValidationError: on ``siret``: nobody has told it
    """
    facts, _source = known_facts.of(organization)
    if not rows_of.is_complete(facts):
        sentence = tk._("The catalogue needs the SIRET of the local authority. Write it first, it is asked only once.")
        raise tk.ValidationError({"siret": [sentence]})


def restore(organization_id: str) -> None:
    """Bring the dataset back that was deleted: who switches the catalogue on again wants it."""
    found: Any = model.Package.get(dataset_id(organization_id))
    if found is not None and found.state == model.State.DELETED:
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        context: Any = {"user": user, "ignore_auth": True}
        tk.get_action("package_patch")(context, {"id": found.id, "state": model.State.ACTIVE})


def published(organization_id: str) -> Any:
    """The dataset that holds the catalogue of an organization, None when there is none (or it was deleted)."""
    found: Any = model.Package.get(dataset_id(organization_id))
    return found if found is not None and found.state == model.State.ACTIVE else None


def keep_all() -> Iterator[tuple[str, bool]]:
    """Bring every published catalogue up to date; yields the name of each organization and whether it was written."""
    wanted = [(group.id, group.name) for group in collectivite.with_code("odl_catalogue", "true")]
    for id_, name in sorted(wanted, key=lambda one: one[1]):
        yield name, keep_quietly(id_)
