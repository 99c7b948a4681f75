"""How large things may grow and where tests stand, checked by `make check`: `python -m tests.house`."""

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import grimp

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = 20
"""Modules in a folder, `__init__` aside."""
MODULE: Final = 330
"""Lines of a module of the package."""
FUNCTION: Final = 60
"""Lines of a function of the package, its decorators aside."""
MIRRORED: Final = ("engine", "manifest")
"""Rooms of whose modules two of three have a test file of their name."""


def main() -> int:
    """Print what is too large or has no place; 1 where anything is."""
    problems = [*folders(), *modules(), *circles(), *unnamed()]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def sources(*rooms: str) -> list[Path]:
    """The Python files below these folders of the project."""
    return sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))


def named(path: Path) -> str:
    """A file as the project knows it."""
    return path.relative_to(ROOT).as_posix()


def folders() -> Iterator[str]:
    """Folders with too many modules."""
    files = [path for path in sources("numplan", "tests", "benchmarks") if path.stem != "__init__"]
    for folder in sorted({path.parent for path in files}):
        count = sum(path.parent == folder for path in files)
        if count > FOLDER:
            yield f"{named(folder)} has {count} modules: {FOLDER} at most"


def modules() -> Iterator[str]:
    """Modules and functions that are too long."""
    for path in sources("numplan"):
        text = path.read_text(encoding="utf-8")
        lines = len(text.splitlines())
        if lines > MODULE:
            yield f"{named(path)} has {lines} lines: {MODULE} at most"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION:
                    yield f"{named(path)}:{node.lineno} {node.name} has {length} lines: {FUNCTION} at most"


def circles() -> Iterator[str]:
    """Modules that import each other in a circle, imports inside functions and for types alone counted."""
    graph = grimp.build_graph("numplan")
    imports = {one: graph.find_modules_directly_imported_by(one) for one in graph.modules}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as circle:
        yield f"a circle of imports: {' -> '.join(circle.args[1])}"


def unnamed() -> Iterator[str]:
    """Rooms of whose modules too few have a test file of their name."""
    for room in MIRRORED:
        ours = [path for path in sources(f"numplan/{room}") if path.stem != "__init__"]
        lacking = [path for path in ours if not _tested(path)]
        if 3 * len(lacking) > len(ours):
            names = ", ".join(path.stem for path in lacking)
            yield (
                f"numplan/{room}: {len(lacking)} of {len(ours)} modules have no test file of their name, a third may "
                f"lack one: {names}"
            )


def _tested(path: Path) -> bool:
    """Whether `test_NAME.py` or `test_NAME_*.py` stands where the tests of its room are."""
    tests = ROOT / "tests" / path.relative_to(ROOT / "numplan").parent
    return any(tests.glob(f"test_{path.stem}.py")) or any(tests.glob(f"test_{path.stem}_*.py"))


if __name__ == "__main__":
    sys.exit(main())
