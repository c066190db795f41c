"""Rows proven clean at once for the checks that look at several cells; the rest is asked of the check itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa

from .arrays import np
from .checks.base import Cell, RowCheck
from .checks.places import BOXES
from .columns import Mask, Texts, as_mask, pc
from .fields import FieldRule
from .problems import Problem
from .proofs import floats

RowProof = Callable[[Mapping[str, Texts], Mask], Mask]
"""Texts of the check's columns by name → which rows are surely clean. The mask tells the rows whose cells are all
clean: if such a row is doubted, the check will be asked about it for certain (a line of totals is left out)."""

_KEY = "^(?:0[1-9]|1[0-9]|2[1-9]|[3-8][0-9]|9[0-5])[0-9]{3}_[0-9a-z]{4}_[0-9]{5}(?:_[a-z0-9]+)*$"
_NEAR = 990
"""Metres: a little under what the check of coordinates allows, as its arithmetic is not to the millimetre ours."""


def row_proof_of(check: RowCheck, rules: Mapping[str, FieldRule]) -> RowProof | None:
    """The proof of a check, None when there is none: then each distinct group of cells is asked."""
    make = _PROOFS.get(check.code)
    return make(check, rules) if make else None


def _filled(texts: Texts, rule: FieldRule) -> Mask:
    """Surely not empty."""
    others = sorted(rule.missing - {""})
    if not others:
        return texts.visible
    return texts.visible & ~as_mask(pc.is_in(texts.array, pa.array(others, pa.string())))


def _void(texts: Texts) -> Mask:
    return texts.lengths == 0


def _one_of(check: RowCheck, rules: Mapping[str, FieldRule]) -> RowProof:
    return lambda columns, sure: np.logical_or.reduce([_filled(columns[name], rules[name]) for name in check.columns])


def _cohesive(check: RowCheck, rules: Mapping[str, FieldRule]) -> RowProof:
    def proof(columns: Mapping[str, Texts], sure: Mask) -> Mask:
        filled = np.logical_and.reduce([_filled(columns[name], rules[name]) for name in check.columns])
        return filled | np.logical_and.reduce([_void(columns[name]) for name in check.columns])

    return proof


def _ban_ids(check: RowCheck, rules: Mapping[str, FieldRule]) -> RowProof | None:
    identifiers = [name for name in check.columns if rules[name].type == "string"]

    def proof(columns: Mapping[str, Texts], sure: Mask) -> Mask:
        filled = np.logical_and.reduce([_filled(columns[name], rules[name]) for name in identifiers])
        return filled | np.logical_and.reduce([_void(columns[name]) for name in identifiers])

    return proof if len(identifiers) == len(check.columns) - ("numero" in check.columns) else None


def _single_commune(check: RowCheck, rules: Mapping[str, FieldRule]) -> RowProof:
    """The check speaks once of each commune: once it was asked about one, its other rows are clean."""
    asked: set[str] = set()
    judge = check.judge

    def watched(cells: Sequence[Cell]) -> list[Problem]:
        asked.add(cells[0].text)
        return judge(cells)

    check.judge = watched

    def proof(columns: Mapping[str, Texts], sure: Mask) -> Mask:
        encoded = columns[check.columns[0]].array.dictionary_encode()
        codes = encoded.indices.to_numpy()
        known = np.fromiter((text in asked for text in encoded.dictionary.to_pylist()), bool, len(encoded.dictionary))
        clean = known[codes]
        there = np.flatnonzero(sure)
        values, first = np.unique(codes[there], return_index=True)
        # Of a commune not asked about yet, the first sure row is doubted; rows before it that are not sure are too.
        until = np.full(len(known), len(codes))
        until[values] = there[first]
        return clean | (np.arange(len(codes)) > until[codes])

    return proof


def _key(check: RowCheck, rules: Mapping[str, FieldRule]) -> RowProof | None:
    names = {"cle_interop", "commune_insee", "numero"} & set(check.columns)
    if "cle_interop" not in names or ("numero" in names and rules["numero"].type != "integer"):
        return None  # columns under names of the schema's own are asked

    def proof(columns: Mapping[str, Texts], sure: Mask) -> Mask:
        key = columns["cle_interop"]
        found = key.matches(_KEY)
        if "commune_insee" in names:
            insee = columns["commune_insee"]
            same = as_mask(pc.equal(pc.utf8_slice_codeunits(key.array, 0, 5), insee.array))
            found = found & (same | _void(insee))
        if "numero" in names:
            number = Texts(pc.utf8_slice_codeunits(key.array, 11, 16))
            found = found & ((floats(number) == floats(columns["numero"])) | _void(columns["numero"]))
        return found | _void(key)

    return proof


def _inside(longitude: np.ndarray, latitude: np.ndarray) -> Mask:
    found = np.zeros(len(longitude), bool)
    for west, south, east, north in BOXES.values():
        found |= (west <= longitude) & (longitude <= east) & (south <= latitude) & (latitude <= north)
    return found


def _pair(check: RowCheck, rules: Mapping[str, FieldRule]) -> RowProof:
    def proof(columns: Mapping[str, Texts], sure: Mask) -> Mask:
        longitude, latitude = (columns[name] for name in check.columns)
        return _inside(floats(longitude), floats(latitude)) | _void(longitude) | _void(latitude)

    return proof


def _coordinates(check: RowCheck, rules: Mapping[str, FieldRule]) -> RowProof | None:
    there = set(check.columns)
    if not {"long", "lat"} <= there or ("x" in there) != ("y" in there):
        return None

    def proof(columns: Mapping[str, Texts], sure: Mask) -> Mask:
        longitude, latitude = floats(columns["long"]), floats(columns["lat"])
        found = _inside(longitude, latitude)
        if "x" not in there:
            return found
        x, y = columns["x"], columns["y"]
        outside = ~((longitude >= -5.3) & (longitude <= 9.7) & (latitude > 41))
        none = _void(x) & _void(y)
        east, north = floats(x), floats(y)
        near = np.zeros(len(x), bool)
        there_too = np.flatnonzero(found & ~outside & ~none)
        expected = lambert93(longitude[there_too], latitude[there_too])
        near[there_too] = np.hypot(east[there_too] - expected[0], north[there_too] - expected[1]) <= _NEAR
        return found & (none | near | (outside & ~np.isnan(east) & ~np.isnan(north)))

    return proof


def lambert93(longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Degrees (RGF93) to Lambert-93 metres, as :func:`checks.bal.lambert93` for whole columns."""
    eccentricity = 0.0818191910428158
    sine = eccentricity * np.sin(np.radians(latitude))
    tangent = np.tan(np.pi / 4 + np.radians(latitude) / 2)
    isometric = np.log(tangent * ((1 - sine) / (1 + sine)) ** (eccentricity / 2))
    radius = 11754255.426096 * np.exp(-0.7256077650532670 * isometric)
    gamma = 0.7256077650532670 * np.radians(longitude - 3)
    return 700000.0 + radius * np.sin(gamma), 12655612.049876 - radius * np.cos(gamma)


_PROOFS: dict[str, Callable[[RowCheck, Mapping[str, FieldRule]], RowProof | None]] = {
    "one-of-required": _one_of,
    "cohesive-columns": _cohesive,
    "bal-ban-ids": _ban_ids,
    "bal-single-commune": _single_commune,
    "bal-cle-interop": _key,
    "bal-coordinates": _coordinates,
    "coordinates-suspect": _pair,
}
