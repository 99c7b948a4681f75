"""How many calls a pool of a thousand numbers takes that names twenty area codes."""

from tests.cli.desk import Desk, run_of

CODES = [str(code) for code in range(212, 232)]
MOST = 60


def takes_few_calls(desk: Desk, criteria: str, *, each: int) -> None:
    """Plan and apply a pool with these criteria, where each code has so many numbers for sale."""
    desk.stock(*(number for code in CODES for number in run_of(int(f"1{code}5550000"), each)))
    desk.manifest(f"pools: {{p: {{count: 1000, {criteria}}}}}\n")
    assert desk("plan").code == 0
    planned = sum(desk.emulator.calls().values())
    assert planned <= MOST
    assert desk("apply", "--auto-approve").code == 0
    assert sum(desk.emulator.calls().values()) - planned <= MOST
    assert len(desk.managed) == 1000
