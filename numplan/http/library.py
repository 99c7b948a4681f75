"""requests, without the library by which it guesses encodings: whoever needs requests takes it from here.

That library takes a sixth of the time in which requests is loaded, and nothing is guessed here: what comes is bytes.
requests can do without it, and warns where it is not installed.
"""

import sys
import warnings
from typing import Final

__all__ = ["requests"]

_GUESSING: Final = [name for name in ("chardet", "charset_normalizer") if name not in sys.modules]

sys.modules.update(dict.fromkeys(_GUESSING))  # type: ignore[arg-type]  # None: as if it were not installed
try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import requests
        import requests.adapters
        import requests.auth
        import requests.exceptions
        import requests.utils
finally:
    for _name in _GUESSING:
        del sys.modules[_name]
