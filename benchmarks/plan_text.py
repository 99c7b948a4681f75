"""A plan as the command makes it, and how much of it its text took: `plan_text.py ARGUMENT...`

The last line of standard output is the seconds of processor that went into the text.
"""

import sys
import time
from typing import Any

from numplan.cli.main import run
from numplan.cli.terminal import text_ui
from numplan.views.text.plan import plan_text


def main() -> None:
    """Run the command, and tell."""
    spent = 0.0

    def timed(*arguments: Any, **options: Any) -> tuple[Any, ...]:  # noqa: ANN401 - those of plan_text
        nonlocal spent
        began = time.process_time()
        text = plan_text(*arguments, **options)
        spent += time.process_time() - began
        return text

    vars(text_ui)["plan_text"] = timed
    code = run(sys.argv[1:])
    print(spent)
    sys.exit(code)


if __name__ == "__main__":
    main()
