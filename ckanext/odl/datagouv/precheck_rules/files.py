"""Rules on the files of a dataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .. import addresses, mirrored, outgoing_values
from ..precheck_view import View, address_of, text
from .rule import RULES, Hit, Rule, rule

#: Types of file that the reader of the API keeps.
KEPT_TYPES = ("file", "file.upload", "api")


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
        if kind and kind not in mirrored.RESOURCE_TYPES:
            yield Hit(id_, {**values, "kind": str(kind)})


@rule
def file_left_out(view: View, channel: str) -> Iterator[Hit]:
    for id_, resource, values in view.of_files():
        kind = resource.get("resource_type")
        if kind in mirrored.RESOURCE_TYPES and kind not in KEPT_TYPES:
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
        if given and outgoing_values.checksum(given, resource.get("hash_algorithm")) is None:
            yield Hit(id_, values)


@rule
def model_unknown(view: View, channel: str) -> Iterator[Hit]:
    for id_, resource, values in view.of_files():
        model, version = text(resource.get("odl_schema")), text(resource.get("odl_schema_version"))
        if model and not outgoing_values.schema_url(model, version):
            yield Hit(id_, {**values, "model": f"{model} {version}".strip()})
