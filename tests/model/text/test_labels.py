"""Labels as a reader sees them: what shows nothing makes no other label, and no other value."""

import pytest

from numplan.model.text.labels import seen_label


@pytest.mark.parametrize(
    ("labels", "seen"),
    [
        ({}, None),
        ({"owner": "sales"}, "sales"),
        ({"owner": "sa\u200bles "}, "sales"),
        ({"owner": "s\u034fa\ufe0fl\u2800e\u3164s\U000e0101"}, "sales"),
        ({"owner\u00ad": "sales"}, "sales"),
        ({" owner": "sales"}, "sales"),
        ({"Owner": "sales"}, None),
        ({"owner": ""}, None),
        ({"owner": "\u2800\u3164"}, None),
        ({"owner": "", "owner\u200b": "sales"}, "sales"),
        ({"owner": "Vertrieb S\u00fcd"}, "Vertrieb S\u00fcd"),
        ({"owner": "Vertrieb Su\u0308d"}, "Vertrieb S\u00fcd"),
    ],
)
def test_a_label_is_what_its_reader_sees(labels: dict[str, str], seen: str | None) -> None:
    assert seen_label(labels, "owner") == seen
