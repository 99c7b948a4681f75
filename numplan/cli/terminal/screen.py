"""Where output goes. Output never aborts a run: on a closed pipe, a full device or a terminal that lacks a
character, the run goes on without it.
"""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Final, TextIO

import click

from numplan.cli.known_secrets import learn_secrets
from numplan.model.diagnostics import Diagnostic, told
from numplan.model.errors import NumplanError
from numplan.model.secrets import hidden, require_none
from numplan.views.common.sanitize import inert, one_line, plain

NARROWEST: Final = 60
WIDEST: Final = 160
"""Columns between which lines are fitted to a terminal: a wider line is hard to follow."""


class Screen:
    """Standard output for results, standard error for everything else.

    All text passes `plain` and `inert`: what comes from outside steers neither a terminal nor a CI runner. No secret
    leaves here, but in `stored`, which refuses one.
    """

    def __init__(self, *, color: bool) -> None:
        learn_secrets()
        self.color = color and sys.stdout.isatty()
        self.lost: Exception | None = None
        """Why results no longer reach standard output, or None."""
        self.moves = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        """Whether standard error can show a line that moves."""
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="backslashreplace")

    @property
    def width(self) -> int | None:
        """The columns of the terminal that results go to, or None where they go elsewhere."""
        if not sys.stdout.isatty():
            return None
        import shutil

        return max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))

    def line(self, text: str = "", *, style: str = "") -> None:
        """One line, or several, of the result. `style` is a colour."""
        clean = _clean(text)
        self._result(click.style(clean, fg=style) if style and self.color else clean)

    def last_line(self, text: str) -> None:
        """What a run came to: on standard error where standard output is lost."""
        self.line(text)
        if self.lost:
            self.error(f"warning: standard output could not be written: {_why(self.lost)}")
            self.error(text)

    def document(self, text: str) -> None:
        """A result for machines, as it is but for secrets: JSON and CSV escape for themselves."""
        self._result(hidden(text))
        self.require_written()

    def stored(self, text: str, what: str) -> None:
        """A document that is read again, as it is. Raises NumplanError where it would hold a secret."""
        require_none(text.encode(), what)
        self._result(text)
        self.require_written()

    def error(self, text: str) -> None:
        """A line about the run, for people."""
        _write(sys.stderr, _clean(text))

    def findings(self, findings: Sequence[Diagnostic]) -> None:
        """What was found, a line each, for people; of very many the first, and how many more there are."""
        first = told(findings)
        for found in first.findings:
            self.error(one_line(str(found)))
        if first.more:
            self.error(first.rest)

    def passing(self, text: str) -> None:
        """A line about the run that takes the place of the one before; only where standard error `moves`."""
        _write(sys.stderr, f"\r\x1b[K{_clean(text)}", end="")

    def ask(self, question: str, wait_for_input: Callable[[int], None]) -> str:
        """The answer to a question, or an empty text at the end of input. Needs a terminal on standard input.

        The question goes to standard error where standard output is no terminal, so that it is seen.
        `wait_for_input` returns once a descriptor has something to read.
        """
        stream = sys.stdout if sys.stdout.isatty() else sys.stderr
        _write(stream, _clean(question), end=" ")
        try:
            wait_for_input(sys.stdin.fileno())
            answer = sys.stdin.readline()
        except (OSError, ValueError):
            answer = ""
        if not answer.endswith("\n"):
            _write(stream, "")
        return answer.strip()

    def require_written(self) -> None:
        """Raise NumplanError where results were lost, unless by a reader that had enough (`| head`)."""
        if self.lost and not isinstance(self.lost, BrokenPipeError):
            raise NumplanError(f"standard output could not be written: {_why(self.lost)}")

    def _result(self, text: str) -> None:
        self.lost = _write(sys.stdout, text) or self.lost


def open_streams() -> None:
    """Give the process the three streams it may have been started without (`>&-`).

    A file opened later must never become descriptor 1 or 2: what is printed would go into it.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:  # noqa: PLR2004 - the three streams
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def silence(stream: TextIO) -> None:
    """Let a stream lead nowhere, so that a flush at exit cannot fail."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass


def _clean(text: str) -> str:
    # Control characters first: a secret that they part would be whole without them.
    return inert(hidden(plain(text)))


def _write(stream: TextIO, text: str, end: str = "\n") -> Exception | None:
    """Write at once; returns what went wrong, and then nothing more can."""
    try:
        stream.write(text + end)
        stream.flush()
    except (OSError, ValueError) as problem:
        silence(stream)
        return problem
    return None


def _why(problem: Exception) -> str:
    return getattr(problem, "strerror", None) or str(problem)
