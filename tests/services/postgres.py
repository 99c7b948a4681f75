"""A PostgreSQL server of this test process's own, from the machine's binaries or Debian's."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path | None:
    """Where initdb and pg_ctl are, or None."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += [one.parent for one in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)]
    return next((one for one in folders if (one / "pg_ctl").exists()), None)


@contextmanager
def postgres(bin_folder: Path) -> Iterator[int]:
    """A server with the database `postgres`, whose role `postgres` anybody on this machine may take, and whose
    role `denied` has a password. Yields its port.
    """
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    # Not in pytest's folders, which are closed to the user that its programs run as: they refuse root.
    folder = Path(tempfile.mkdtemp(prefix="numplan-postgres-"))
    if as_user:
        shutil.chown(folder, "postgres")
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*as_user, str(bin_folder / program), "-D", str(data), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd="/",
        )
        assert done.returncode == 0, (program, done.stdout, done.stderr)

    run("initdb", "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8")
    rules = data / "pg_hba.conf"
    rules.write_text("host all denied 127.0.0.1/32 scram-sha-256\n" + rules.read_text())
    for _ in range(5):  # the port that is free now may be taken by then
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60 -k {folder}"
        try:
            run("pg_ctl", "-w", "-o", options, "-l", f"{data}/log", "start")
        except AssertionError:
            continue
        break
    try:
        yield port
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder)
