"""Checks of files: on demand, of what is on the portal, and their history."""

from __future__ import annotations

from tempfile import NamedTemporaryFile
from typing import Any

from ckan import authz, model, types
from ckan.plugins import toolkit as tk

from ckanext.odl import config, intake
from ckanext.odl.logic import schema, state
from ckanext.odl.scdl import UnknownSchema, catalogue
from ckanext.odl.validation import guarded, localise

_CHUNK = 1 << 20


def _visible(context: types.Context, action: str, data_dict: dict[str, Any]) -> None:
    """Check access; what one may not see does not exist, so that no answer tells that a name is taken.

    :raises ObjectNotFound: also where CKAN would answer that it is not authorized
    """
    try:
        tk.check_access(action, context, data_dict)
    except tk.NotAuthorized:
        raise tk.ObjectNotFound from None


@tk.validate_action_data(schema.validate)
def odl_validate(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Check a file against a schema. Nothing is stored.

    :param upload: the file (multipart/form-data)
    :param schema: id of the catalogue, or ``id@version``; guessed from the columns when left out
    :param sheet: name of the sheet to check, of a workbook with several; chosen by its content when left out
    :param language: ``fr`` (default) or ``en``
    :returns: the report (see docs/api.md), also when the file is wrong
    :raises ValidationError: (HTTP 409) no file, a file that is too large, a schema that the catalogue does not know
    """
    tk.check_access("odl_validate", context, data_dict)
    reference = data_dict.get("schema")
    if reference:
        _check_reference(reference)
    upload: Any = data_dict.get("upload")
    if not hasattr(upload, "stream"):
        raise tk.ValidationError({"upload": [tk._("Send the file itself, as multipart/form-data.")]})
    with NamedTemporaryFile(prefix="odl-") as copy:
        size = 0
        while block := upload.stream.read(_CHUNK):
            size += len(block)
            if size > config.largest_upload():
                megabytes = config.largest_upload() >> 20
                raise tk.ValidationError(
                    {"upload": [tk._("The file is larger than {size} MB.").format(size=megabytes)]}
                )
            copy.write(block)
        copy.flush()
        return guarded(
            copy.name,
            reference or None,
            language=data_dict["language"],
            name=upload.filename or "",
            sheet=data_dict.get("sheet"),
            seconds=config.answer_seconds(),
            memory=config.memory(),
            limits=config.limits(),
        )


def _check_reference(reference: str) -> None:
    try:
        catalogue().parse(reference)
    except UnknownSchema:
        message = tk._("The catalogue has no schema “{schema}”.").format(schema=reference)
        raise tk.ValidationError({"schema": [message]}) from None


@tk.side_effect_free
@tk.validate_action_data(schema.validation_show)
def odl_validation_show(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """The current check of a file on the portal.

    :param id: id of the resource
    :param language: language of the sentences, ``fr`` (default) or ``en``
    :returns: ``resource_id``, ``state`` (waiting, running, done, interrupted, cancelled, or null when nothing was
        asked), ``badge`` (the word shown on the portal), ``current`` (true when the report is that of the present
        bytes), ``schema_id``, ``schema_version``, ``sha256``, ``size`` (bytes), dates, and ``report`` (or null)
    :raises ObjectNotFound: no such file, or not for this user
    """
    _visible(context, "odl_validation_show", data_dict)
    resource = tk.get_action("resource_show")(tk.fresh_context(context), {"id": data_dict["id"]})
    found = state.of_resources([resource])[0]
    stored = state.report(found.check.id) if found.check else None
    return {**found.as_dict(), "report": localise(stored, data_dict["language"]) if stored else None}


@tk.side_effect_free
@tk.validate_action_data(schema.validation_list)
def odl_validation_list(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Where files stand.

    Give one of the three ids.

    :param resource_id: the checks of one file, newest first (its history); those of the bytes that it had before are
        only for who may change it
    :param package_id: the files of one dataset
    :param organization_id: the files of an organization's datasets, those that this user may see
    :param limit: files, checks or (for an organization) datasets in the answer, 20 by default
    :param offset: how many to leave out before
    :returns: ``{"count": …, "results": […]}``; each result as in ``odl_validation_show``, without the report
    :raises ObjectNotFound: no such object, or not for this user
    :raises ValidationError: none of the three ids
    """
    if not any(data_dict.get(key) for key in ("resource_id", "package_id", "organization_id")):
        message = tk._("Say which file, dataset or organization.")
        raise tk.ValidationError({"resource_id": [message]})
    _visible(context, "odl_validation_list", data_dict)
    limit, offset = data_dict["limit"], data_dict["offset"]
    if data_dict.get("resource_id"):
        rows = _open_history(context, data_dict["resource_id"])
        return {"count": len(rows), "results": [_past(row) for row in rows[offset : offset + limit]]}
    if data_dict.get("package_id"):
        package = tk.get_action("package_show")(tk.fresh_context(context), {"id": data_dict["package_id"]})
        files = state.of_resources(package["resources"])
        return {"count": len(files), "results": [file.as_dict() for file in files[offset : offset + limit]]}
    return _of_organization(context, data_dict["organization_id"], limit, offset)


def _open_history(context: types.Context, resource_id: str) -> list[Any]:
    """The checks of one file that this user may know of.

    What was taken off the portal and replaced, perhaps because it should not have been there, is not told to all.
    """
    rows = state.history(resource_id)
    about = {"id": resource_id}
    if authz.is_authorized("resource_update", tk.fresh_context(context), about).get("success"):
        return rows
    resource = tk.get_action("resource_show")(tk.fresh_context(context), about)
    present = state.of_resources([resource])[0].sha256
    return [row for row in rows if row.sha256 == present]


def _past(row: Any) -> dict[str, Any]:
    return {
        "resource_id": row.resource_id,
        "state": row.state,
        "status": row.status,
        "schema_id": row.schema_id or None,
        "schema_version": row.schema_version or None,
        "file_name": row.file_name,
        "sha256": row.sha256,
        "size": row.size,
        "counts": row.counts,
        "started": state.iso(row.started_at),
        "finished": state.iso(row.finished_at),
    }


def _of_organization(context: types.Context, organization_id: str, limit: int, offset: int) -> dict[str, Any]:
    organization = tk.get_action("organization_show")(
        tk.fresh_context(context), {"id": organization_id, "include_datasets": False}
    )
    found = tk.get_action("package_search")(
        tk.fresh_context(context),
        {
            "fq": f'owner_org:"{organization["id"]}"',
            "rows": limit,
            "start": offset,
            "include_private": True,
            "include_drafts": True,
            "sort": "title_string asc",
        },
    )
    resources = [resource for package in found["results"] for resource in package["resources"]]
    files = {file.resource_id: file for file in state.of_resources(resources)}
    return {
        "count": found["count"],
        "results": [
            {**files[resource["id"]].as_dict(), "package_id": package["id"], "package_title": package["title"]}
            for package in found["results"]
            for resource in package["resources"]
        ],
    }


@tk.validate_action_data(schema.validation_run)
def odl_validation_run(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Check a file of the portal again.

    :param id: id of the resource
    :returns: as ``odl_validation_show``, without the report
    :raises ObjectNotFound: no such file, or not for this user
    :raises NotAuthorized: the user may see the file and not change it
    """
    _visible(context, "odl_validation_show", data_dict)
    tk.check_access("odl_validation_run", context, data_dict)
    resource = tk.get_action("resource_show")(tk.fresh_context(context), {"id": data_dict["id"]})
    intake.refresh(resource["package_id"], again=resource["id"])
    model.Session.expire_all()
    return state.of_resources([resource])[0].as_dict()
