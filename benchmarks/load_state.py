"""Read, decode and check a state as a command does, and say how long that took: `load_state.py FILE`"""

import gc
import sys
import time
from pathlib import Path

from numplan.cli.main import GARBAGE_AFTER
from numplan.state.local.backend import LocalBackend


def main() -> None:
    """Seconds of processor, on standard output."""
    gc.set_threshold(GARBAGE_AFTER)
    backend = LocalBackend(Path(sys.argv[1]))
    began = time.process_time()
    backend.read()
    print(time.process_time() - began)


if __name__ == "__main__":
    main()
