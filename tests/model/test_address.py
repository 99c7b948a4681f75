"""Addresses: where a number lives in plan and state."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.model.address import (
    NAME_PATTERN,
    address_of,
    is_resource,
    kind_of,
    name_of,
    resource_of,
    split_address,
)
from numplan.model.number import E164

names = st.from_regex(NAME_PATTERN, fullmatch=True)
kinds = st.sampled_from(["number", "set", "pool"])
numbers = st.from_regex(r"\+[1-9][0-9]{4,14}", fullmatch=True).map(E164)


@given(kinds, names, numbers)
def test_an_address_is_taken_apart_as_it_was_put_together(kind, name, number):
    resource = resource_of(kind, name)
    assert is_resource(resource)
    assert (kind_of(resource), name_of(resource)) == (kind, name)
    whose = None if kind == "number" else number
    assert split_address(address_of(resource, number)) == (resource, whose)
    assert split_address(resource) == (resource, None)


@given(st.lists(st.tuples(kinds, names, numbers), max_size=6, unique=True))
def test_different_numbers_never_share_an_address_where_a_resource_holds_many(places):
    many = {(kind, name, number) for kind, name, number in places if kind != "number"}
    assert len({address_of(resource_of(kind, name), number) for kind, name, number in many}) == len(many)


@given(st.text())
def test_any_text_is_an_address_or_none(text):
    found = split_address(text)
    if found is not None:
        resource, number = found
        assert text == (resource if number is None else f'{resource}["{number}"]')


@pytest.mark.parametrize(
    "text",
    ["", "pool", "pool.", "pool.1a", "pool.a b", "trunk.a", 'pool.a["12345"]', 'pool.a["+1234"]', "pool.a[]",
     'pool.a["+12345"] ', "pool.a\n", 'pool.a["+12345"]\n', "Pool.a", "pool.a.b", "pool.é"],
)  # fmt: skip
def test_what_only_looks_like_an_address_is_none(text):
    assert split_address(text) is None
    assert not is_resource(text)
