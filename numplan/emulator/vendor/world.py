"""The numbers an emulator starts with, put into its store."""

from functools import lru_cache

from numplan.emulator.settings import EmulatorSettings
from numplan.emulator.vendor import account
from numplan.emulator.vendor.database import Database
from numplan.emulator.vendor.seed import seeded_account, seeded_stock
from numplan.emulator.vendor.stock import fill_shelf

SMALL = 20_000
"""Worlds up to this many numbers are kept, so that the next start and each reset are a copy."""


def populate(store: Database, settings: EmulatorSettings) -> None:
    """Make the store hold the stock and the account that the settings ask for, and nothing else."""
    wanted = (settings.seed, settings.stock, settings.owned, settings.customer_id)
    if settings.stock + settings.owned <= SMALL:
        store.become(_kept(*wanted))
    else:
        store.become(_EMPTY)
        _fill(store, *wanted)


@lru_cache(maxsize=16)
def _kept(seed: int, stock: int, owned: int, customer_id: int) -> bytes:
    store = Database(None)
    _fill(store, seed, stock, owned, customer_id)
    content = store.content()
    store.close()
    return content


def _fill(store: Database, seed: int, stock: int, owned: int, customer_id: int) -> None:
    with store.transaction() as db:
        fill_shelf(db, seeded_stock(seed, stock))
        account.fill_account(db, seeded_account(seed, owned), customer_id)
        db.execute("UPDATE counters SET value = 1 WHERE name = 'populated'")


_EMPTY = Database(None).content()
