import pytest

from numplan.model.today import days_of


@pytest.mark.parametrize(("span", "days"), [("0d", 0), ("30d", 30), ("1w", 7), ("4w", 28), ("400d", 400)])
def test_a_span_is_so_many_days(span: str, days: int) -> None:
    assert days_of(span) == days
