"""A CSV that somebody keeps of their numbers: which columns say what."""

import re

import pytest

from numplan.engine.adoption import Line
from numplan.manifest.inventory import parse_inventory
from numplan.model.errors import ManifestError


def parsed(text: str, **columns: str):
    return parse_inventory(text, "inventory.csv", columns)


def test_a_spreadsheets_export_names_and_labels():
    text = "number;name;label.owner;Notes\n'+1 (205) 003-2925;Support US;Voice, US;x\n+12050032926;;;\n"
    assert parsed(text) == {
        "+12050032925": Line("+12050032925", "support_us", {"owner": "Voice, US"}),
        "+12050032926": Line("+12050032926"),
    }


def test_columns_may_have_other_headers():
    text = "DID,Line Name,Team\n+12050032925,sales,EMEA\n"
    found = parse_inventory(
        text, "inventory.csv", {"number": "did", "name": "Line name", "label.team": "Team"}
    )
    assert found == {"+12050032925": Line("+12050032925", "sales", {"team": "EMEA"})}


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("module.voice.vendor_number.support_us[0]", "support_us"),
        ('vendor_number.this["us/east"]', "this"),
        ("Main-Line", "Main-Line"),
        ("Grüße, 2nd floor", "grue_2nd_floor"),
        ("24/7 hotline", "n_24_7_hotline"),
        ("=cmd|' /C calc'!A0", "cmd_c_calc_a0"),
        ("...", ""),
    ],
)
def test_names_of_others_become_ours(name, taken):
    quoted = '"' + name.replace('"', '""') + '"'
    assert parsed(f"number,name\n+12050032925,{quoted}\n")["+12050032925"].name == taken


def test_a_label_is_one_printable_line():
    found = parsed('number,label.note\n+12050032925,"one\ntwo\x1b[31m"\n')
    assert found["+12050032925"].labels == {"note": "one two [31m"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("DID,name\n1,2\n", "no column is named"),
        ("number\n0441\n+12050032925\n+12050032925\nx\n", "inventory.csv:2.*inside a country"),
        ('number,name\n+12050032925,"open\n', "is not CSV"),
        ("number\n+12050032925\n+1 205 003 2925\n", "stands in it twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text, why):
    with pytest.raises(ManifestError) as refused:
        parsed(text)
    assert re.search(why, "\n".join(map(str, refused.value.diagnostics)))
