"""URLs of databases are taken apart as libpq takes them apart."""

import pytest

from numplan.model.location.libpq import LibpqError, parameters_of, servers_of

URLS = [
    "postgresql://u@a.example,b.example:5433/db?sslmode=require",
    "postgresql://a:1,b:2/db",
    "postgresql://%2Ftmp/db",
    "postgresql://evil%2eexample/db",
    "postgresql://a/db?host=b&hostaddr=1.2.3.4",
    "postgresql://a?hos%74=b",
    "postgresql:///db?host=/tmp",
    "postgresql:///db?host=%2Ftmp",
    "postgresql://[::1]:5/db",
    "postgresql://[fe80::1%25eth0]/db",
    "postgresql://a?ssl=true",
    "postgresql://a/db?application_name=b+c%20d",
    "postgresql://@a/db",
    "postgresql://j%40x@a/d%2Fb",
    "postgres://A.B.:5/x",
    "postgresql:///",
    "postgresql://h:5432?host=x",
]


@pytest.mark.parametrize("url", URLS)
def test_what_is_read_is_what_libpq_reads(url: str) -> None:
    conninfo = pytest.importorskip("psycopg.conninfo")
    assert parameters_of(url) == conninfo.conninfo_to_dict(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u@b@a/db",
        "postgresql://a:pw@b:c/db",
        "postgresql://[::1/db",
        "postgresql://a:port/db",
        "postgresql://a%2Cb/db",
        "postgresql://a%0Ab/db",
        "postgresql://a/db?host",
        "postgresql://a/db?=x",
        "postgresql://a/db?host=b&host=c",
        "postgresql://a/db?host=b&hos%74=c",
        "postgresql://a/db?ssl=false",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises((LibpqError, ValueError)):
        parameters_of(url)


def test_each_host_has_its_address_and_its_port() -> None:
    assert servers_of({"host": "a,b", "port": "1,2"}) == [("a", "", 1), ("b", "", 2)]
    assert servers_of({"host": "a,b", "port": "1"}) == [("a", "", 1), ("b", "", 1)]
    assert servers_of({"hostaddr": "1.2.3.4,::1"}) == [("", "1.2.3.4", None), ("", "::1", None)]
    assert servers_of({}) == [("", "", None)]
    for odd in ({"host": "a,b", "hostaddr": "1.2.3.4"}, {"host": "a,b", "port": "1,2,3"}, {"port": "x"}):
        with pytest.raises(LibpqError):
            servers_of(odd)
