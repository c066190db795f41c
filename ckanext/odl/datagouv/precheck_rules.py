"""Where each rule of ``precheck.yaml`` applies: one function by code, which looks and says no word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any

from . import addresses, outgoing
from .precheck_view import View, address_of, as_list, day, keyword, rhythm, text

#: By CKAN's API, what is narrowed to one organization is read in one page, without a second one.
MOST_BY_API = 1000
MANY_BY_API = 900

#: Lengths that udata keeps of a keyword, once it is written without accents and signs.
KEYWORD_LENGTHS = range(3, 97)
#: Ids of licences on data.gouv.fr, and other spellings that it recognises.
LICENCES = frozenset((
    "lov2", "fr-lo", "odc-odbl", "odc-by", "odc-pddl", "cc-by", "cc-by-sa", "cc-zero", "other-open", "other-pd",
    "other-at", "mobility-licence", "etalab-2.0",
))  # fmt: skip
NO_LICENCE = ("", "notspecified", "not-specified")
#: Types of file that the API's reader knows, and those that it keeps.
FILE_TYPES = ("file", "file.upload", "api", "documentation", "image", "visualization")
KEPT_TYPES = ("file", "file.upload", "api")
FILE_NAME = re.compile(r"\S+\.(csv|tsv|xlsx?|ods|json|geojson|zip|pdf|txt|xml|docx?)", re.IGNORECASE)
#: The words that udata takes for yes, no or nothing.
YES_NO_WORDS = frozenset(("", "on", "t", "true", "y", "yes", "1", "f", "false", "n", "no", "off", "0"))
_PERIOD = ("temporal_start", "temporal_end")
#: The national base keeps one file per commune, under this keyword.
BAL_KEYWORD = "base-adresse-locale"

# What the reader of CKAN's API wants of each value: a text, a text or nothing, a date as text, a date or nothing.
_TEXT, _MAYBE, _DATE, _MAYBE_DATE = "text", "maybe", "date", "maybe-date"
_DATASET_VALUES = {
    "id": _TEXT, "name": _TEXT, "title": _TEXT, "notes": _MAYBE, "license_id": _MAYBE, "license_title": _MAYBE,
    "metadata_created": _DATE, "metadata_modified": _DATE, "author": _MAYBE, "maintainer": _MAYBE, "state": _MAYBE,
    "author_email": _MAYBE, "maintainer_email": _MAYBE,
}  # fmt: skip
_FILE_VALUES = {
    "id": _TEXT, "name": _MAYBE, "description": _MAYBE, "format": _TEXT, "mimetype": _MAYBE, "hash": _MAYBE,
    "created": _DATE, "last_modified": _MAYBE_DATE, "url": _TEXT, "resource_type": _MAYBE,
}  # fmt: skip
_ORGANIZATION_VALUES = {"id": _TEXT, "title": _TEXT, "name": _TEXT, "created": _DATE, "state": _TEXT}
#: Their absence (null) is mended in the form of the organization.
_ORGANIZATION_FIELDS = ("description", "image_url")


@dataclass(frozen=True)
class Hit:
    """One place where a rule applies; ``field``: when it is not that of the rule."""

    resource: str | None = None
    values: Mapping[str, Any] = default(default_factory=dict)
    field: str = ""


Rule = Callable[[View, str], Iterable[Hit]]
RULES: dict[str, Rule] = {}


def rule(function: Rule) -> Rule:
    """Register a rule under the name of its function, written with hyphens."""
    RULES[function.__name__.replace("_", "-")] = function
    return function


# -- the dataset


@rule
def title_missing(view: View, channel: str) -> Iterator[Hit]:
    if not (view.text("title") or view.text("name")):
        yield Hit()


@rule
def title_is_file(view: View, channel: str) -> Iterator[Hit]:
    title = view.text("title")
    if FILE_NAME.fullmatch(title):
        yield Hit(values={"title": title})


@rule
def not_a_dataset(view: View, channel: str) -> Iterator[Hit]:
    if view.package.get("type", "dataset") != "dataset":
        yield Hit()


@rule
def no_file(view: View, channel: str) -> Iterator[Hit]:
    if not view.resources:
        yield Hit()


@rule
def email_wrong(view: View, channel: str) -> Iterator[Hit]:
    address = view.package.get("maintainer_email")
    if isinstance(address, str) and address and "@" not in address:
        yield Hit(values={"email": address})


@rule
def author_email_wrong(view: View, channel: str) -> Iterator[Hit]:
    address = view.package.get("author_email")
    if isinstance(address, str) and address and "@" not in address:
        yield Hit(values={"email": address})


@rule
def no_contact(view: View, channel: str) -> Iterator[Hit]:
    owner = view.owner or {}
    known = {"id": "", **{name: owner.get(name) for name in ("name", "title", "odl_contact", "odl_website")}}
    if outgoing.contact(view.package, outgoing.publisher(known, view.site)) is None:
        yield Hit()


@rule
def licence_unknown(view: View, channel: str) -> Iterator[Hit]:
    licence = view.text("license_id")
    if licence.lower() not in LICENCES | {*NO_LICENCE}:
        yield Hit(values={"licence": view.text("license_title") or licence})


@rule
def licence_none(view: View, channel: str) -> Iterator[Hit]:
    if view.text("license_id").lower() in NO_LICENCE:
        yield Hit()


@rule
def frequency_unknown(view: View, channel: str) -> Iterator[Hit]:
    written = view.text("frequency")
    if written and not rhythm(view):
        yield Hit(values={"frequency": written})


@rule
def period_unreadable(view: View, channel: str) -> Iterator[Hit]:
    for name in _PERIOD:
        written = view.text(name)
        if written and view.day(name, channel) is None:
            yield Hit(field=name, values={"date": written})


@rule
def period_one_end(view: View, channel: str) -> Iterator[Hit]:
    start, end = (view.day(name, channel) for name in _PERIOD)
    if (start is None) != (end is None):
        yield Hit(field="temporal_start" if start is None else "temporal_end")


@rule
def period_reversed(view: View, channel: str) -> Iterator[Hit]:
    start, end = (view.day(name, channel) for name in _PERIOD)
    if start and end and start > end:
        yield Hit()


@rule
def keywords_short(view: View, channel: str) -> Iterator[Hit]:
    short = [words for words in view.keywords if len(keyword(words)) < KEYWORD_LENGTHS.start]
    if short:
        yield Hit(values={"keywords": short})


@rule
def keywords_long(view: View, channel: str) -> Iterator[Hit]:
    long = [words for words in view.keywords if len(keyword(words)) >= KEYWORD_LENGTHS.stop]
    if long:
        yield Hit(values={"keywords": long, "most": KEYWORD_LENGTHS.stop - 1})


@rule
def no_keywords(view: View, channel: str) -> Iterator[Hit]:
    if not view.keywords:
        yield Hit()


@rule
def address_base_keyword(view: View, channel: str) -> Iterator[Hit]:
    if BAL_KEYWORD in {keyword(words) for words in view.keywords}:
        yield Hit(values={"keyword": BAL_KEYWORD})


@rule
def territory_without_outline(view: View, channel: str) -> Iterator[Hit]:
    if view.text("odl_territory") and not view.has_geometry(channel):
        yield Hit()


@rule
def geometry_unreadable(view: View, channel: str) -> Iterator[Hit]:
    if view.geometry_problem == "unreadable":
        yield Hit()


@rule
def geometry_kind(view: View, channel: str) -> Iterator[Hit]:
    if view.geometry_problem == "kind":
        yield Hit()


@rule
def geometry_broken(view: View, channel: str) -> Iterator[Hit]:
    if view.geometry_problem == "broken":
        yield Hit()


@rule
def zone_and_geometry(view: View, channel: str) -> Iterator[Hit]:
    # data.gouv.fr knows the names of all communes, départements and régions: a name that it does not know is rare.
    zone = text(view.extras.get("spatial-text"))
    if zone and view.has_geometry("ckan"):
        yield Hit(values={"zone": zone})


@rule
def page_address(view: View, channel: str) -> Iterator[Hit]:
    address = view.text("url")
    if address and addresses.refusal(address) is None and not (view.site and address.startswith(view.site)):
        yield Hit(values={"address": address})


@rule
def left_out_by_api(view: View, channel: str) -> Iterator[Hit]:
    lost = [
        *(["lost-contact"] if "@" in view.text("maintainer_email") else []),
        *(["lost-layout"] if "\n" in view.text("notes") and "<p" not in view.text("notes") else []),
        *(["lost-model"] if any(text(item.get("odl_schema")) for item in view.resources) else []),
        *(["lost-checksum"] if any(text(item.get("hash")) for item in view.resources) else []),
        *(["lost-size"] if any(item.get("size") for item in view.resources) else []),
    ]
    if lost:
        yield Hit(values={"lost": lost})


@rule
def extra_refused(view: View, channel: str) -> Iterator[Hit]:
    for key, value in view.extras.items():
        is_blank = value is None or (isinstance(value, str) and not value.strip())
        is_link = key in ("datafairOrigin", "transport:url")
        wrong_link = is_link and (not isinstance(value, str) or addresses.refusal(value) is not None)
        if not is_blank and (key.startswith(("custom:", "$")) or wrong_link):
            yield Hit(values={"key": key})


# -- values that only a program writes


@rule
def values_missing(view: View, channel: str) -> Iterator[Hit]:
    missing = [
        name
        for name, kind in _DATASET_VALUES.items()
        if name not in view.package or (kind in (_TEXT, _DATE) and view.package[name] is None)
    ]
    missing += [
        f"resources.{name}"
        for name, kind in _FILE_VALUES.items()
        for resource in view.resources
        if name not in resource or (kind in (_TEXT, _DATE) and resource[name] is None)
    ]
    if view.organization is not None:
        missing += [f"organization.{n}" for n in _ORGANIZATION_VALUES if view.organization.get(n) is None]
    missing += [name for name in ("tags", "private", "organization") if name not in view.package]
    missing += ["resources.position" for resource in view.resources if "position" not in resource]
    missing += ["tags.id" for tag in as_list(view.package.get("tags")) if isinstance(tag, Mapping) and "id" not in tag]
    if missing:
        yield Hit(values={"names": sorted(set(missing))})


@rule
def values_wrong(view: View, channel: str) -> Iterator[Hit]:
    wrong = [name for name, kind in _DATASET_VALUES.items() if _is_wrong(view.package.get(name), kind)]
    wrong += ["url"] if view.package.get("url") and not isinstance(view.package["url"], str) else []
    for resource in view.resources:
        wrong += [f"resources.{name}" for name, kind in _FILE_VALUES.items() if _is_wrong(resource.get(name), kind)]
        wrong += ["resources.size"] if not _is_size(resource.get("size")) else []
        wrong += ["resources.position"] if not isinstance(resource.get("position", 0), int) else []
    wrong += _wrong_lists(view.package)
    wrong += ["private"] if not _is_yes_or_no(view.package.get("private")) else []
    if view.organization is not None:
        wrong += ["organization.is_organization"] if not _is_yes_or_no(view.organization.get("is_organization")) else []
        expected = {"type": "organization", "approval_status": "approved"}
        wrong += [f"organization.{name}" for name, value in expected.items() if view.organization.get(name) != value]
        wrong += [
            f"organization.{name}"
            for name, kind in _ORGANIZATION_VALUES.items()
            if _is_wrong(view.organization.get(name), kind)
        ]
    if wrong:
        yield Hit(values={"names": sorted(set(wrong))})


def _wrong_lists(package: Mapping[str, Any]) -> Iterator[str]:
    """The lists of a dataset, keywords and further fields, that are none or hold something else."""
    for name, key in (("tags", "name"), ("extras", "key")):
        items = package.get(name, [])
        if not isinstance(items, list):
            yield name
        elif not all(isinstance(item, Mapping) and isinstance(item.get(key), str) for item in items):
            yield f"{name}.{key}"


def _is_yes_or_no(value: Any) -> bool:
    """Whether udata takes *value* for yes, no or nothing."""
    words = value.strip().lower() if isinstance(value, str) else ""
    return value is None or isinstance(value, (bool, int)) or (isinstance(value, str) and words in YES_NO_WORDS)


def _is_wrong(value: Any, kind: str) -> bool:
    if value is None:
        return False
    if not isinstance(value, str):
        return True
    return kind in (_DATE, _MAYBE_DATE) and day(value) is None


def _is_size(value: Any) -> bool:
    if value is None:
        return True
    try:
        int(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


@rule
def organization_incomplete(view: View, channel: str) -> Iterator[Hit]:
    for name in _ORGANIZATION_FIELDS:
        if view.organization is not None and not isinstance(view.organization.get(name), str):
            yield Hit(field=name)


# -- files


def _refused_address(reason: str) -> Rule:
    def look(view: View, channel: str) -> Iterator[Hit]:
        for id_, resource, values in view.of_files():
            address = view.address(resource, channel)
            if address and not _is_ours(view, resource) and addresses.refusal(address) == reason:
                yield Hit(id_, {**values, "address": text(resource.get("url"))})

    return look


def _is_ours(view: View, resource: Mapping[str, Any]) -> bool:
    """Whether a file is on the portal itself: its address is not the agent's."""
    return resource.get("url_type") == "upload" or bool(view.site and address_of(resource).startswith(f"{view.site}/"))


for _reason in (addresses.SPACE, addresses.FORM, addresses.SCHEME, addresses.ENDING, addresses.LOCAL,
                addresses.PRIVATE):  # fmt: skip
    RULES[f"file-address-{_reason}"] = _refused_address(_reason)


@rule
def file_address_empty(view: View, channel: str) -> Iterator[Hit]:
    for id_, resource, values in view.of_files():
        if not address_of(resource):
            yield Hit(id_, values)


@rule
def file_address_lost(view: View, channel: str) -> Iterator[Hit]:
    for id_, resource, values in view.of_files():
        if address_of(resource) and not view.address(resource, channel):
            yield Hit(id_, {**values, "address": text(resource.get("url"))})


@rule
def portal_address(view: View, channel: str) -> Iterator[Hit]:
    refused = [
        address
        for resource in view.resources
        if (address := view.address(resource, channel))
        and _is_ours(view, resource)
        and addresses.refusal(address) is not None
    ]
    if refused:
        yield Hit(values={"address": view.site or refused[0]})


@rule
def file_address_password(view: View, channel: str) -> Iterator[Hit]:
    for id_, resource, values in view.of_files():
        if addresses.has_password(address_of(resource)):
            yield Hit(id_, values)


@rule
def same_address(view: View, channel: str) -> Iterator[Hit]:
    seen: dict[str, str] = {}
    for id_, resource, values in view.of_files():
        address = view.address(resource, channel)
        if address and address in seen:
            yield Hit(id_, {**values, "other": seen[address]})
        elif address:
            seen[address] = values["file"]


@rule
def file_type_unknown(view: View, channel: str) -> Iterator[Hit]:
    for id_, resource, values in view.of_files():
        kind = resource.get("resource_type")
        if kind and kind not in FILE_TYPES:
            yield Hit(id_, {**values, "kind": str(kind)})


@rule
def file_left_out(view: View, channel: str) -> Iterator[Hit]:
    for id_, resource, values in view.of_files():
        kind = resource.get("resource_type")
        if kind in FILE_TYPES and kind not in KEPT_TYPES:
            yield Hit(id_, values)


@rule
def notice_as_file(view: View, channel: str) -> Iterator[Hit]:
    for id_, resource, values in view.of_files():
        if resource.get("resource_type") == "documentation":
            yield Hit(id_, values)


@rule
def format_missing(view: View, channel: str) -> Iterator[Hit]:
    for id_, resource, values in view.of_files():
        if not text(resource.get("format")):
            yield Hit(id_, values)


@rule
def checksum_unknown(view: View, channel: str) -> Iterator[Hit]:
    for id_, resource, values in view.of_files():
        # That of an uploaded file is the portal's own, made when the file was read.
        given = text(resource.get("hash")) if resource.get("url_type") != "upload" else ""
        if given and outgoing.checksum(given, resource.get("hash_algorithm")) is None:
            yield Hit(id_, values)


@rule
def model_unknown(view: View, channel: str) -> Iterator[Hit]:
    for id_, resource, values in view.of_files():
        model, version = text(resource.get("odl_schema")), text(resource.get("odl_schema_version"))
        if model and not outgoing.schema_url(model, version):
            yield Hit(id_, {**values, "model": f"{model} {version}".strip()})
