"""Records of data.gouv.fr that hold anything at all."""

from __future__ import annotations

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.odl.datagouv import incoming
from ckanext.odl.scdl import catalogue
from ckanext.odl.territory import parse_territory
from tests.national.records import dataset, resource
from tests.unit.datagouv.incoming_records import codes, imported, shown, whole

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
anything = st.recursive(
    scalars | st.sampled_from(["https://exemple.fr/a", "2024-01-01", "fr:commune:35328", "lov2", "main", "sha1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = sorted(dataset(0))
FILE_NAMES = sorted(resource(0))


@st.composite
def records(draw):
    """A record some of whose fields hold anything, its files too."""
    record = whole(draw(st.integers(0, 50)))
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=6)):
        record[name] = draw(anything)
    if isinstance(record["resources"], list):
        for file in record["resources"]:
            if isinstance(file, dict):
                for name in draw(st.lists(st.sampled_from(FILE_NAMES), max_size=5)):
                    file[name] = draw(anything)
    shapes = {"spatial": ("zones", "geom"), "temporal_coverage": ("start", "end"), "harvest": ("domain", "remote_id")}
    for name, parts in shapes.items():
        if draw(st.booleans()):
            record[name] = {part: draw(anything) for part in parts}
    return record


@settings(max_examples=200, deadline=None)
@given(st.one_of(records(), anything))
def test_no_record_is_too_odd(record):
    before = json.dumps(record, default=str)

    found = incoming.read(record, catalogue())

    assert (found.error is None) == bool(found.package)
    assert incoming.fingerprint(record) == incoming.fingerprint(json.loads(json.dumps(record)))
    assert incoming.is_from(record, "https://odl.exemple.fr") in (True, False)
    assert json.dumps(record, default=str) == before
    for note in found.notes:
        assert note.sentence("fr")
        assert note.sentence("en")
        assert note.remedy("fr")
        assert json.dumps(note.as_dict())
    if found.package:
        json.dumps(found.package, allow_nan=False).encode()
        assert "\x00" not in json.dumps(found.package, ensure_ascii=False)
        assert incoming.differences(shown(found.package), found.package) == []
        territory = parse_territory(found.package["odl_territory"])
        assert territory is None or territory.code_is_valid
        for file in found.package["resources"]:
            assert re.fullmatch(r"(?:https?|ftps?)://[^\s/]+\S*", file["url"], re.IGNORECASE)


@settings(max_examples=100, deadline=None)
@given(anything, anything)
def test_two_things_can_always_be_compared(ours, theirs):
    ours, theirs = ({"resources": thing, "tags": thing, "title": thing} for thing in (ours, theirs))

    assert isinstance(incoming.differences(ours, theirs), list)
    assert incoming.differences(ours, ours) == [] or any(value != value for value in _leaves(ours))


def _leaves(value):
    if isinstance(value, dict):
        value = list(value.values())
    return [leaf for item in value for leaf in _leaves(item)] if isinstance(value, list) else [value]


def test_a_record_nested_too_deeply_is_read_all_the_same():
    deep: list = []
    for _ in range(100_000):
        deep = [deep]

    found = imported(spatial={"geom": deep}, tags=deep)

    assert codes(found) == ["outline-left-out"]
    assert incoming.fingerprint(dataset(0, spatial={"geom": deep}))
