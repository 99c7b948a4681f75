"""A checkout that wants to be run: whatever of it is imported, or taken for configuration, leaves a mark."""

from pathlib import Path

MODULES = (
    "numplan",
    "venv",
    "pip",
    "sitecustomize",
    "usercustomize",
    "click",
    "msgspec",
    "json",
    "ensurepip",
)


def lay_traps(repository: Path, mark: Path) -> None:
    """Fill a repository with what Python and pip might pick up; each makes the file `mark`."""
    trap = f"open({str(mark)!r}, 'a').write(__name__ + '\\n')\nraise SystemExit(77)\n"
    for name in MODULES:
        (repository / f"{name}.py").write_text(trap)
    package = repository / "numplan"
    package.mkdir()
    for name in ("__init__.py", "__main__.py"):
        (package / name).write_text(trap)
    for old in (".numplan-environment", "numplan-environment"):
        site = repository / old / "lib" / "python3" / "site-packages"
        site.mkdir(parents=True)
        (site / "trap.pth").write_text(f"import os; os.mkdir({str(mark)!r})\n")
    nowhere = "[global]\nindex-url = http://127.0.0.1:1/\nno-index = true\n"
    for name in ("pip.conf", "pip.ini", "setup.cfg", "pyvenv.cfg"):
        (repository / name).write_text(nowhere)
    (repository / "requirements.txt").write_text("--index-url http://127.0.0.1:1/\n")
    (repository / ".env").write_text(f"PYTHONPATH={repository}\nNUMPLAN_API_URL=http://127.0.0.1:1/\n")
    (repository / "setup.py").write_text(trap)
