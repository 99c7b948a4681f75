"""Where the state of a test's runs lives: at one of the services, under an URL, for forked processes too."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.services.gcs import gcs, write_account
from tests.services.objects import ACCOUNT, KEY, azurite, moto
from tests.services.state_server import GITLAB, state_server

SHARED = ("http", "gitlab", "postgres", "s3", "azure", "gcs")
"""The kinds of places that are no file."""


class Calls(NamedTuple):
    """By what a call is known, in the bytes that a client sends."""

    lock: str
    read: str
    write: str
    unlock: str


CALLS = {
    "http": Calls("^LOCK ", "^GET ", r"^POST /\S+\?ID=", "^UNLOCK "),
    "gitlab": Calls(r"^POST /\S+/lock ", "^GET ", r"^POST /\S+\?ID=", r"^DELETE /\S+/lock "),
    "postgres": Calls(
        "pg_try_advisory_lock",
        "SELECT document",
        "(INSERT INTO|UPDATE) numplan_state",
        "DELETE FROM numplan_lock",
    ),
    # The library deletes in batches where a service has them.
    "s3": Calls(r"PUT /\S+\.tflock ", r"GET /\S+\.json ", r"PUT /\S+\.json ", r"POST /states\?delete"),
    "azure": Calls(r"PUT /\S+\.tflock ", r"GET /\S+\.json ", r"PUT /\S+\.json ", r"DELETE /\S+\.tflock "),
    "gcs": Calls(r"PUT /\S+%2Etflock ", r"GET /\S+%2Ejson ", r"PUT /\S+%2Ejson ", r"DELETE /\S+%2Etflock "),
}


class Service(NamedTuple):
    """A service that runs on this port. `account` is a file for the credentials of those who want one."""

    kind: str
    port: int
    account: Path

    @property
    def keeps_locks(self) -> bool:
        """Whether the lock of a killed run stays until somebody breaks it."""
        return self.kind != "postgres"

    @property
    def environment(self) -> Mapping[str, str]:
        """The credentials."""
        match self.kind:
            case "s3":
                return {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
            case "azure":
                return {"AZURE_STORAGE_ACCOUNT_KEY": KEY}
            case "gcs":
                if not self.account.exists():
                    write_account(self.account)
                return {"GOOGLE_APPLICATION_CREDENTIALS": str(self.account)}
        return {}

    def url(self, name: str, port: int | None = None) -> str:
        """The place of a state, by the service's own port or by that of a line to it."""
        host = f"127.0.0.1:{port or self.port}"
        match self.kind:
            case "http":
                return f"http://{host}/{name}"
            case "gitlab":
                return f"http://{host}{GITLAB}{name}"
            case "postgres":
                return f"postgresql://postgres@{host}/postgres?state={name}"
            case "s3":
                return f"s3://states/{name}/numplan.state.json?region=us-east-1&endpoint=http://{host}"
            case "azure":
                endpoint = f"http://{host}/{ACCOUNT}"
                return f"az://states/{name}/numplan.state.json?account={ACCOUNT}&endpoint={endpoint}"
            case "gcs":
                return f"gs://states/{name}/numplan.state.json?endpoint=http://{host}"
        raise AssertionError(self.kind)


@contextmanager
def running(kind: str, folder: Path) -> Iterator[Service]:
    """A service of this kind, for programs; tests have fixtures. Needs what it is made of to be installed."""
    from tests.services.postgres import binaries, postgres

    def database() -> Iterator[int]:
        found = binaries()
        assert found is not None, "PostgreSQL is not installed"
        with postgres(found) as port:
            yield port

    def states() -> Iterator[int]:
        with state_server() as server:
            yield server.server_port

    opened = {
        "http": contextmanager(states),
        "gitlab": contextmanager(states),
        "postgres": contextmanager(database),
        "s3": moto,
        "azure": lambda: azurite(folder),
        "gcs": gcs,
    }[kind]
    with opened() as port:
        yield Service(kind, port, folder / "account.json")
