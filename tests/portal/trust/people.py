"""Who there is in the world of these tests, and those who are often named together."""

from __future__ import annotations

#: Person -> (organization, role). ``a`` and ``b`` are communes of ``atd``, which ``above`` is over; ``other`` is apart.
MEMBERS = {
    "stranger": None,
    "member_b": ("b", "member"),
    "editor_b": ("b", "editor"),
    "admin_b": ("b", "admin"),
    "member_a": ("a", "member"),
    "editor_a": ("a", "editor"),
    "admin_a": ("a", "admin"),
    "removed": ("a", "editor"),
    "staff_other": ("other", "admin"),
    "staff_atd": ("atd", "editor"),
    "staff_above": ("above", "admin"),
}
#: ``session_a`` is ``editor_a`` with a cookie instead of a token: over the API, where cookies do not count, nobody.
PEOPLE = ("anonymous", *MEMBERS, "session_a", "sysadmin")
EVERYBODY = frozenset(PEOPLE)
ACCOUNTS = EVERYBODY - {"anonymous"}
STAFF = frozenset({"staff_atd", "staff_above", "sysadmin"})
EDITORS = STAFF | {"editor_a", "admin_a", "session_a"}
INSIDE = EDITORS | {"member_a"}
NOBODY: frozenset[str] = frozenset()
SYSADMIN = frozenset({"sysadmin"})
OTHER_STAFF = SYSADMIN | {"staff_other"}
EDITORS_B = STAFF | {"editor_b", "admin_b"}
INSIDE_B = EDITORS_B | {"member_b"}

#: What a dataset may be.
STATES = ("public", "private", "draft", "deleted")


def readers(state: str) -> frozenset[str]:
    """Those who may see a dataset of ``a`` in this state, and its file."""
    return EVERYBODY if state in ("public", "replaced") else INSIDE
