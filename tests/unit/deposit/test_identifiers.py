"""Numbers with keys: what has the right key is one, what has another key is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.odl.deposit.identifiers import EMAIL, PHONE, hidden, iban_is_valid, is_mobile, is_personal, nir_is_valid

places = st.one_of(st.integers(1, 95).map("{:02}".format), st.sampled_from(["2A", "2B", "97", "98", "99"]))


@st.composite
def nirs(draw: st.DrawFn) -> str:
    """Thirteen characters and their key, reckoned here by the rest of a long division, digit after digit."""
    place = draw(places)
    body = (
        f"{draw(st.sampled_from('12'))}{draw(st.integers(0, 99)):02}{draw(st.integers(1, 12)):02}{place}"
        f"{draw(st.integers(1, 990)):03}{draw(st.integers(1, 999)):03}"
    )
    rest = 0
    for character in (
        body.replace("2A", "19") if place == "2A" else body[:5] + "18" + body[7:] if place == "2B" else body
    ):
        rest = (rest * 10 + int(character)) % 97
    return f"{body}{97 - rest:02}"


@st.composite
def ibans(draw: st.DrawFn) -> str:
    account = "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=23, max_size=23)))
    rest = 0
    for character in account + "FR00":
        for digit in str(int(character, 36)):
            rest = (rest * 10 + int(digit)) % 97
    return f"FR{98 - rest:02}{account}"


@given(nirs())
def test_every_number_with_its_key_is_one(number: str):
    assert nir_is_valid(number)
    spaced = f"{number[0]} {number[1:3]} {number[3:5]} {number[5:7]} {number[7:10]} {number[10:13]} {number[13:]}"
    assert nir_is_valid(spaced)


@given(nirs(), st.integers(1, 96))
def test_another_key_makes_it_none(number: str, more: int):
    key = (int(number[13:]) + more - 1) % 97 + 1
    assert not nir_is_valid(f"{number[:13]}{key:02}") or key == int(number[13:])


@given(ibans(), st.integers(4, 26))
def test_an_iban_has_its_key_and_loses_it_by_one_wrong_digit(iban: str, place: int):
    assert iban_is_valid(iban)
    assert iban_is_valid(" ".join(iban[i : i + 4] for i in range(0, 27, 4)))
    other = "1" if iban[place] != "1" else "2"
    assert not iban_is_valid(iban[:place] + other + iban[place + 1 :])


@given(st.one_of(nirs(), ibans()))
def test_what_is_shown_is_not_the_number(number: str):
    kind = "iban" if number.startswith("FR") else "nir"
    shown = hidden(kind, number)
    assert number not in shown
    assert not any(number[i : i + 5] in shown for i in range(len(number) - 4))


@pytest.mark.parametrize(
    "number", ["185057800608435", "1850578006084 3", "000000000000000", "", "2A", "185007800608436"]
)
def test_what_is_no_social_security_number(number: str):
    assert not nir_is_valid(number)


@pytest.mark.parametrize(
    ("text", "mobile"),
    [
        ("06 12 34 56 78", True),
        ("0712345678", True),
        ("+33 6 12 34 56 78", True),
        ("0033612345678", True),
        ("04.66.49.40.00", False),
        ("+33(0)4 66 49 40 00", False),
    ],
)
def test_telephone_numbers_as_people_write_them(text: str, mobile: bool):
    (found,) = PHONE.findall(f"Tél. : {text} (mairie)")
    assert is_mobile(found) is mobile


@pytest.mark.parametrize(
    "text",
    ["21480095500016", "247 600 596 00107", "2025-01-12 10:30", "FR7630006000011234567890189", "0,123456789", "12345"],
)
def test_what_is_no_telephone_number(text: str):
    assert not PHONE.findall(text)


@pytest.mark.parametrize(
    "address",
    ["mairie@exemple.fr", "mairie.exemple@wanadoo.fr", "contact@gmail.com", "etat-civil@exemple.fr", "dst@exemple.fr"],
)
def test_addresses_of_services(address: str):
    assert EMAIL.fullmatch(address)
    assert not is_personal(address)
    assert hidden("email", address) == address


@pytest.mark.parametrize(
    "address", ["anne.martin@exemple.fr", "a.martin@exemple.fr", "titi48@gmail.com", "anne-lise_roux@cc.fr"]
)
def test_addresses_of_persons(address: str):
    assert is_personal(address)
    assert address.partition("@")[0] not in hidden("email", address)
