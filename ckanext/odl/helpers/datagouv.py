"""What pages ask about data.gouv.fr."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import config
from ckanext.odl.datagouv import errors
from ckanext.odl.language import language
from ckanext.odl.model import Twin
from ckanext.odl.model.datagouv import FLAGGED, IMPORTED, NATIONAL


def odl_datagouv_enabled() -> bool:
    """Whether the portal reads data.gouv.fr."""
    return config.datagouv_enabled()


def odl_datagouv_problem(stored: dict[str, Any] | None) -> dict[str, str] | None:
    """What went wrong with data.gouv.fr, as it was stored: ``sentence`` and ``remedy``; None when nothing did."""
    if not stored:
        return None
    error = errors.from_dict(stored)
    return {"sentence": error.sentence(language()), "remedy": error.remedy(language())}


def odl_datagouv_badge(kind: str) -> str:
    """The word for a badge that data.gouv.fr gives to an organization; its own word for one that we do not know."""
    return {
        "certified": tk._("certified"),
        "public-service": tk._("public service"),
        "local-authority": tk._("local authority"),
        "association": tk._("association"),
        "company": tk._("company"),
    }.get(kind, kind)


def odl_datagouv_origin(package: dict[str, Any]) -> dict[str, Any] | None:
    """What those who keep a dataset that came from data.gouv.fr must know: ``local`` (the fields that stay as they
    were written here) and ``gone_since``; None for another dataset, and for those who may not change it."""
    twins = Twin.of_package(model.Session(), package["id"])
    twin = next((one for one in twins if one.origin == NATIONAL and one.state in (IMPORTED, FLAGGED)), None)
    if twin is None or not tk.h.check_access("package_update", {"id": package["id"]}):
        return None
    names = {resource["id"]: tk.h.resource_display_name(resource) for resource in package.get("resources") or []}
    return {"local": [_local(field, names) for field in twin.local_fields or []], "gone_since": twin.gone_since}


def _local(field: str, files: dict[str, str]) -> str:
    """A local field (``notes``, ``resources.<id>.name``, ``resources.<id>``) in words."""
    first, _, rest = field.partition(".")
    if first != "resources" or not rest:
        return odl_datagouv_field(first)
    id_, _, name = rest.partition(".")
    file = files.get(id_) or tk._("a file taken away here")
    return f"{odl_datagouv_field(name)} ({file})" if name else file


def odl_datagouv_licence(license_id: str | None) -> str:
    """The title of a licence; of one that the portal does not know, the word of data.gouv.fr for it."""
    if not license_id or license_id == "notspecified":
        return ""
    licence = model.Package.get_license_register().get(license_id)
    return licence.title if licence else license_id


def odl_datagouv_field(name: str) -> str:
    """What the forms call a field of a dataset or of a file."""
    if name in ("resources", "url"):
        return tk._("File")
    if name == "tags":
        return tk._("Keywords")
    return next((tk.h.scheming_language_text(field["label"]) for field in _fields(name) if field.get("label")), name)


def odl_datagouv_value(name: str, value: Any) -> str:
    """A value as the forms show it."""
    if value in (None, "", []):
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name == "license_id":
        return odl_datagouv_licence(str(value))
    for field in _fields(name):
        for choice in field.get("choices") or []:
            if choice.get("value") == value:
                return tk.h.scheming_language_text(choice["label"])
    return str(value)


def _fields(name: str) -> list[dict[str, Any]]:
    schema = tk.h.scheming_get_dataset_schema("dataset") or {}
    fields = [*(schema.get("dataset_fields") or []), *(schema.get("resource_fields") or [])]
    return [field for field in fields if field.get("field_name") == name]
