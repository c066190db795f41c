"""What each action accepts."""

from __future__ import annotations

from ckan.plugins import toolkit as tk
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.odl.logic.paging import at_most
from ckanext.odl.territory import KINDS

LANGUAGES = ["fr", "en"]


@tk.validator_args
def validate(
    ignore_missing: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
) -> Schema:
    return {
        "upload": [ignore_missing],
        "schema": [ignore_empty, unicode_safe],
        "sheet": [ignore_empty, unicode_safe],
        "language": [default("fr"), one_of(LANGUAGES)],
    }


@tk.validator_args
def validation_show(
    not_empty: Validator, unicode_safe: Validator, default: ValidatorFactory, one_of: ValidatorFactory
) -> Schema:
    return {"id": [not_empty, unicode_safe], "language": [default("fr"), one_of(LANGUAGES)]}


@tk.validator_args
def validation_run(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe]}


@tk.validator_args
def validation_list(
    ignore_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    natural_number_validator: Validator,
    limit_to_configured_maximum: ValidatorFactory,
) -> Schema:
    return {
        "resource_id": [ignore_empty, unicode_safe],
        "package_id": [ignore_empty, unicode_safe],
        "organization_id": [ignore_empty, unicode_safe],
        "limit": [default(20), natural_number_validator, limit_to_configured_maximum("ckan.search.rows_max", 1000)],
        "offset": [default(0), natural_number_validator, at_most(10**9)],
    }


@tk.validator_args
def schema_list(
    ignore_missing: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
    boolean_validator: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    return {
        "q": [ignore_empty, unicode_safe],
        "kind": [ignore_empty, one_of(["table", "geojson", "json"])],
        "socle": [ignore_missing, boolean_validator],
        "theme": [ignore_empty, unicode_safe],
        "language": [ignore_empty, unicode_safe],
    }


@tk.validator_args
def schema_show(not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "version": [ignore_empty, unicode_safe],
        "language": [ignore_empty, unicode_safe],
    }


@tk.validator_args
def territory_search(
    not_empty: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
    natural_number_validator: Validator,
) -> Schema:
    return {
        "q": [not_empty, unicode_safe],
        "kind": [ignore_empty, one_of(list(KINDS))],
        "limit": [default(10), natural_number_validator],
        "language": [ignore_empty, unicode_safe],
    }


@tk.validator_args
def territory_show(ignore_empty: Validator, unicode_safe: Validator) -> Schema:
    return {
        "insee": [ignore_empty, unicode_safe],
        "siren": [ignore_empty, unicode_safe],
        "language": [ignore_empty, unicode_safe],
    }


@tk.validator_args
def template_list(not_empty: Validator, unicode_safe: Validator, ignore_empty: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "language": [ignore_empty, unicode_safe]}


@tk.validator_args
def template_show(not_empty: Validator, unicode_safe: Validator, ignore_empty: Validator) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "schema": [not_empty, unicode_safe],
        "language": [ignore_empty, unicode_safe],
    }


@tk.validator_args
def catalogue_update(not_empty: Validator, unicode_safe: Validator, boolean_validator: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "on": [not_empty, boolean_validator]}


@tk.validator_args
def table_check(not_empty: Validator, unicode_safe: Validator, ignore_empty: Validator) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "schema": [not_empty, unicode_safe],
        "language": [ignore_empty, unicode_safe],
    }


@tk.validator_args
def table_save(not_empty: Validator, unicode_safe: Validator, ignore_empty: Validator) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "schema": [not_empty, unicode_safe],
        "deposit": [ignore_empty, unicode_safe],
        "language": [ignore_empty, unicode_safe],
    }
