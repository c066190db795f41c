"""What the search knows of models and checks: two facets."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.odl.language import language
from ckanext.odl.logic import state
from ckanext.odl.scdl import UnknownSchema, catalogue

# Multi-valued strings by the dynamic field of CKAN's Solr schema.
SCHEMA_FACET = "vocab_odl_schema"
STATE_FACET = "vocab_odl_state"

#: The filter that stands for all states in which something is to be corrected.
MEND = "to_mend"


def widened(search_params: dict[str, Any]) -> dict[str, Any]:
    """A search narrowed to what is to be corrected, in words that the index knows."""
    given, asked = search_params.get("fq") or "", f'{STATE_FACET}:"{MEND}"'
    if asked not in given:
        return search_params
    return {**search_params, "fq": given.replace(asked, f"{STATE_FACET}:({' OR '.join(state.TO_MEND)})")}


def with_facets(facets: dict[str, Any]) -> dict[str, Any]:
    """CKAN's facets and, first among them, ours."""
    return {STATE_FACET: tk._("Conformity"), SCHEMA_FACET: tk._("Model"), **facets}


def with_state(pkg_dict: dict[str, Any]) -> dict[str, Any]:
    """The document of a dataset with the schemas its files declare and where they stand."""
    package = json.loads(pkg_dict["validated_data_dict"])
    files = state.of_resources(package.get("resources") or [])
    pkg_dict[SCHEMA_FACET] = sorted({file.schema.schema_id for file in files if file.schema.schema_id})
    pkg_dict[STATE_FACET] = [
        state.worst(file.badge for file in state.leading(files))
    ]  # one word, so that counts add up
    return pkg_dict


def with_names(search_results: dict[str, Any]) -> dict[str, Any]:
    """The results of a search whose facets carry the words that people read."""
    for facet, name in _names().items():
        for item in search_results.get("search_facets", {}).get(facet, {}).get("items", []):
            item["display_name"] = name(item["name"])
    return search_results


def filter_words(chosen: dict[str, list[str]]) -> dict[tuple[str, str], str]:
    """The words for the values that a search was narrowed to, by facet and value.

    CKAN takes them from the facets of the results, which have none when nothing was found.
    """
    return {(facet, value): name(value) for facet, name in _names().items() for value in chosen.get(facet, [])}


def _names() -> dict[str, Callable[[str], str]]:
    return {SCHEMA_FACET: schema_name, STATE_FACET: badge_name}


def schema_name(schema_id: str) -> str:
    """The title of a schema in the reader's language; its id when the catalogue no longer has it."""
    try:
        return catalogue().get(schema_id).title(language())
    except UnknownSchema:
        return schema_id


def badge_name(badge: str) -> str:
    """The word for a state, in the reader's language."""
    names = {
        "valid": tk._("compliant"),
        "invalid": tk._("to correct"),
        MEND: tk._("to correct"),
        "unreadable": tk._("unreadable"),
        "checking": tk._("being checked"),
        "to_check": tk._("to check again"),
        "no_schema": tk._("without a model"),
        "document": tk._("document"),
    }
    return names.get(badge, badge)
