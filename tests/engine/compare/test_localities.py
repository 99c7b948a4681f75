"""The area codes that a pool names, and which of them a number belongs to."""

import pytest

from numplan.engine.compare.localities import is_local, localities_of, locality_of
from tests.builders import pool


@pytest.mark.parametrize(
    ("country", "code", "prefix"),
    [("United States", "212", "+1212"), ("IT", "02", "+3902"), ("United Kingdom", "20", "+4420")],
)
def test_an_area_code_stands_behind_the_calling_code(country, code, prefix):
    (place,) = localities_of(pool("p", 1, country=country, area_codes=(code,)))
    assert (place.name, place.prefix) == (code, prefix)


def test_a_number_belongs_to_the_first_that_it_begins_with():
    places = localities_of(pool("p", 1, area_codes=("2125", "212", "646")))
    assert [locality_of(number, None, places).name for number in ("+12125550177", "+12120000000")] == [
        "2125",
        "212",
    ]
    assert locality_of("+19142120646", None, places) is None


def test_a_pool_that_names_none_takes_any_number():
    assert localities_of(pool("p", 1)) == ()
    assert is_local(pool("p", 1), "+19142120646", None)
    assert not is_local(pool("p", 1, area_codes=("212", "646")), "+19142120646", None)
