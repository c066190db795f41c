"""Wiring of the extension into CKAN; everything it connects lives in its own module."""

from __future__ import annotations

from typing import Any

from ckan import plugins as p
from ckan import types
from ckan.common import CKANConfig
from ckan.lib.plugins import DefaultTranslation
from ckan.plugins import toolkit as tk

from . import brought, defaults, search, subscriptions
from .logic.datagouv import mirror
from .views import characters, downloads, failures, rates


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.blueprints
@tk.blanket.cli
@tk.blanket.config_declarations
@tk.blanket.helpers
@tk.blanket.validators
class OdlPlugin(p.SingletonPlugin, DefaultTranslation):
    p.implements(p.IConfigurer)
    if hasattr(p, "IFiles"):  # CKAN 2.12
        p.implements(p.IFiles, inherit=True)
    p.implements(p.IFacets, inherit=True)
    p.implements(p.IMiddleware, inherit=True)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.ISignal)
    p.implements(p.ITranslation)

    # IConfigurer
    def update_config(self, config_: CKANConfig) -> None:
        tk.add_template_directory(config_, "templates")
        tk.add_resource("assets", "odl")
        tk.add_resource("assets/forms", "odl-forms")
        defaults.fill(config_)
        brought.install()

    # IFacets
    def dataset_facets(self, facets_dict: dict[str, Any], package_type: str) -> dict[str, Any]:
        return search.with_facets(facets_dict)

    def organization_facets(
        self, facets_dict: dict[str, Any], organization_type: str, package_type: str | None
    ) -> dict[str, Any]:
        return search.with_facets(facets_dict)

    def group_facets(self, facets_dict: dict[str, Any], group_type: str, package_type: str | None) -> dict[str, Any]:
        return search.with_facets(facets_dict)

    # IFiles
    def files_get_storage_adapters(self) -> dict[str, Any]:
        from .safe_storage import SafeStorage  # noqa: PLC0415 (CKAN 2.12 only)

        return {"odl:fs": SafeStorage}

    # IMiddleware
    def make_middleware(self, app: Any, config: CKANConfig) -> Any:
        characters.protect(app)
        downloads.protect(app)
        failures.protect(app)
        rates.protect(app)
        return app

    # IPackageController
    def after_dataset_show(self, context: types.Context, pkg_dict: dict[str, Any]) -> None:
        mirror.show(context, pkg_dict)

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        return search.with_state(pkg_dict)

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        return search.widened(search_params)

    def after_dataset_search(self, search_results: dict[str, Any], search_params: dict[str, Any]) -> dict[str, Any]:
        return search.with_names(search_results)

    # ISignal
    def get_signal_subscriptions(self) -> types.SignalMapping:
        return subscriptions.get_subscriptions()
