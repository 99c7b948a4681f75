"""Run one command and write what it took, as JSON, into a file: `supervise.py FILE COMMAND...`

The kernel counts the memory of whoever starts a program as the program's own least. So the starter is this script,
which imports next to nothing, and not the process that holds all the figures.
"""

import json
import os
import sys
import time


def written() -> int:
    """Bytes that this process and all it has waited for have written so far; 0 where the system does not tell."""
    try:
        with open("/proc/self/io") as file:  # noqa: PTH123 - pathlib is a megabyte
            return int(next(line for line in file if line.startswith("wchar")).split()[1])
    except (OSError, StopIteration):
        return 0


def main() -> None:
    """Start, wait, tell."""
    target, *command = sys.argv[1:]
    before = written()
    began = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    taken = {
        "wall": time.perf_counter() - began,
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss / 1024,
        "code": os.waitstatus_to_exitcode(status),
        "written": (written() - before) / 1e6,
    }
    with open(target, "w") as file:  # noqa: PTH123
        json.dump(taken, file)


if __name__ == "__main__":
    main()
