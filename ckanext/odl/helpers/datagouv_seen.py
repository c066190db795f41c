"""What pages say of what was last seen on data.gouv.fr."""

from __future__ import annotations

from typing import Any

from ckan.common import current_user
from ckan.plugins import toolkit as tk


def _context() -> Any:
    return {"user": current_user.name, "auth_user_obj": current_user}


def odl_twin(package_id: str) -> dict[str, Any] | None:
    """What data.gouv.fr holds of a dataset, as ``odl_datagouv_twin_show`` gives it; None when nobody may know."""
    try:
        return tk.get_action("odl_datagouv_twin_show")(_context(), {"id": package_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None


def odl_backcheck(organization_id: str) -> dict[str, Any] | None:
    """What was last seen of a collectivité, as ``odl_datagouv_backcheck_show`` gives it; None for others than its own
    people."""
    try:
        return tk.get_action("odl_datagouv_backcheck_show")(_context(), {"id": organization_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None


def odl_seen_figures(counts: dict[str, int]) -> list[str]:
    """How many datasets arrived, were refused, lost something…: one short sentence each, those that are none left
    out."""
    shown = tk.h.odl_number

    def of(*states: str) -> int:
        return sum(counts.get(state, 0) for state in states)

    numbers = (
        (of("arrived"), tk.ungettext("{n} is on data.gouv.fr", "{n} are on data.gouv.fr", of("arrived"))),
        (of("failed", "skipped"), tk.ungettext("{n} was refused", "{n} were refused", of("failed", "skipped"))),
        (of("missing"), tk.ungettext("{n} was not found by it", "{n} were not found by it", of("missing"))),
        (of("archived"), tk.ungettext("{n} is archived there", "{n} are archived there", of("archived"))),
        (of("left"), tk.ungettext("{n} is still there though no longer sent",
                                  "{n} are still there though no longer sent", of("left"))),
        (of("waiting"), tk.ungettext("{n} waits to be read", "{n} wait to be read", of("waiting"))),
        (of("with_losses"), tk.ungettext("{n} lost something on the way", "{n} lost something on the way",
                                         of("with_losses"))),
        (of("with_duplicates"), tk.ungettext("{n} seems to be there twice", "{n} seem to be there twice",
                                             of("with_duplicates"))),
    )  # fmt: skip
    return [words.format(n=shown(number)) for number, words in numbers if number]
