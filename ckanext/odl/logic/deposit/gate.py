"""No dataset becomes public, by whatever door, while what its files say of persons is not settled."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import Context

from ckanext.odl.language import language
from ckanext.odl.logic.deposit import blocking, drafts
from ckanext.odl.logic.deposit.facts import Facts, gather

#: The key of an answer that tells of a deposit, for programs.
ANSWER = "odl_deposit"


def unsettled(context: Context, package_id: str) -> tuple[Facts, dict[str, Any]] | None:
    """The first file of a dataset that keeps it from being public, and its first blocker; None when none does."""
    words = "en" if language() == "en" else "fr"
    for deposit in drafts.of(package_id):
        facts = gather(context, deposit, words)
        found = blocking.left(blocking.of_privacy(facts), {"approved_by": deposit.approved_by})
        if found:
            return facts, found[0]
    return None


def refuse(context: Context, package: Any) -> None:
    """Let a dataset become public only when the questions on the files of its deposits are settled.

    :raises ValidationError: on ``private``; :data:`ANSWER` names the deposit and the page where one settles it
    """
    found = unsettled(context, package.id)
    if found is None:
        return
    facts, blocker = found
    sentence = tk._("“{title}” cannot be public yet because of its file “{name}”. {why}").format(
        title=package.title or package.name, name=facts.file.name, why=blocker["message"]
    )
    told: Any = {"id": facts.deposit.id, "why": blocker["code"], "url": address(facts.deposit.id, blocker)}
    errors: Any = {"private": [sentence], ANSWER: told}
    raise tk.ValidationError(errors, error_summary={tk._("Visibility"): sentence})


def address(deposit_id: str, blocker: dict[str, Any], *, external: bool = True) -> str:
    """The page where a blocker is settled: the questions, or who confirms the answers."""
    page = "publish" if blocker["overcome"] else "privacy"
    return tk.url_for(f"odl_deposit_form.{page}", id=deposit_id, _external=external)
