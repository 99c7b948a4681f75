"""How a database is connected to: in TLS, but on this machine."""

import pytest

pytest.importorskip("psycopg")

from numplan.model.errors import SettingError
from numplan.model.location.recipients import Grant
from numplan.model.location.state_location import postgres_location
from numplan.state.shared.postgres_connection import line_to

HERE = [
    "postgresql:///ops",
    "postgresql://localhost/ops",
    "postgresql://127.0.0.9:6432,[::1]/ops?sslmode=disable",
    "postgresql://%2Frun%2Fpg/ops",
    "postgresql:///ops?host=@abstract",
    "postgresql://db.example.com/ops?hostaddr=127.0.0.1",
]
ELSEWHERE = [
    "postgresql://db.example.com/ops",
    "postgresql://db.example.com/ops?sslmode={}",
    "postgresql://localhost,db.example.com/ops?sslmode={}",
    "postgresql://localhost/ops?hostaddr=192.0.2.1&sslmode={}",
    "postgresql://localhost/ops?host=db.example.com&sslmode={}",
    "postgresql:///ops?service=prod&sslmode={}",
    "postgresql://192.0.2.1/ops?sslmode={}",
    "postgresql://localhost.example.com/ops?sslmode={}",
]


@pytest.fixture(autouse=True)
def _no_libpq_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGSSLMODE", "PGSERVICE", "PGSERVICEFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("url", HERE)
def test_this_machine_needs_no_tls(url: str) -> None:
    assert line_to(postgres_location(url), Grant.ALL)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_another_machine_does(url: str) -> None:
    for mode in ("disable", "allow", "prefer", "Require"):
        with pytest.raises(SettingError, match="is on another machine, and sslmode is"):
            line_to(postgres_location(url.format(mode)), Grant.ALL)
    if "{}" in url:
        for mode in ("require", "verify-ca", "verify-full"):
            assert line_to(postgres_location(url.format(mode)), Grant.ALL)["sslmode"] == mode


def test_what_the_url_leaves_out_is_as_libpqs_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    nowhere = postgres_location("postgresql:///ops")
    monkeypatch.setenv("PGHOST", "db.example.com")
    with pytest.raises(SettingError):
        line_to(nowhere, Grant.ALL)
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert line_to(nowhere, Grant.ALL)
    services = tmp_path / "services"
    services.write_text("[prod]\nhost=db.example.com\nsslmode=disable\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    monkeypatch.setenv("PGSERVICE", "prod")
    with pytest.raises(SettingError, match="sslmode is disable"):
        line_to(nowhere, Grant.ALL)


def test_a_refusal_names_what_would_help(monkeypatch: pytest.MonkeyPatch) -> None:
    for url, helps in (("postgresql://db.example.com/ops", True), ("postgresql:///ops?service=prod", False)):
        monkeypatch.delenv("PGSSLMODE", raising=False)
        with pytest.raises(SettingError) as refused:
            line_to(postgres_location(url), Grant.ALL)
        assert ("PGSSLMODE" in (refused.value.hint or "")) is helps
        monkeypatch.setenv("PGSSLMODE", "verify-full")
        if helps:
            assert line_to(postgres_location(url), Grant.ALL)
        else:
            with pytest.raises(SettingError):
                line_to(postgres_location(url), Grant.ALL)


def test_a_server_that_only_a_password_file_names_gets_that_password_alone() -> None:
    line = line_to(postgres_location("postgresql://localhost/ops"), Grant.KEYED)
    assert (line["gssencmode"], line["sslcertmode"], line["require_auth"]) == (
        "disable",
        "disable",
        "!gss,!sspi",
    )


@pytest.mark.parametrize(
    ("written", "asked", "used"),
    [
        ("require", "verify-full", "verify-full"),
        ("disable", "require", "require"),
        ("verify-full", "require", "verify-full"),
        ("verify-ca", "disable", "verify-ca"),
    ],
)
def test_of_two_words_on_tls_the_stricter_holds(
    monkeypatch: pytest.MonkeyPatch, written: str, asked: str, used: str
) -> None:
    monkeypatch.setenv("PGSSLMODE", asked)
    place = postgres_location(f"postgresql://db.example.com/ops?sslmode={written}")
    assert line_to(place, Grant.ALL)["sslmode"] == used
