"""The operator's policy, wherever the environment names one."""

from collections.abc import Mapping

from numplan.model.operator import VARIABLE, Operator


def operator_of(environment: Mapping[str, str]) -> Operator:
    """What the file that NUMPLAN_POLICY names allows; everything, where it names none. Raises PolicyError."""
    file = environment.get(VARIABLE, "")
    if not file:
        return Operator()
    from numplan.manifest.operator_policy import read_operator

    return read_operator(file)
