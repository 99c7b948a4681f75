"""What the schema does not admit is told once, at its place, with what would be right."""

import pytest

from tests.manifest.places import lines, require_slip, written

V = "version: 1\n"


SLIPS = [
    ("hello", "1:1", "", "wants a mapping, not a text of 5 characters that holds letters", ""),
    ("[1]", "1:1", "", "wants a mapping, not a list", ""),
    ("currency: USD\n", "1:1", "", "the key `version` is missing", "`version: 1`"),
    ("version: 2\n", "1:10", "version", "2 is not known here", "write 1"),
    ("version: '1'\n", "1:10", "version", 'wants a whole number, not "1"', "remove the quotes"),
    ("version:\n", "1:9", "version", "a whole number is missing", "give a value"),
    (V + "acount: 190\n", "2:1", "acount", 'unknown key "acount"', "did you mean `account`?"),
    (V + "zzz: 190\n", "2:1", "zzz", 'unknown key "zzz"', "known here: version, account"),
    (V + "outpust: {}\n", "2:1", "outpust", "unknown key", "did you mean `outputs`?"),
    (V + "state: x\n", "2:1", "state", "unknown key", "belongs to entries of `pools`"),
    (V + "numbers:\n  a: {number: +12345, count: 2}\n", "3:23", "numbers.a.count", "unknown key", "`pools`"),
    (V + 'defaults: {"": 1}\n', "2:12", 'defaults.""', "unknown key", "known here"),
    (
        V + "defaults: {protect: yes}\n",
        "2:21",
        "defaults.protect",
        'true or false, not "yes"',
        "write true or false",
    ),
    (V + "defaults: {protect: 'true'}\n", "2:21", "defaults.protect", "true or false", "remove the quotes"),
    (V + "defaults: {protect: 1}\n", "2:21", "defaults.protect", "wants true or false", "such as true"),
    (V + "defaults: {sip_trunk_id: 0169}\n", "2:26", "defaults.sip_trunk_id", "whole number", "leading zero"),
    (V + "defaults: {sip_trunk_id: 1_69}\n", "2:26", "defaults.sip_trunk_id", "whole number", "such as 169"),
    (V + "defaults: {sip_trunk_id: 169.0}\n", "2:26", "defaults.sip_trunk_id", "whole number", "such as 169"),
    (V + "defaults: {sip_trunk_id: 0}\n", "2:26", "defaults.sip_trunk_id", "0 is too little", "at least 1"),
    (V + "defaults: {country: }\n", "2:21", "defaults.country", "text is missing", "or remove the key"),
    (
        V + "defaults: {country: [US]}\n",
        "2:21",
        "defaults.country",
        "wants text, not a list",
        "United States",
    ),
    (V + "defaults: []\n", "2:11", "defaults", "wants a mapping, not a list", ""),
    (V + "numbers: [+12050012202]\n", "2:10", "numbers", "wants a mapping, not a list", "such as"),
    (V + "numbers: {a: +12050012202}\n", "2:14", "numbers.a", 'a mapping, not "+12050012202"', "such as"),
    (V + "numbers: {a: }\n", "2:14", "numbers.a", "a mapping is missing here", ""),
    (V + "sets: {a: {numbers: +12050012202}}\n", "2:21", "sets.a.numbers", "wants a list", "such as"),
    (V + "sets: {a: {numbers: [[1]]}}\n", "2:22", "sets.a.numbers[0]", "wants text, not a list", ""),
    (V + "api: {settle_seconds: 1e400}\n", "2:23", "api.settle_seconds", "wants a number", "such as 10"),
    (V + "api: {batch_size: 0}\n", "2:19", "api.batch_size", "0 is too little", "at least 1"),
    (V + "api: {parallelism: 65}\n", "2:20", "api.parallelism", "65 is too much", "at most 64"),
    (V + "api: {settle_seconds: -1}\n", "2:23", "api.settle_seconds", "-1 is too little", "at least 0"),
    (V + "api: {hold_minutes: 1440.5}\n", "2:21", "api.hold_minutes", "1440.5 is too much", "at most 1440"),
    (V + "currency: usd\n", "2:11", "currency", '"usd" cannot stand here', "three capital letters"),
    (V + "account: 1 90\n", "2:10", "account", "cannot stand here", "without spaces"),
    (
        V + "defaults: {type: Nongeo}\n",
        "2:18",
        "defaults.type",
        "not known",
        "did you mean `Non-Geographic`?",
    ),
    (V + "defaults: {type: tollfee}\n", "2:18", "defaults.type", "not known", "did you mean `Toll-Free`?"),
    (V + "defaults: {category: Fax}\n", "2:22", "defaults.category", '"Fax"', "write Voice or Voice+SMS"),
    (
        V + 'defaults: {country: " X"}\n',
        "2:21",
        "defaults.country",
        "cannot stand here",
        "without spaces around",
    ),
    (
        V + "numbers: {9d: {number: +12345}}\n",
        "2:11",
        "numbers.9d",
        "cannot be a name",
        "starts with a letter",
    ),
    (V + 'numbers: {"a\\n": {number: +12345}}\n', "2:11", 'numbers."a\\n"', '"a\\n" cannot be a name', ""),
    (V + "numbers: {a: {}}\n", "2:11", "numbers.a", "the key `number` is missing", "write `number:`"),
    (V + "sets: {a: {}}\n", "2:8", "sets.a", "none of `numbers`, `numbers_file` or `ranges`", ""),
    (V + "pools: {a: {country: X}}\n", "2:9", "pools.a", "the key `count` is missing", ""),
    (V + "pools: {a: {count: -1, country: X}}\n", "2:20", "pools.a.count", "-1 is too little", "at least 0"),
    (
        V + "pools: {a: {count: 1000001, country: X}}\n",
        "2:20",
        "pools.a.count",
        "too much",
        "at most 1000000",
    ),
    (
        V + "pools: {a: {count: 1, country: X, digits: 8x}}\n",
        "2:43",
        "pools.a.digits",
        '"8x"',
        "1 to 15 digits",
    ),
    (V + "policy: {max_setup_cost: 1e3}\n", "2:26", "policy.max_setup_cost", '"1e3"', "such as 1.00"),
    (V + "policy: {max_setup_cost: -1}\n", "2:26", "policy.max_setup_cost", '"-1"', "such as 1.00"),
    (V + "policy: {max_releases: many}\n", "2:24", "policy.max_releases", 'not "many"', "such as 5"),
    (V + "policy: {unmanaged: warm}\n", "2:21", "policy.unmanaged", '"warm"', "did you mean `warn`?"),
    (
        V + "policy: {allowed_types: [Geo]}\n",
        "2:26",
        "policy.allowed_types[0]",
        '"Geo" is not known',
        "Geographic",
    ),
]


@pytest.mark.parametrize(("text", "place", "path", "summary", "hint"), SLIPS, ids=[slip[0] for slip in SLIPS])
def test_a_slip_is_the_one_finding_at_its_place(tmp_path, text, place, path, summary, hint):
    require_slip(written(tmp_path, text), place, path, summary, hint)


def test_names_from_outside_reach_no_message_with_control_characters(tmp_path):
    manifest = written(tmp_path, V + '"\\e[2J\\n::error::x": 1\ncurrency: "\\e[31m\\u202e"\n')
    text = "".join(lines(manifest))
    assert text.isprintable()
