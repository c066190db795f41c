"""Who may call which action."""

from __future__ import annotations

from .atd import odl_call_list, odl_group_update, odl_progress_public_list
from .collectivite import organization_create, organization_update
from .datagouv_check import odl_harvest_check
from .datagouv_in import (
    odl_datagouv_review_decide,
    odl_datagouv_review_list,
    odl_datagouv_run,
    odl_datagouv_run_list,
    odl_datagouv_run_show,
    odl_datagouv_source_create,
    odl_datagouv_source_list,
    odl_datagouv_source_show,
    odl_datagouv_source_update,
)
from .datagouv_link import (
    odl_datagouv_link_list,
    odl_datagouv_link_show,
    odl_datagouv_link_update,
    odl_datagouv_organization_search,
)
from .datagouv_seen import odl_datagouv_backcheck, odl_datagouv_backcheck_show, odl_datagouv_twin_show
from .deposit import (
    odl_deposit_abandon,
    odl_deposit_check,
    odl_deposit_create,
    odl_deposit_file_add,
    odl_deposit_list,
    odl_deposit_publish,
    odl_deposit_repair,
    odl_deposit_repair_list,
    odl_deposit_show,
    odl_deposit_update,
    odl_publish,
)
from .path import (
    odl_call_note,
    odl_duties_show,
    odl_history_list,
    odl_mandate_list,
    odl_mandate_update,
    odl_path_act,
    odl_path_read,
    odl_path_waive,
    odl_progress_list,
    odl_progress_recompute,
    odl_progress_show,
    odl_proposal_list,
    odl_step_update,
)
from .schema import odl_schema_list, odl_schema_show
from .territory import odl_territory_search, odl_territory_show
from .validation import odl_validate, odl_validation_list, odl_validation_run, odl_validation_show

__all__ = [
    "odl_call_list",
    "odl_call_note",
    "odl_datagouv_backcheck",
    "odl_datagouv_backcheck_show",
    "odl_datagouv_link_list",
    "odl_datagouv_link_show",
    "odl_datagouv_link_update",
    "odl_datagouv_organization_search",
    "odl_datagouv_review_decide",
    "odl_datagouv_review_list",
    "odl_datagouv_run",
    "odl_datagouv_run_list",
    "odl_datagouv_run_show",
    "odl_datagouv_source_create",
    "odl_datagouv_source_list",
    "odl_datagouv_source_show",
    "odl_datagouv_source_update",
    "odl_datagouv_twin_show",
    "odl_deposit_abandon",
    "odl_deposit_check",
    "odl_deposit_create",
    "odl_deposit_file_add",
    "odl_deposit_list",
    "odl_deposit_publish",
    "odl_deposit_repair",
    "odl_deposit_repair_list",
    "odl_deposit_show",
    "odl_deposit_update",
    "odl_duties_show",
    "odl_group_update",
    "odl_harvest_check",
    "odl_history_list",
    "odl_mandate_list",
    "odl_mandate_update",
    "odl_path_act",
    "odl_path_read",
    "odl_path_waive",
    "odl_progress_list",
    "odl_progress_public_list",
    "odl_progress_recompute",
    "odl_progress_show",
    "odl_proposal_list",
    "odl_publish",
    "odl_schema_list",
    "odl_schema_show",
    "odl_step_update",
    "odl_territory_search",
    "odl_territory_show",
    "odl_validate",
    "odl_validation_list",
    "odl_validation_run",
    "odl_validation_show",
    "organization_create",
    "organization_update",
]
