"""Validators of the forms and the API. Each says on its field, in one sentence, what to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey, Validator
from ckanext.scheming.validation import scheming_validator

from ckanext.odl.scdl import UnknownSchema, catalogue
from ckanext.odl.territory import Territory, parse_territory

from . import collectivite, periods
from .fields import existing as _existing
from .fields import stop as _stop
from .fields import text as _text
from .identity_validators import (
    odl_census_year,
    odl_department_code,
    odl_inhabitants,
    odl_insee,
    odl_siren,
    odl_siret,
)
from .naming import free_name

DECREE_LICENCES = ("lov2", "odc-odbl")
"""The licences that article D. 323-2-1 of the CRPA lists for data; another one needs an approval."""
UNKNOWN_LICENCE = "notspecified"

__all__ = [
    "odl_census_year",
    "odl_choice",
    "odl_choices",
    "odl_choices_output",
    "odl_dataset_name",
    "odl_day",
    "odl_department_code",
    "odl_email",
    "odl_file_address",
    "odl_file_name",
    "odl_frequency",
    "odl_inhabitants",
    "odl_insee",
    "odl_keywords",
    "odl_known_licence",
    "odl_known_schema",
    "odl_known_version",
    "odl_licence",
    "odl_licence_reason",
    "odl_not_before",
    "odl_one_line",
    "odl_organization_name",
    "odl_period",
    "odl_siren",
    "odl_siret",
    "odl_territory",
    "odl_title",
    "odl_web_address",
    "odl_yes_no",
]

_EMAIL = re.compile(r"[^@\s<>,;:\"()]+@[\w-]+(?:\.[\w-]+)+")
_WEB = re.compile(r"(?:https?|ftps?)://[^\s/]+\S*", re.IGNORECASE)
_FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"


def odl_one_line(value: Any) -> Any:
    """Bring a text to one line without spaces around it."""
    return " ".join(value.split()) if isinstance(value, str) else value


def odl_title(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """A title is needed. A call that says nothing of it keeps the one there is; as in CKAN, a name stands in for it."""
    title = data.get(key)
    if not isinstance(title, str):
        existing = _existing(data, context, "package") or _existing(data, context, "group")
        title = (existing and existing.title) or _text(data.get((*key[:-1], "name")))
    title = odl_one_line(title)
    if not title:
        raise tk.Invalid(tk._("Give a title: it is the first thing that people read."))
    data[key] = title


def odl_dataset_name(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """Make the address of a dataset's page from its title when none is given."""
    _name_from_title(key, data, context, "package", list)


def odl_organization_name(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """Make the address of a collectivité's page from its title; of two namesakes the second takes its INSEE code."""
    _name_from_title(key, data, context, "group", lambda: [_text(data.get(("odl_insee",)))])


def _name_from_title(
    key: FlattenKey, data: FlattenDataDict, context: Context, kind: str, distinctions: Callable[[], list[str]]
) -> None:
    if _text(data.get(key)):
        return
    existing = _existing(data, context, kind)
    title = _text(data.get(("title",)))
    if existing is not None:
        data[key] = existing.name
    elif title:
        taken = model.Package.by_name if kind == "package" else model.Group.by_name
        data[key] = free_name(title, lambda name: taken(name) is not None, distinctions())
    else:
        _stop(data, key)  # the title says what is missing


# -- choices ---------------------------------------------------------------------------------------------------------


@scheming_validator
def odl_choice(field: Mapping[str, Any], _schema: Mapping[str, Any]) -> Validator:
    """One of the values that the field offers."""
    values = {choice["value"] for choice in field["choices"]}
    # A code alone (ECON) stands for its address in a European vocabulary.
    codes = {value.rsplit("/", 1)[-1]: value for value in values}

    def validator(value: Any) -> Any:
        if value and value not in values and value not in codes:
            raise tk.Invalid(tk._("“{value}” is not in the list. Choose one of its lines.").format(value=value))
        return codes.get(value, value)

    return validator  # pyright: ignore[reportReturnType] (CKAN's union of kinds leaves this one out)


@scheming_validator
def odl_choices(field: Mapping[str, Any], _schema: Mapping[str, Any]) -> Validator:
    """Some of the values that the field offers, stored as a JSON list in their order; nothing is stored of none."""
    values = [choice["value"] for choice in field["choices"]]
    alone = {choice["value"] for choice in field["choices"] if choice.get("odl_alone")}

    def validator(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
        typed = data.get(key)
        if isinstance(typed, str) and typed.startswith("["):
            try:
                typed = json.loads(typed)
            except ValueError:
                typed = [typed]
        chosen = [str(value) for value in ([typed] if isinstance(typed, str) else typed or []) if value]
        for value in chosen:
            if value not in values:
                raise tk.Invalid(tk._("“{value}” is not in the list. Choose one of its lines.").format(value=value))
        if len(set(chosen)) > 1 and alone & set(chosen):
            raise tk.Invalid(tk._("“None of these” cannot be chosen together with another line."))
        if not chosen:
            _stop(data, key)
        data[key] = json.dumps([value for value in values if value in chosen])

    return validator  # pyright: ignore[reportReturnType] (CKAN's union of kinds leaves this one out)


def odl_choices_output(value: Any) -> list[str]:
    """A stored list as a list."""
    if isinstance(value, list):
        return value
    try:
        found = json.loads(value or "[]")
    except ValueError:
        return []
    return found if isinstance(found, list) else []


def odl_frequency(value: Any) -> Any:
    """Accept the code alone (``ANNUAL``) for its address in the European vocabulary."""
    if isinstance(value, str) and re.fullmatch(r"[A-Z0-9_]+", value.strip()):
        return _FREQUENCY + value.strip()
    return value.replace("https://", "http://", 1) if isinstance(value, str) else value


def odl_yes_no(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """Store yes as ``true`` and all else as ``false`` (extras hold texts only)."""
    data[key] = "true" if _text(data.get(key)).lower() in ("true", "1", "yes", "on") else "false"


# -- licences --------------------------------------------------------------------------------------------------------


def _licences() -> list[str]:
    return model.Package.get_license_register().keys()


def odl_known_licence(value: Any) -> Any:
    """A licence that the portal knows."""
    if value and value not in _licences():
        raise tk.Invalid(tk._("“{value}” is not in the list. Choose one of its lines.").format(value=value))
    return value


def odl_licence(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """A licence is needed; a new dataset takes the one that its collectivité has set in advance."""
    if not _text(data.get(key)):
        data[key] = _of_organization(data, context, "odl_default_licence")
    if not data[key]:
        raise tk.Invalid(tk._("Choose a licence: the Licence Ouverte 2.0 nearly always fits."))
    present = _existing(data, context, "package")
    if not (present and present.license_id == data[key]):
        odl_known_licence(data[key])


def odl_licence_reason(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """A licence that is not on the decree's list needs its reason."""
    note = data[key] = _text(data.get(key))
    licence = _text(data.get(("license_id",))) or _of_organization(data, context, "odl_default_licence")
    if not note and licence not in ("", UNKNOWN_LICENCE, *DECREE_LICENCES):
        raise tk.Invalid(
            tk._(
                "Say why this licence: the decree lists only the Licence Ouverte 2.0 and the ODbL. "
                "Otherwise choose one of these two."
            )
        )
    if not note:
        _stop(data, key)


# -- addresses -------------------------------------------------------------------------------------------------------


def odl_email(value: Any) -> Any:
    """One e-mail address."""
    if value and not _EMAIL.fullmatch(value):
        raise tk.Invalid(tk._("This is not an e-mail address. Write it like mairie@saint-exemple.fr."))
    return value


def odl_web_address(value: Any) -> Any:
    """The address of a page; ``https://`` is added where it was left out."""
    address = _text(value)
    if address and "://" not in address and "." in address:
        address = "https://" + address
    if address and not _WEB.fullmatch(address):
        raise tk.Invalid(tk._("This is not the address of a page. Write it like https://www.saint-exemple.fr."))
    return address or value


# -- dates and places ------------------------------------------------------------------------------------------------


def odl_day(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """A day (ISO 8601); a year or a month stands for its first day, for its last one in a field that ends a period."""
    try:
        data[key] = periods.day(data[key], last=key[-1].endswith("_end"))
    except ValueError:
        raise tk.Invalid(tk._("Write the day as year-month-day, for instance 2026-03-31.")) from None


def odl_not_before(start: str) -> Validator:
    """Not earlier than the day in the field *start*."""

    def validator(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
        try:
            begins = periods.day(data.get((*key[:-1], start)) or "")
        except ValueError:
            return  # that field says so itself
        if errors.get(key) or not data.get(key):
            return
        if str(data[key]) < begins:
            raise tk.Invalid(tk._("The period ends before it begins. Put the later day here."))

    return validator  # pyright: ignore[reportReturnType] (CKAN's union of kinds leaves this one out)


def odl_period(value: Any) -> Any:
    """The year or period of a file: ``2025``, ``2025-03``, ``2025-03-31`` or two of them with ``/`` between."""
    try:
        return periods.period(_text(value))
    except ValueError:
        raise tk.Invalid(
            tk._("Write a year (2025), a month (2025-03) or a season (2024/2025); two days with / between also work.")
        ) from None


def odl_territory(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """The territory in one line (``commune 48150 Saint-Exemple``), or in the three boxes of the form.

    A new dataset without one takes that of its collectivité.
    """
    boxes: Any = data.get(("__extras",)) or {}
    typed = [odl_one_line(_text(boxes.get(f"{key[-1]}_{part}"))) for part in ("level", "code", "name")]
    if any(typed):
        level, code, name = typed
        territory = Territory(level, re.sub(r"\s", "", code).upper(), name) if level else None
    elif _text(data.get(key)):
        territory = parse_territory(_text(data[key]))
    else:
        line = "" if _existing(data, context, "package") else territory_of(_organization(data, context))
        if not line:
            _stop(data, key)
        data[key] = line
        return
    if territory is None:
        raise tk.Invalid(tk._("Say first what it is: municipality, EPCI, département, région, France or other."))
    if not territory.code_is_valid:
        raise tk.Invalid(_what_code(territory.level))
    data[key] = territory.text


def _what_code(level: str) -> str:
    sentences = {
        "commune": tk._("Write the INSEE code of the municipality: five characters, for instance 48150 or 2A004."),
        "epci": tk._("Write the SIREN of the EPCI: nine digits."),
        "departement": tk._("Write the number of the département, for instance 48 or 2A."),
        "region": tk._("Write the INSEE code of the région: two digits, for instance 76."),
    }
    return sentences.get(level, tk._("This territory has no code. Write its name only."))


def territory_of(organization: model.Group | None) -> str:
    """Return the line of a collectivité's own territory, "" when its kind or code does not tell it."""
    if organization is None:
        return ""
    extras = collectivite.fields(organization)
    kind = extras.get("odl_kind") or ""
    code = extras.get("odl_insee" if kind == "commune" else "odl_siren") or ""
    if kind not in ("commune", "epci") or not code:
        return ""
    return Territory(kind, code, organization.display_name).text


def _organization(data: FlattenDataDict, context: Context) -> model.Group | None:
    """Return the collectivité of the dataset at hand."""
    package = _existing(data, context, "package")
    reference = _text(data.get(("owner_org",))) or (package and package.owner_org)
    return model.Group.get(reference) if reference else None


def _of_organization(data: FlattenDataDict, context: Context, name: str) -> str:
    """Return what the collectivité of a new dataset has set in advance, "" for a dataset that exists."""
    organization = None if _existing(data, context, "package") else _organization(data, context)
    return collectivite.fields(organization).get(name, "") if organization else ""


# -- files and their models ------------------------------------------------------------------------------------------


def odl_file_address(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """The address of a linked file; that of an uploaded one is CKAN's own.

    An agent who types a link over an uploaded file (``odl_link``) means the link.
    """
    kind_key, link_key = (*key[:-1], "url_type"), (*key[:-1], "odl_link")
    link = _text(data.pop(link_key, None))
    errors.pop(link_key, None)
    if link:
        data[key], data[kind_key] = link, ""
    address = _text(data.get(key))
    if not address:
        raise tk.Invalid(tk._("Choose a file, or give the address of a file that is already on line."))
    if _text(data.get(kind_key)):
        return
    if not _WEB.fullmatch(address):
        raise tk.Invalid(tk._("Write the whole address of the file, from https:// on, or choose a file to upload."))


def odl_file_name(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """Without a name for the reader, the file's own stands for it."""
    data[key] = _text(data.get(key)) or _text(data.get((*key[:-1], "url"))).rstrip("/").rsplit("/", 1)[-1]


def odl_keywords(value: str) -> str:
    """Keywords as CKAN takes them: without the article that French elides (« l’été » is filed under « été »)."""
    return re.sub(r"['’]", " ", re.sub(r"\b(?:[ldjnmts]|qu)['’]", "", value, flags=re.IGNORECASE))


def odl_known_schema(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """A model of the catalogue; ``id@version`` gives its version too."""
    reference = _text(data[key])
    try:
        entry, version = catalogue().parse(reference)
    except UnknownSchema:
        sentence = tk._("“{value}” is not a model that this portal knows. Choose one of the list.")
        raise tk.Invalid(sentence.format(value=reference)) from None
    if "@" in reference:
        data[(*key[:-1], "odl_schema_version")] = version
    data[key] = entry.id


def odl_known_version(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """A version of the chosen model; without a model there is none."""
    version = _text(data.get(key)).removeprefix("v")
    reference = _text(data.get((*key[:-1], "odl_schema")))
    try:
        entry, _ = catalogue().parse(reference)
    except UnknownSchema:
        if reference:
            return  # the model says so itself
        _stop(data, key)
    else:
        if version not in entry.versions:
            sentence = tk._("This model has no version {version}. Choose {versions}, or leave the field empty.")
            raise tk.Invalid(sentence.format(version=version, versions=", ".join(entry.versions)))
        data[key] = version
