"""What any program must spend that reads the same bytes: the manifest, the regions, the listing.

python benchmarks/floor.py MANIFEST

The list form of a manifest only. Address, token and account come from the environment, as for numplan.
"""

import json
import os
import sys
from pathlib import Path

import requests
import yaml


def numbers_of(manifest: Path) -> set[str]:
    """Every number that a manifest lists, by PyYAML's fastest loader."""
    document = yaml.load(manifest.read_bytes(), Loader=yaml.CSafeLoader)
    entries = document.get("numbers", {}).values()
    return {entry["number"] for entry in entries} | {
        number for entry in document.get("sets", {}).values() for number in entry["numbers"]
    }


def get(endpoint: str, **query: object) -> list[dict[str, object]]:
    """The rows of one answer."""
    answer = requests.get(
        f"{os.environ['NUMPLAN_API_URL']}virtual-numbers/v1.0/{endpoint}",
        params=query,
        headers={
            "Authorization": f"Bearer {os.environ['NUMPLAN_TOKEN']}",
            "accountId": os.environ["NUMPLAN_ACCOUNT_ID"],
        },
        timeout=600,
    )
    answer.raise_for_status()
    return json.loads(answer.content)["data"]


def main() -> None:
    """Say what a plan would find."""
    wanted = numbers_of(Path(sys.argv[1]))
    get("regions")
    owned = {row["accessNumber"] for row in get("purchased-list", size=2 * len(wanted) + 1000)}
    print(f"{len(wanted - owned)} to purchase, {len(owned - wanted)} others")


if __name__ == "__main__":
    main()
