"""How the pages are laid out for the site; `make docs` builds it and looks at every link."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = spec_from_file_location("build", ROOT / "docs" / "site" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def laid(build: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build") / "pages"
    build.lay_out(folder)
    return folder


def pages(laid: Path) -> dict[str, str]:
    return {
        path.relative_to(laid).as_posix(): path.read_text(encoding="utf-8") for path in laid.rglob("*.md")
    }


def test_each_page_is_in_the_navigation_once(laid: Path) -> None:
    found = pages(laid)
    listed = [
        (laid / name).parent.joinpath(entry).resolve().relative_to(laid.resolve()).as_posix() + ".md"
        for name, text in found.items()
        for tree in re.findall(r"```\{toctree\}\n(.*?)```", text, re.DOTALL)
        for entry in re.findall(r"<(\S+)>", tree)
    ]
    assert sorted([*listed, "index.md"]) == sorted(found)


def test_the_navigation_begins_with_getting_started_and_ends_with_the_internals(laid: Path) -> None:
    index = pages(laid)["index.md"]
    captions = re.findall(r":caption: (.*)", index)
    assert captions[:2] == ["Begin", "In trouble"]
    assert captions[-1] == "For those who change numplan"
    assert re.findall(r"<(\S+)>\n", index)[0] == "getting-started"


def test_links_hold_where_the_pages_are_laid_out(laid: Path) -> None:
    for name, text in pages(laid).items():
        prose = re.sub(r"^( *)```.*?^\1```$", "", text, flags=re.MULTILINE | re.DOTALL)
        for link in re.findall(r"\]\(([^()\s]+)\)", prose):
            if not re.match(r"[a-z]+:|#", link):
                assert (laid / name).parent.joinpath(link.partition("#")[0]).is_file(), (name, link)


def test_what_is_bent_and_what_is_left(build: ModuleType, tmp_path: Path) -> None:
    page = "[c](../CHANGELOG.md#x) [s](../schemas/) [w](https://x) [h](#a) `code`\n```text\n[c](../CHANGELOG.md)\n```\n"
    bent = build.bent(page, ROOT / "docs" / "state.md", tmp_path / "state.md", tmp_path, build.pages())
    assert bent == "[c](changelog.md#x) s [w](https://x) [h](#a) `code`\n```text\n[c](../CHANGELOG.md)\n```\n"
