"""The tests notice when a piece of the protocol is taken out."""

import pytest

from tests.torture.sabotage import ROOT, SABOTAGES, failures

every_sabotage = pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.name)


@every_sabotage
def test_the_code_to_be_taken_out_stands_where_it_is_looked_for(sabotage):
    assert (ROOT / "numplan" / sabotage.file).read_text().count(sabotage.code) == 1


@every_sabotage
def test_the_tests_that_are_to_notice_are_there(sabotage):
    assert sabotage.tests
    assert all((ROOT / one.partition("::")[0]).exists() for one in sabotage.tests)


@pytest.mark.torture
@every_sabotage
def test_tests_fail_without_it(sabotage, tmp_path):
    assert failures(sabotage, tmp_path)
