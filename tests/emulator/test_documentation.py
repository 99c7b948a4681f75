"""docs/emulator.md says what there is."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest
import requests
from click.testing import CliRunner

from numplan.cli.main import numplan
from numplan.emulator.faults.faults import Fault
from numplan.emulator.server import Emulator
from numplan.emulator.settings import FIXED_FIELDS, EmulatorSettings
from tests.emulator.conftest import Api

PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")
FAULTS = {str(kind.__struct_config__.tag): kind for kind in get_args(Fault)}
COMMON = {"commit", "lookups", "numbers", "every"}  # told once, above each table


def rows() -> dict[str, str]:
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) \|$", PAGE, re.MULTILINE))


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_each_fault_is_documented_with_its_parameters(name: str) -> None:
    parameters = {field.encode_name for field in msgspec.structs.fields(FAULTS[name])} - COMMON
    assert name in rows()
    assert {each for each in parameters if f"`{each}`" not in rows()[name]} == set()


def test_each_setting_and_each_option_is_documented() -> None:
    settings = set(EmulatorSettings.__struct_fields__) - FIXED_FIELDS
    options = set(re.findall(r"--[a-z-]+", CliRunner().invoke(numplan, ["emulator", "--help"]).output)) - {
        "--help"
    }
    by_option = {"size_cap", "latency_ms"}
    assert {each for each in settings - by_option if f"`{each}`" not in PAGE} == set()
    assert {each for each in options if f"`{each}" not in PAGE} == set()


def test_the_python_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(example.replace("...", "buy(vendor)", 1), {"buy": purchase_with_lost_answer})


def purchase_with_lost_answer(vendor: Emulator) -> None:
    with pytest.raises(requests.ConnectionError):
        Api(vendor).buy("12125550001")
