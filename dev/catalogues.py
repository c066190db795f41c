"""The message catalogues: collect what the code says, keep the .po files up to date, compile them.

Each language has two sources under ``ckanext/odl/i18n/<language>/LC_MESSAGES``: ``ckanext-odl.po`` holds our own
messages and is kept in step with the code; ``core.po`` holds what we add to the catalogues of CKAN, harvest and
scheming, and is never touched by an extraction, which would mark its messages as obsolete. Both are compiled
into the one ``ckanext-odl.mo`` that CKAN asks the plugin for. CKAN reads the texts of its scripts from the .po of
that name, so the messages that ``core.po`` marks with "script" are copied there.

``python -m dev.catalogues update`` writes new messages into the .po files, ``compile`` compiles them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1] / "ckanext" / "odl"
I18N = PACKAGE / "i18n"
DOMAIN = "ckanext-odl"
OWN, ADDED = f"{DOMAIN}.po", "core.po"
SCRIPT = "script"
# The plural rule of CKAN's own French. A page uses the rule of the catalogue that was loaded last, whichever
# extension it belongs to, so each plural of ours has a text for all three forms.
PLURAL_FORMS = {"fr": "nplurals=3; plural=(n == 0 || n == 1) ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2;"}
EXTRACTORS = [("**.py", "python"), ("**.js", "javascript"), ("**/templates/**.html", "ckan")]


def read(source: Path) -> Catalog:
    """Read a .po file, in the language that its folder names."""
    with source.open("rb") as stream:
        return read_po(stream, locale=source.parents[1].name, domain=DOMAIN)


def extract() -> Catalog:
    """Return the messages of our Python files, scripts and templates, without any translation."""
    found = Catalog(domain=DOMAIN, project="ckanext-odl", charset="utf-8", fuzzy=False)
    options = {pattern: {"trimmed": "true", "silent": "false"} for pattern, _method in EXTRACTORS}
    messages = extract_from_dir(
        str(PACKAGE), method_map=EXTRACTORS, options_map=options, comment_tags=("TRANSLATORS:",)
    )
    for file, _line, message, comments, context in messages:
        # without line numbers, so that a moved line does not change the catalogues
        found.add(message, None, [(file, None)], auto_comments=comments, context=context)  # pyright: ignore[reportArgumentType] (babel's stubs)
    return found


def update() -> None:
    """Bring our own .po file of each language in step with the code."""
    template = extract()
    for folder in sorted(I18N.glob("*/LC_MESSAGES")):
        target = folder / OWN
        catalogue = read(target) if target.exists() else Catalog(folder.parent.name, domain=DOMAIN, fuzzy=False)
        catalogue.update(template, no_fuzzy_matching=True)
        for message in read(folder / ADDED) if (folder / ADDED).exists() else []:
            if SCRIPT in message.auto_comments and isinstance(message.id, str):
                catalogue.add(message.id, message.string, auto_comments=message.auto_comments)
        with target.open("wb") as stream:
            write_po(stream, catalogue, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)


def compile_all(folder: Path = I18N) -> None:
    """Write one ``ckanext-odl.mo`` for each language; where both sources have a message, ours wins."""
    for messages in sorted(folder.glob("*/LC_MESSAGES")):
        sources = [messages / name for name in (ADDED, OWN) if (messages / name).exists()]
        if not sources:
            continue
        merged = read(sources[-1])
        for message in (m for source in sources[:-1] for m in read(source) if m.id):
            if not _translated(merged.get(message.id, message.context)):  # pyright: ignore[reportArgumentType] (babel's stubs)
                merged.delete(message.id, message.context)  # pyright: ignore[reportArgumentType] (babel's stubs)
                merged[message.id] = message  # pyright: ignore[reportArgumentType] (babel's stubs)
        if rule := PLURAL_FORMS.get(messages.parent.name):
            merged.mime_headers = [("Plural-Forms", rule)]
        for message in merged:
            if not (message.id and message.pluralizable):
                continue
            texts = tuple(message.string)  # pyright: ignore[reportArgumentType] (babel's stubs)
            # an empty text would be shown; without any, the message itself is
            message.string = texts + texts[-1:] * (merged.num_plurals - len(texts)) if _translated(message) else ""
        with (messages / f"{DOMAIN}.mo").open("wb") as stream:
            write_mo(stream, merged)


def _translated(message: object) -> bool:
    text = getattr(message, "string", None)
    return all(text) if isinstance(text, (list, tuple)) else bool(text)


def problems() -> list[str]:
    """Return what is missing in the catalogues: a message without French, a fuzzy one, one not in the file."""
    template = extract()
    found = []
    for folder in sorted(I18N.glob("*/LC_MESSAGES")):
        language = folder.parent.name
        catalogue = read(folder / OWN) if (folder / OWN).exists() else Catalog(language)
        for message in template:
            if not message.id:
                continue
            known = catalogue.get(message.id, message.context)  # pyright: ignore[reportArgumentType] (babel's stubs)
            if known is None:
                found.append(f"{language}: not in {OWN} (run `make messages`): {message.id!r}")
            elif known.fuzzy:
                found.append(f"{language}: fuzzy: {message.id!r}")
            elif language != "en" and not _translated(known):  # English messages are their own translation
                found.append(f"{language}: not translated: {message.id!r}")
        added = read(folder / ADDED) if (folder / ADDED).exists() else Catalog(language)
        found += [
            f"{language}: fuzzy or not translated in {ADDED}: {message.id!r}"
            for message in added
            if message.id and (message.fuzzy or not _translated(message))
        ]
    return found


if __name__ == "__main__":
    {"update": update, "compile": compile_all}[sys.argv[1]]()
