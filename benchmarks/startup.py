"""How long `numplan version` takes, against an interpreter that does nothing.

python benchmarks/startup.py [RUNS]
"""

import os
import statistics
import subprocess
import sys
import time

RUNS = 20


def seconds(*arguments: str) -> float:
    """How long one run of the interpreter takes."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Alternate the two, so that whatever else the machine does slows both."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    bare, version = [], []
    for _ in range(runs):
        bare.append(seconds("-c", "pass"))
        version.append(seconds("-m", "numplan", "version"))
    middle, ours = statistics.median(bare), statistics.median(version)
    print(f"python -c pass   {middle * 1000:6.1f} ms, median of {runs}, {os.cpu_count()} CPUs")
    print(f"numplan version  {ours * 1000:6.1f} ms")
    print(f"ratio            {ours / middle:6.2f}")


if __name__ == "__main__":
    main()
