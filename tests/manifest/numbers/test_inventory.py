"""A CSV that somebody keeps of their numbers: which columns say what."""

import re

import pytest

from numplan.engine.edit.adoption import InventoryLine
from numplan.manifest.numbers.inventory import parse_inventory
from numplan.model.errors import ManifestError


def parsed(text: str | bytes, **columns: str):
    return read(text, **columns).lines


def read(text: str | bytes, **columns: str):
    return parse_inventory(text if isinstance(text, bytes) else text.encode(), "inventory.csv", columns)


def test_a_spreadsheets_export_names_and_labels():
    text = "number;name;label.owner;Notes\n'+1 (205) 003-2925;Support US;Voice, US;x\n+12050032926;;;\n"
    assert parsed(text) == {
        "+12050032925": InventoryLine("+12050032925", "support_us", {"owner": "Voice, US"}),
        "+12050032926": InventoryLine("+12050032926"),
    }


def test_columns_may_have_other_headers():
    text = "DID,Line Name,Team\n+12050032925,sales,EMEA\n"
    found = parsed(text, **{"number": "did", "name": "Line name", "label.team": "Team"})
    assert found == {"+12050032925": InventoryLine("+12050032925", "sales", {"team": "EMEA"})}


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("module.voice.vendor_number.support_us[0]", "support_us"),
        ('vendor_number.this["us/east"]', "this"),
        ("Main-Line", "Main-Line"),
        ("Grüße, 2nd floor", "grusse_2nd_floor"),
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
        ("line,name\n1,2\n", "none of the 2 columns is named `number`: they are `line`, `name`"),
        ("number\n0441\n+12050032925\n+12050032925\nx\n", "inventory.csv:2.*inside a country"),
        ('number,name\n+12050032925,"open\n', "is not CSV"),
        ("number\n+12050032925\n+1 205 003 2925\n", "stands in it twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text, why):
    with pytest.raises(ManifestError) as refused:
        parsed(text)
    assert re.search(why, "\n".join(map(str, refused.value.diagnostics)))


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("\u041c\u043e\u0441\u043a\u0432\u0430 \u043e\u0444\u0438\u0441", "moskva_ofis"),
        ("\u0141\u00f3d\u017a", "lodz"),
        ("\u6771\u4eac\u672c\u793e", "dongjingbenshe"),
        ("\u0391\u03b8\u03ae\u03bd\u03b1", "athina"),
    ],
)
def test_names_in_any_script_are_written_as_they_sound_and_kept(name, taken):
    (line,) = parsed(f"number,name\n+12050032925,{name}\n").values()
    assert (line.name, line.original) == (taken, name)


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nnumber;name\n+12050032925;a\n",
        "\ufeffSEP=|\nnumber|name\n+12050032925|a\n",
        "# exported 2026-11-01\n\nnumber\tname\n+12050032925\ta\n",
        "Telefonnummer,Bezeichnung\n+12050032925,a\n",
        "T\u00e9l\u00e9phone;Nom\n+1 205 003 2925;a\n".replace(
            "T\u00e9l\u00e9phone", "Num\u00e9ro de t\u00e9l\u00e9phone"
        ),
        "Phone Number,Name,Region\n'+12050032925,a,x\n",
        'MSISDN,name\n"=""+12050032925""",a\n',
        "number,name,country\n(205) 003-2925,a,United States\n",
        "number,name\n# a comment\n+12050032925,a\n",
        "#;number;name\n1;+12050032925;a\n",
        "number,name\r\n+12050032925,a\r\n".encode("utf-16"),
        "number,name\n+12050032925,a\n".encode("utf-16-le"),
    ],
)
def test_lists_as_other_programs_write_them(text):
    assert parsed(text) == {"+12050032925": InventoryLine("+12050032925", "a")}


def test_what_is_not_utf_8_is_read_as_windows_writes_it_and_told():
    found = read("number,name\n+12050032925,B\u00fcro\n".encode("cp1252"))
    assert found.lines["+12050032925"].original == "B\u00fcro"
    (told,) = map(str, found.findings)
    assert told == (
        "inventory.csv:1:1: note: is not UTF-8, and was read as Windows-1252 "
        "(where names come out wrong, save the file with the encoding UTF-8)"
    )


def test_columns_that_nothing_reads_are_told_once_with_those_that_are_known():
    found = read("Id,number,Region,Owner,note\n1,+12050032925,x,y,z\n2,+12050032926,x,y,z\n")
    (told,) = map(str, found.findings)
    assert told == (
        "inventory.csv:1:1: note: 3 columns are not read: `Id`, `Region`, `Owner` "
        "(known: `number`, `name`, `country` or `label.X`)"
    )


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("nmae", "name"),
        ("Lable.team", "label.team"),
        ("labels.team", "label.team"),
        ("label team", "label.team"),
        ("contry", "country"),
    ],
)
def test_a_column_that_is_nearly_a_known_one_is_an_error(header, meant):
    with pytest.raises(ManifestError) as refused:
        parsed(f"number,{header}\n+12050032925,x\n")
    assert f"is `{meant}` meant" in str(refused.value.diagnostics[0])


def test_a_refusal_shows_the_value_its_line_and_column_and_the_character():
    with pytest.raises(ManifestError) as refused:
        parsed('name,number\n"a\nb",+1205003292O\nc,44300000013.0\nd,442071838750\n')
    letter, decimals, guess = map(str, refused.value.diagnostics)
    assert letter == (
        'inventory.csv:3:4: error: "+1205003292O" is not a phone number ("O" (LATIN CAPITAL LETTER O) is a letter: '
        "a phone number is a + and digits, such as +12050012202)"
    )
    assert decimals == (
        'inventory.csv:4:3: error: "44300000013.0" is not a phone number (it has decimals, as spreadsheets and pandas '
        "write them; is 44300000013 meant?)"
    )
    assert "442071838750 is read as +442071838750, a number of United Kingdom" in guess


def test_a_list_of_numbers_one_a_line_is_an_inventory_too():
    assert parsed("# ours\n+1 205 003 2925\n+12050032926 # spare\n") == {
        "+12050032925": InventoryLine("+12050032925"),
        "+12050032926": InventoryLine("+12050032926"),
    }
    with pytest.raises(ManifestError, match="the inventory has 1 error") as refused:
        parsed("+12050032925\n+1 205 003 2925\n")
    assert str(refused.value.diagnostics[0]) == "inventory.csv:2:1: error: +12050032925 stands in it twice"


def test_guesses_of_one_country_are_told_once():
    found = read("number\n442071838750\n442071838751\n33170189900\n")
    assert [one.summary for one in found.findings] == [
        "442071838750 is read as +442071838750, a number of United Kingdom",
        "33170189900 is read as +33170189900, a number of France",
    ]
