"""Compile the message catalogues (.po) into what gettext reads (.mo)."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_all(folder: Path) -> None:
    """Write one ``<domain>.mo`` beside every ``<domain>.po`` under *folder*."""
    for source in sorted(folder.rglob("*.po")):
        with source.open("rb") as stream:
            catalogue = read_po(stream, locale=source.parent.parent.name)
        with source.with_suffix(".mo").open("wb") as stream:
            write_mo(stream, catalogue)
