"""How the API is called, as the `api:` block of a manifest says."""

import msgspec

DEFAULT_API_URL = "https://api.integrari.com/o/"


class ApiSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The `api:` block. `settle_seconds` and `hold_minutes` are explained in docs/safety.md. `url` sends no call
    anywhere: it is what the manifest expects (`declares_url`), and whoever runs numplan decides.
    """

    url: str = DEFAULT_API_URL
    declares_url: bool = False
    batch_size: int = 50
    parallelism: int = 4
    settle_seconds: float = 10
    hold_minutes: float = 15
