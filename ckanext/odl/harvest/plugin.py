"""The second plugin: it makes the harvester known to ckanext-harvest, whose own doors it closes.

Whoever may create a source of another type, or a job of one, may take other organizations' datasets (its importers
write whatever dataset a remote record names). So that is for sysadmins; the staff of an ATD have our actions.
"""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan import plugins as p
from ckan.plugins import toolkit as tk
from ckan.types import Action, AuthFunction, AuthResult, Context, DataDict
from ckanext.harvest.interfaces import IHarvester
from ckanext.harvest.logic.auth import create, delete, get, patch, update

from . import run, sources

#: The type of the datasets that stand for ckanext-harvest's sources.
SOURCE_TYPE = "harvest"
#: Actions of ckanext-harvest that ask nobody whether the caller may: all sources to anybody, jobs ended by anybody.
_UNGUARDED = ("harvest_source_list", "harvest_abort_failed_jobs", "harvest_source_reindex")


class OdlDatagouvPlugin(p.SingletonPlugin):
    p.implements(p.IActions)
    p.implements(p.IAuthFunctions)
    p.implements(IHarvester)

    # IActions
    def get_actions(self) -> dict[str, Action]:
        return {name: _asking_first(name) for name in _UNGUARDED}

    # IAuthFunctions
    def get_auth_functions(self) -> dict[str, AuthFunction]:
        return {
            **{name: _closed(name) for name in harvest_auth_functions()},
            **{name: _closed_to_sources(name) for name in ("package_create", "package_update", "package_delete")},
        }

    # IHarvester
    def info(self) -> dict[str, Any]:
        return {
            "name": sources.TYPE,
            "title": "data.gouv.fr",
            "description": tk._(
                "Datasets of local authorities on data.gouv.fr. Sources are created from the page of their structure."
            ),
            "form_config_interface": "None",
        }

    def validate_config(self, config: str) -> str:
        """A source of this type is written by our actions, which know whose it may be.

        :raises ValueError: always
        """
        raise ValueError(tk._("Sources of this type are created from the page of their structure."))

    def gather_stage(self, harvest_job: Any) -> list[str]:
        """A job of ckanext-harvest becomes a run of ours, in CKAN's own queue; nothing is left for its other stages."""
        if sources.get(harvest_job.source_id):
            run.ask(harvest_job.source_id)
            run.send()
        return []

    def fetch_stage(self, _harvest_object: Any) -> str:
        return "unchanged"

    def import_stage(self, _harvest_object: Any) -> str:
        return "unchanged"

    def get_original_url(self, harvest_object_id: str) -> str | None:
        """The page of the dataset on data.gouv.fr."""
        return run.page_of_object(harvest_object_id)


def _asking_first(name: str) -> Action:
    def guarded(next_action: Action, context: Context, data_dict: DataDict) -> Any:
        tk.check_access("harvest_jobs_run", context, {})
        return next_action(context, data_dict)

    guarded.__name__ = name
    chained: Any = tk.chained_action(guarded)
    return tk.side_effect_free(chained) if name == "harvest_source_list" else chained


def harvest_auth_functions() -> list[str]:
    """The names of all auth functions of ckanext-harvest; that of the list of harvesters is harmless and left out."""
    modules = (create, delete, get, patch, update)
    return sorted({name for module in modules for name in vars(module) if name.startswith("harvest_")})


def _closed(name: str) -> AuthFunction:
    def closed(next_auth: AuthFunction, context: Context, data_dict: DataDict | None) -> AuthResult:
        # sysadmins never come here
        return {"success": False, "msg": tk._("Only administrators of the portal may do this.")}

    closed.__name__ = name
    chained: Any = tk.chained_auth_function(closed)
    return chained


def _closed_to_sources(name: str) -> AuthFunction:
    """CKAN's own rights, but none over the datasets that stand for sources."""

    def closed(next_auth: AuthFunction, context: Context, data_dict: DataDict | None) -> AuthResult:
        if _is_source(context, data_dict or {}):
            return {"success": False, "msg": tk._("Only administrators of the portal may do this.")}
        return next_auth(context, data_dict)  # pyright: ignore[reportArgumentType] (CKAN calls it with None too)

    closed.__name__ = name
    # whether somebody without an account may is for CKAN's own function to say
    chained: Any = tk.auth_allow_anonymous_access(tk.chained_auth_function(closed))
    return chained


def _is_source(context: Context, data_dict: DataDict) -> bool:
    if data_dict.get("type") == SOURCE_TYPE:
        return True
    package: Any = context.get("package") or model.Package.get(data_dict.get("id") or data_dict.get("name"))
    return package is not None and package.type == SOURCE_TYPE
