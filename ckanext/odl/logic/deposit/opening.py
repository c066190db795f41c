"""A dataset becomes public once what its files say of persons is settled, and not before.

Where a collectivité is strict, its files have to follow their models too.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import flask
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Action, Context, DataDict

from ckanext.odl import config
from ckanext.odl.intake import resources
from ckanext.odl.logic import state
from ckanext.odl.logic.deposit import gate, strictness

#: Seconds between two looks at a check that runs.
PAUSE_SECONDS = 0.2


def open_many(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """``bulk_update_public``: none of these datasets becomes public as long as one of them may not.

    :raises ValidationError: on ``private``; the page of CKAN that does it cannot tell a refusal, and is led on
    """
    tk.check_access("bulk_update_public", tk.fresh_context(context), data_dict)
    ids: Any = data_dict.get("datasets") or []
    found = [package for id_ in ([ids] if isinstance(ids, str) else ids) if (package := package_of(id_))]
    refuse(context, [one for one in found if not is_public(one)])
    return next_action(context, data_dict)


def refuse(context: Context, packages: Sequence[Any], data_dict: DataDict | None = None) -> None:
    """Let datasets become public only when nothing in their files speaks against it.

    :param data_dict: the parameters of a call that writes the only one of them
    :raises ValidationError: on ``private``, of the first that may not
    """
    given: Any = (data_dict or {}).get("resources")
    try:
        for package in packages:
            gate.refuse(context, package)
        _refuse_wrong(
            [one for one in packages if is_strict(one, data_dict)], given if isinstance(given, list) else None
        )
    except tk.ValidationError as error:
        _tell_in_words(error, packages[0])
        raise


def _refuse_wrong(packages: Sequence[Any], given: list[Any] | None) -> None:
    """Keep datasets closed that have a file which does not follow its model. A check that runs is waited for.

    :param given: the files as the call gives them; without them those that are there
    :raises ValidationError: on ``private``
    """
    until = time.monotonic() + config.answer_seconds()
    said = {one["id"]: one for one in given or () if isinstance(one, dict) and one.get("id")}
    for package in packages:
        files = resources(model.Session(), model.Resource.package_id == package.id)
        files = [one for one in files if given is None or (one["id"] in said and not brings(said[one["id"]]))]
        for one in files:
            one |= {k: said[one["id"]][k] for k in ("odl_schema", "odl_schema_version") if k in said.get(one["id"], {})}
        while True:
            model.Session.expire_all()
            states = state.of_resources(files)
            if time.monotonic() > until or all(file.badge != "checking" for file in states if file.is_upload):
                break
            time.sleep(PAUSE_SECONDS)
        names = {one["id"]: one.get("name") or one["url"] for one in files}
        states = [file for file in states if file.is_upload]  # what lies elsewhere is not ours to hold back
        bad = [file for file in states if file.schema.schema_id and file.badge in ("invalid", "unreadable")]
        unsure = [file for file in states if file.badge in ("checking", "to_check")]
        if bad or unsure:
            raise _closed(package, [names[file.resource_id] for file in bad or unsure], wrong=bool(bad))


def _tell_in_words(error: tk.ValidationError, package: Any) -> None:
    """Tell of a refusal where CKAN's page cannot: that of many datasets, and the form of a file of CKAN 2.11.

    The person is led to the page where it is settled, or back to where the datasets are.
    """
    endpoint = (tk.request.endpoint or "") if flask.has_request_context() else ""
    if not endpoint.endswith(
        ("bulk_process", *(() if tk.check_ckan_version(min_version="2.12") else ("resource.new",)))
    ):
        return
    errors: Any = error.error_dict
    tk.h.flash_error(" ".join(errors["private"]))
    settled = errors.get(gate.ANSWER)
    if settled:
        flask.abort(tk.redirect_to(settled["url"]))
    if endpoint.endswith("resource.new"):
        flask.abort(tk.redirect_to(f"{package.type}.read", id=package.name))
    flask.abort(tk.redirect_to(endpoint, id=(tk.request.view_args or {}).get("id")))


def _closed(package: Any, names: list[str], *, wrong: bool) -> tk.ValidationError:
    listed = ", ".join(tk._("“{name}”").format(name=name) for name in names[:3])
    if wrong:
        sentence = tk.ungettext(
            "“{title}” cannot be public yet: a file does not follow its model ({names}). Correct it first.",
            "“{title}” cannot be public yet: {count} files do not follow their model ({names}). Correct them first.",
            len(names),
        )
    else:
        sentence = tk._(
            "“{title}” cannot be public yet: the check of its files has not ended ({names}). Try again in a moment."
        )
    words = sentence.format(title=package.title or package.name, count=len(names), names=listed)
    return tk.ValidationError({"private": [words]}, error_summary={tk._("Visibility"): words})


def package_of(reference: Any) -> Any:
    return model.Package.get(reference) if isinstance(reference, str) and reference else None


def is_public(package: Any) -> bool:
    return package is not None and package.state == model.State.ACTIVE and not package.private


def is_strict(package: Any, data_dict: DataDict | None = None) -> bool:
    owner = (data_dict or {}).get("owner_org") or (package and package.owner_org)
    return strictness.of(str(owner) if owner else None) == strictness.BLOCK


def brings(resource: Any) -> bool:
    return isinstance(resource, dict) and bool(getattr(resource.get("upload"), "filename", None))
