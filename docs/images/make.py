# ruff: noqa: INP001, S603 - a script; the command it runs is numplan itself
"""Draw docs/images/plan.svg: what `numplan plan` prints on a terminal, from a real run on the emulator.

Run it without arguments to draw the picture anew. With --check it exits with 1 where the picture shows
another text than the command prints today.
"""

import html
import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from numplan.emulator.server import Emulator, EmulatorSettings

PICTURE: Final = Path(__file__).with_name("plan.svg")

BEFORE: Final = """\
version: 1
currency: USD
defaults: {country: United States, sip_trunk_id: 169, labels: {owner: voice-team}}
numbers:
  support: {number: "+16096294649", protect: true}
  reception: {number: "+12050032925"}
pools:
  ny_sales: {count: 2, state: New York, type: Geographic}
  texas: {count: 3, state: Texas, type: Geographic}
"""
AFTER: Final = """\
version: 1
currency: USD
defaults: {country: United States, sip_trunk_id: 169, labels: {owner: voice-team}}
numbers:
  support: {number: "+16096294649", protect: true, labels: {queue: gold}}
pools:
  ny_sales: {count: 4, state: New York, type: Geographic}
  texas: {count: 2, state: Texas, type: Geographic}
"""

# The window has a background of its own, so that it reads alike on a light and on a dark page.
THEME: Final = TerminalTheme(
    (30, 33, 39),
    (222, 224, 228),
    [
        (30, 33, 39),
        (255, 123, 114),
        (126, 211, 133),
        (229, 192, 88),
        (110, 175, 255),
        (210, 150, 255),
        (86, 200, 216),
        (222, 224, 228),
    ],
    [
        (140, 146, 158),
        (255, 123, 114),
        (126, 211, 133),
        (229, 192, 88),
        (110, 175, 255),
        (210, 150, 255),
        (86, 200, 216),
        (255, 255, 255),
    ],
)
# As rich's own, without the font that it would fetch: the picture asks nothing of the network.
FORMAT: Final = """\
<svg viewBox="0 0 {width} {height}" role="img" aria-label="{label}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
}}
.{unique_id}-title {{ font-size: 18px; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main(arguments: list[str]) -> int:
    """Draw or check the picture; returns the exit code."""
    drawn = draw(real_output())
    if "--check" not in arguments:
        PICTURE.write_text(drawn, encoding="utf-8")
        return 0
    kept = PICTURE.read_text(encoding="utf-8")
    if words(kept) == words(drawn):
        return 0
    sys.stderr.write(f"{PICTURE} is out of date: run `python {Path(__file__).name}` beside it\n")
    return 1


def real_output() -> str:
    """What `numplan plan` prints on a terminal, colours included, after a manifest has changed."""
    with Emulator(EmulatorSettings(owned=3)) as account, tempfile.TemporaryDirectory() as folder:
        own = {name: value for name, value in os.environ.items() if not name.startswith("NUMPLAN_")}
        environment = own | {
            "NUMPLAN_API_URL": account.url,
            "NUMPLAN_TOKEN": account.token,
            "NUMPLAN_ACCOUNT_ID": account.account,
            "TERM": "xterm-256color",
        }
        environment.pop("NO_COLOR", None)
        manifest = Path(folder, "numplan.yaml")
        manifest.write_text(BEFORE, encoding="utf-8")
        _on_terminal(["apply", "--auto-approve"], folder, environment)
        manifest.write_text(AFTER, encoding="utf-8")
        return _on_terminal(["plan"], folder, environment)


def draw(output: str) -> str:
    """The picture of a terminal that shows the output."""
    plain = Text.from_ansi(output).plain.rstrip()
    width = max(map(len, plain.splitlines())) + 1
    console = Console(record=True, width=width, file=open(os.devnull, "w"), legacy_windows=False)  # noqa: PTH123, SIM115
    console.print(Text("$ numplan plan", style="bold"))
    console.print(Text.from_ansi(output.rstrip()), soft_wrap=False)
    label = html.escape(output_label(output), quote=True)
    return console.export_svg(
        title="numplan plan",
        theme=THEME,
        code_format=FORMAT.replace("{label}", label.replace("{", "{{").replace("}", "}}")),
        unique_id="plan",
    )


def output_label(output: str) -> str:
    """The picture in a sentence, for those who do not see it."""
    return f"A terminal. numplan plan prints, last: {Text.from_ansi(output).plain.strip().splitlines()[-1]}"


def words(picture: str) -> list[str]:
    """The words a picture shows, whatever rich wraps around them."""
    shown = re.findall(r"<text[^>]*>(.*?)</text>", picture, re.DOTALL)
    return " ".join(html.unescape(one) for one in shown).split()


def _on_terminal(arguments: list[str], folder: str, environment: dict[str, str]) -> str:
    """Run numplan on a terminal of its own. Raises CalledProcessError where it fails."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "numplan", *arguments]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    ) as running:
        os.close(theirs)
        output = b""
        while True:
            try:
                read = os.read(ours, 65536)
            except OSError:  # how Linux says that the other end is closed
                break
            if not read:
                break
            output += read
        os.close(ours)
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command, output)
    return output.decode().replace("\r\n", "\n")  # as the terminal was given it


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
