"""What a schema cannot say of a pool, told at its place."""

import pytest

from tests.loading import load_manifest
from tests.manifest.places import lines, written

HEAD = "version: 1\npools:\n  p:\n    count: 1\n"


def told(tmp_path, keys: str) -> list[str]:
    return [line.partition(":")[2] for line in lines(written(tmp_path, HEAD + keys))]


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (
            "    country: US\n    area_codes: ['1212', 646]\n",
            (
                "6:18: error: pools.p.area_codes[0]: the area code 1212 begins with 1: write it without the "
                "calling code (did you mean 212?)"
            ),
        ),
        (
            "    country: UK\n    area_codes: [20, 020]\n",
            (
                "6:22: error: pools.p.area_codes[1]: the area code 020 begins with a 0 that is dialled inside the "
                "country only (did you mean 20?)"
            ),
        ),
        (
            "    country: Italy\n    area_codes: [2]\n",
            "6:18: error: pools.p.area_codes[0]: the area code 2 lacks its 0 (did you mean 02?)",
        ),
        (
            "    country: US\n    area_codes: [212, 646, 212]\n",
            ("6:28: error: pools.p.area_codes[2]: the area code 212 is listed twice (list each once)"),
        ),
        (
            "    country: US\n    area_codes: []\n",
            "6:17: error: pools.p.area_codes: an empty list admits no number (name an area code, or remove the key)",
        ),
        (
            "    country: US\n    area_codes: [+212]\n",
            '6:18: error: pools.p.area_codes[0]: "+212" cannot stand here (an area code is digits only, such as 212)',
        ),
        (
            "    country: Atlantis\n    area_codes: [212]\n",
            (
                '6:17: error: pools.p.area_codes: the calling code of "Atlantis" is not known here, so no area '
                "code can be checked (write the country by its English name or its code, such as United States or US)"
            ),
        ),
    ],
)
def test_an_area_code_that_cannot_be_meant_is_an_error_at_its_place(tmp_path, keys, sentence):
    assert told(tmp_path, keys) == [sentence]


def test_exchanges_are_limited_in_north_america_only(tmp_path):
    assert told(tmp_path, "    country: Germany\n    max_per_exchange: 3\n") == [
        (
            '6:23: error: pools.p.max_per_exchange: numbers of "Germany" have no exchanges that can be told '
            "(only those of North America, with the calling code 1, do: remove the key)"
        )
    ]
    (pool,) = load_manifest(written(tmp_path, HEAD + "    country: Canada\n    max_per_exchange: 3\n")).pools
    assert pool.max_per_exchange == 3


def test_area_codes_arrive_as_they_are_written_in_their_order(tmp_path):
    keys = "    country: Italy\n    area_codes: ['06', 02]\n"
    (pool,) = load_manifest(written(tmp_path, HEAD + keys)).pools
    assert pool.area_codes == ("06", "02")


def test_an_area_code_may_be_a_variable(tmp_path):
    keys = "    country: US\n    area_codes: ['${var.code}']\nvariables: {code: {default: '212'}}\n"
    (pool,) = load_manifest(written(tmp_path, HEAD + keys)).pools
    assert pool.area_codes == ("212",)


@pytest.mark.parametrize(
    ("keys", "sentences"),
    [
        ("spread: {state: [Texas], area_code: [512]}", ["spread: it names state and area_code at once"]),
        ("spread: {}", ["spread: it names neither state nor area_code"]),
        (
            "area_codes: [212]\n    spread: {area_code: [512]}",
            ["spread: it names area codes, and area_codes does so too"],
        ),
        (
            "area_codes: [512]\n    spread: {state: [Texas]}",
            ["spread: a pool is spread, or prefers area codes"],
        ),
        ("state: Texas\n    spread: {state: [Ohio]}", ["spread: it names states, and state does so too"]),
        ("select: block\n    spread: {state: [Ohio]}", ["spread: one unbroken run cannot be spread"]),
        ("spread: {state: []}", ["spread.state: an empty list admits no number"]),
        ("spread: {state: [Texas, Ohio, TX]}", ['spread.state[2]: "TX" is listed twice']),
        ("spread: {area_code: []}", ["spread.area_code: an empty list admits no number"]),
        ("spread: {area_code: [512, 512]}", ["spread.area_code[1]: the area code 512 is listed twice"]),
        (
            "spread: {area_code: [1512]}",
            ["spread.area_code[0]: the area code 1512 begins with 1: write it without the calling code"],
        ),
        ("on_shortage: elsewhere", ["on_shortage: there is no elsewhere for a pool that is not spread"]),
    ],
)
def test_a_spread_that_cannot_be_meant_is_an_error(tmp_path, keys, sentences):
    found = told(tmp_path, f"    country: US\n    {keys}\n")
    assert [line.partition("error: pools.p.")[2].rpartition(" (")[0] for line in found] == sentences


def test_a_spread_arrives_in_its_order(tmp_path):
    keys = "    country: US\n    spread: {state: [Texas, Ohio]}\n    on_shortage: elsewhere\n"
    (pool,) = load_manifest(written(tmp_path, HEAD + keys)).pools
    assert (pool.spread.by, pool.spread.names) == ("state", ("Texas", "Ohio"))
    assert pool.on_shortage == "elsewhere"
