"""Messages of data.gouv.fr in the words of those who can mend what is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.odl.datagouv.backcheck import of_errors, refusal_words, refusals, understood, words

KNOWN = {
    "Validation error:\n- [maintainer_email] This email is invalid.: mairie(at)valbrune.fr": ["email"],
    "Validation error:\n- [resources.0.format] expected str: None": ["format-missing"],
    "Validation error:\n- [resources.2.resource_type] not a valid value: photo": ["file-kind"],
    "Validation error:\n- [type] not a valid value: harvest\n- [maintainer] required key not provided": [
        "not-a-dataset", "field-missing",
    ],
    "Validation error:\n- [organization.description] expected str: None": ["no-description-of-organization"],
    'Validation error:\n- [resources.0.url] Invalid URL "http://nas.lan/a": Invalid TLD lan: http://nas.lan/a': [
        "url-domain",
    ],
    """ValidationError (Dataset:None) (0.url.Invalid URL "https://valbrune.fr/a b": ['resources'])""": ["url-invalid"],
    "ValidationError (Dataset:None) "
    """(0.url.URL invalide "http://localhost/"\u00a0: est une URL locale: ['resources'])""": [
        "url-local",
    ],
    'Invalid URL "http://192.168.1.4/a": is a private URL': ["url-private"],
    'Invalid URL "http://0.0.0.255/a": 0.0.0.255 is a mask IP': ["url-private"],
    'Invalid URL "file:///a": Invalid scheme file, allowed schemes: http, https': ["url-scheme"],
    'Invalid URL "https://moi:secret@valbrune.fr/": Credentials in URL are not allowed': ["url-secret"],
    'Tag "ea" must be between 3 and 96 characters long.': ["tag-length"],
    'Le mot-clé "ea" doit avoir entre 3 et 96 caractères.': ["tag-length"],
    "Item has another owner: https://www.data.gouv.fr/organizations/valbrune": ["other-owner"],
    "Identifier 'https://portail.fr/dataset/1' already exists": ["identifier-doubled"],
    "missing identifier": ["identifier-missing"],
    "missing title on dataset": ["title-missing"],
    "ValidationError (Dataset:None) (Field is required: ['title'])": ["title-missing"],
    "Dataset prenoms has no record": ["no-file"],
    "'NoneType' object has no attribute 'identifier'": ["checksum"],
    "ValidationError (Dataset:6b0) (0.checksum.value.StringField only accepts string values: ['resources'])": [
        "checksum",
    ],
    "The spatial coverage cannot contains a Geozone and a Geometry": ["territory-both"],
    "Unsupported spatial geometry Point in {'type': 'Point'}. (Supported types are `Polygon` and `MultiPolygon`)": [
        "territory-shape",
    ],
    "At least an email or a contact form is required for a contact point": ["contact-empty"],
    "Au moins un e-mail ou un formulaire de contact est requis pour un point de contact": ["contact-empty"],
    'Version "9.9" is not an allowed value for the schema "scdl/prenoms". Allowed versions: 1.0': ["schema-version"],
    "Un schéma doit contenir un nom ou une URL lorsqu'une version est fournie.": ["schema-incomplete"],
    "Duplicate resource ID in dataset #6b0.": ["file-doubled"],
    "ValidationError (Dataset:None) (String value is too long: ['acronym'])": ["too-long"],
    "Redirect (302) not allowed: https://portail.fr/a -> https://portail.fr/fr/a": ["redirected"],
    "503 Server Error: SERVICE UNAVAILABLE for url: https://portail.fr/odl/dcat.rdf": ["feed-unavailable"],
    "404 Client Error: NOT FOUND for url: https://portail.fr/odl/dcat.rdf": ["feed-missing"],
    "403 Client Error: FORBIDDEN for url: https://portail.fr/odl/dcat.rdf": ["feed-closed"],
    "HTTPSConnectionPool(host='portail.fr', port=443): Max retries exceeded with url: /a "
    "(Caused by NameResolutionError("
    "\"Failed to resolve 'portail.fr'\"))": ["feed-name"],
    "HTTPSConnectionPool(host='portail.fr', port=443): Max retries exceeded with url: /a (Caused by SSLError(1))": [
        "feed-certificate",
    ],
    "HTTPSConnectionPool(host='portail.fr', port=443): Read timed out.": ["feed-slow"],
    "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))": [
        "feed-unreachable",
    ],
    "10.1.2.3 resolves to a blocked private address (10.1.2.3)": ["feed-private"],
    'Unsupported mime type "text/html"': ["feed-not-data"],
    "<unknown>:1:0: syntax error": ["feed-not-data"],
    "1000 max items reached, not all datasets/dataservices were retrieved": ["too-many"],
    "Unknown string format: printemps 2024": ["date"],
    "E11000 duplicate key error collection: udata.dataset": ["national-trouble"],
}  # fmt: skip


@pytest.mark.parametrize(("message", "codes"), KNOWN.items(), ids=[str(codes) for codes in KNOWN.values()])
def test_a_known_message_is_told_in_words_with_a_remedy(message: str, codes: list[str]) -> None:
    found = understood(message)
    assert [refusal.code for refusal in found] == codes
    for refusal in found:
        for language in ("fr", "en"):
            told = refusal_words(refusal.to_dict(), language)
            assert told["sentence"]
            assert told["remedy"]
            assert told["who"] in ("agent", "atd", "national")
            assert "?" not in told["sentence"].replace("url: ?", "")


def test_each_kind_of_refusal_is_met_above_or_needs_no_example() -> None:
    told = {code for codes in KNOWN.values() for code in codes}
    assert set(words._texts()["refusals"]) - told == {
        "unknown", "schema-unknown", "gone-here", "closed-here", "field-refused",
    }  # fmt: skip
    assert {code for code, _field, _pattern in refusals._RULES} == set(words._texts()["refusals"]) - {"unknown"}


def test_an_unknown_message_is_shown_as_it_is_between_quotation_marks() -> None:
    (refusal,) = understood("Quelque chose {name} de [neuf]")
    told = refusal_words(refusal.to_dict())
    assert refusal.code == "unknown"
    assert "« Quelque chose {name} de [neuf] »" in told["sentence"].replace("\u00a0", " ")


def test_the_values_of_a_message_are_named() -> None:
    (tag,) = understood('Tag "ea" must be between 3 and 96 characters long.')
    assert tag.values == {"tag": "ea", "least": "3", "most": "96"}
    (owner,) = understood("Item has another owner: https://www.data.gouv.fr/organizations/valbrune")
    assert "organizations/valbrune" in refusal_words(owner.to_dict())["sentence"]
    (domain,) = understood('Invalid URL "http://nas.lan/a": Invalid TLD lan')
    assert domain.values == {"url": "http://nas.lan/a", "domain": "lan"}


def test_the_same_cause_for_two_files_is_told_for_both() -> None:
    found = understood(
        """ValidationError (Dataset:None) (0.url.Invalid URL "https://a b": ['resources'] 1.url.Invalid URL "https://c")"""
    )
    assert [refusal.values["url"] for refusal in found] == ["https://a b", "https://c"]


def test_errors_of_an_item_are_told_once_each() -> None:
    error = {"message": "missing identifier", "details": None}
    assert [refusal.code for refusal in of_errors([error, error, None, 3, {"message": None}])] == ["identifier-missing"]


def test_french_signs_keep_to_their_words() -> None:
    for name, node in words._texts().items():
        for part in _french(node):
            shown = words._typography(part)
            assert not any(sign in shown for sign in (" :", " ;", " ?", " !", "« ", " »", "'")), (name, part)


def _french(node: object) -> list[str]:
    if isinstance(node, dict):
        if set(node) == {"fr", "en"}:
            assert bool(node["fr"]) == bool(node["en"])
            return [node["fr"]]
        return [text for value in node.values() for text in _french(value)]
    return []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_no_odd_message_raises(odd: object) -> None:
    understood(odd)
    of_errors(odd)
    refusal_words(odd)
