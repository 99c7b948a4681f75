"""What the package index is told of a release, by hatch_build.py."""

import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
HOME = "https://forge.example/team/numplan"


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, with a stand-in for hatchling, which only builds have."""
    for name in ("hatchling", "hatchling.metadata", "hatchling.metadata.plugin"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    interface = ModuleType("hatchling.metadata.plugin.interface")
    interface.MetadataHookInterface = object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, interface.__name__, interface)
    spec = spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def told(hook: ModuleType) -> dict[str, object]:
    metadata: dict[str, object] = {"version": "0.1.0"}
    hook.Release.update(SimpleNamespace(root=str(ROOT)), metadata)
    return metadata


def test_without_an_address_the_readme_is_as_it_stands(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NUMPLAN_HOME_URL", raising=False)
    metadata = told(hook)
    assert metadata["readme"] == {"content-type": "text/markdown", "text": README}
    assert "urls" not in metadata


def test_a_release_has_no_link_that_leads_nowhere_from_the_index(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMPLAN_HOME_URL", HOME + "/")
    metadata = told(hook)
    text = metadata["readme"]["text"]  # type: ignore[index]
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    linked = re.findall(r"\]\(([^()\s]+)\)", prose)
    assert len(linked) > 20
    assert [one for one in linked if not re.match(r"https://|#", one)] == []
    assert f"{HOME}/raw/v0.1.0/docs/images/plan.svg" in linked
    ours = [one.removeprefix(f"{HOME}/blob/v0.1.0/") for one in linked if "/blob/" in one]
    assert [one for one in ours if not (ROOT / one.partition("#")[0]).exists()] == []
    assert all(url.startswith(HOME) for url in metadata["urls"].values())  # type: ignore[attr-defined]


def test_what_stands_in_a_fence_is_no_link(hook: ModuleType) -> None:
    page = "[a](b.md)\n\n```text\n[a](b.md)\n```\n[c](https://x) [d](#e)\n"
    assert hook.with_addresses(page, HOME, "v1") == (
        f"[a]({HOME}/blob/v1/b.md)\n\n```text\n[a](b.md)\n```\n[c](https://x) [d](#e)\n"
    )
