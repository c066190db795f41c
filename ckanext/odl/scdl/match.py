"""A schema that a file could follow, and why, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute

from .catalogue import in_language


@dataclass(frozen=True)
class Match:
    """One schema that a file could follow."""

    id: str
    version: str
    matched: int
    """Columns of the schema found in the file, near names included."""
    total: int
    """Columns of the schema."""
    missing_required: tuple[str, ...]
    """Compulsory columns that the file lacks."""
    score: float
    """From 0 to 1; only comparable between the matches of one file."""
    near: tuple[tuple[str, str], ...] = ()
    """(column of the file, column of the schema) where the names are not quite the same."""
    unknown: tuple[str, ...] = ()
    """Columns of the file that the schema does not have."""
    titles: Mapping[str, str] = attribute(default_factory=dict, compare=False)
    """What people call the schema, by language."""

    @property
    def reference(self) -> str:
        return f"{self.id}@{self.version}"

    def reasons(self, language: str = "fr") -> list[str]:
        """Say in *language* ("fr" or "en") why this schema was thought of, and what speaks against it."""
        french = language.startswith("fr")
        title = in_language(self.titles, "fr" if french else "en") or self.id
        lines = [(_counted_fr if french else _counted_en)(self.matched, self.total, title)]
        if self.near:
            pairs = ", ".join(
                f"«\u00a0{a}\u00a0» → «\u00a0{b}\u00a0»" if french else f"“{a}” → “{b}”" for a, b in self.near
            )
            lines.append(f"Noms proches\u00a0: {pairs}." if french else f"Near names: {pairs}.")
        if self.missing_required:
            names = ", ".join(self.missing_required)
            lines.append(
                f"Colonnes obligatoires absentes\u00a0: {names}." if french else f"Missing compulsory columns: {names}."
            )
        if self.unknown:
            names = ", ".join(self.unknown)
            lines.append(
                f"Colonnes que le modèle ne connaît pas\u00a0: {names}."
                if french
                else f"Columns unknown to the model: {names}."
            )
        return lines


def _counted_fr(matched: int, total: int, title: str) -> str:
    of_model = f"du modèle «\u00a0{title}\u00a0»"
    if matched == total > 1:
        return f"Les {total} colonnes {of_model} sont toutes dans le fichier."
    if matched == 1:
        return f"1 colonne sur {total} {of_model} est dans le fichier."
    return f"{matched} colonnes sur {total} {of_model} sont dans le fichier."


def _counted_en(matched: int, total: int, title: str) -> str:
    if matched == total > 1:
        return f"All {total} columns of the model “{title}” are in the file."
    return f"{matched} of the {total} columns of the model “{title}” {'is' if matched == 1 else 'are'} in the file."
