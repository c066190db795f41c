"""The portal's way to data.gouv.fr for a person who waits for the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ckan.plugins import toolkit as tk

from ckanext.odl import config
from ckanext.odl.datagouv import Client, DatagouvError
from ckanext.odl.language import language

#: One more try, no long pause.
_TRIES = 2
_PATIENCE = 5.0


def client() -> Client:
    """A client of the data.gouv.fr that the settings name.

    :raises ValidationError: the links are switched off
    """
    if not config.datagouv_enabled():
        raise tk.ValidationError({"datagouv": [tk._("The links with data.gouv.fr are switched off on this portal.")]})
    return config.datagouv_client(tries=_TRIES, patience=_PATIENCE)


@contextmanager
def said_on(field: str) -> Iterator[None]:
    """Say what data.gouv.fr did not give as a refusal on *field*: a sentence, then its remedy."""
    try:
        yield
    except DatagouvError as error:
        raise tk.ValidationError({field: [error.sentence(language()), error.remedy(language())]}) from None
