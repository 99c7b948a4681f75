"""A plan as a report: one HTML file that asks nothing of the network, for reviewers and archives.

Text from outside is text: every value is stripped of control characters and escaped where it is written. The
page's own policy lets no other style and script run than the two it carries, and forbids every request.
"""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import msgspec

from numplan.model.plan import Plan
from numplan.model.text.printable import numbers
from numplan.views.common import amounts
from numplan.views.common.budgets import budget_rows
from numplan.views.common.sanitize import escaped, one_line, plain
from numplan.views.common.sections import sections_of
from numplan.views.html.changes import changes_table, tally
from numplan.views.html.costs import groups_of, team_label, teams_of
from numplan.views.html.head import facts_of, guards_of, head_of
from numplan.views.html.tables import other_tables
from numplan.views.text.plan import last_line

if TYPE_CHECKING:
    from jinja2 import Template

_DANGEROUS: Final = {"!", "-", "±"}
"""The marks of sections that are shown before the cost."""
_FEW: Final = 20
"""Rows of a list that are shown before the rest are folded, or left to the table of changes."""
_ACTIVE: Final = "<>&\u2028\u2029"
"""What could end the block of data, or begin a comment in it."""


def plan_html(plan: Plan) -> str:
    """The whole page. The same plan gives the same text."""
    style, script = _part("report.css"), _part("report.js")
    changes = changes_table(plan)
    tables = (changes, *other_tables(plan))
    return _template().render(
        plan=plan,
        head=head_of(plan),
        facts=facts_of(plan),
        last_line=last_line(plan),
        guards=guards_of(plan),
        dangers=[section for section in sections_of(plan) if section.mark in _DANGEROUS],
        bills=_bills(plan),
        budgets=budget_rows(plan.budgets),
        changes=changes,
        tally=tally(changes),
        others=tables[1:],
        few=_FEW,
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        data=_data({table.key: table.rows for table in tables}),
    )


@cache
def _template() -> "Template":
    """The page with its gaps, compiled once."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        amount=amounts.amount, signed=amounts.change, numbers=numbers, one_line=one_line
    )
    return environment.from_string(_part("report.html"))


def _bills(plan: Plan) -> list[dict[str, Any]]:
    """What is paid a month: by country and type, and by team where a label tells."""
    bills = [
        {"key": "groups", "by": "country and type", "names": ("Country", "Type"), "rows": groups_of(plan)}
    ]
    if label := team_label(plan):
        told = one_line(label)
        bills.append({"key": "teams", "by": told, "names": (told, ""), "rows": teams_of(plan, label)})
    return [one for one in bills if one["rows"]]


def _part(name: str) -> str:
    return files("numplan.views.html").joinpath(name).read_text(encoding="utf-8")


def _hash(block: str) -> str:
    """A block as a content security policy names it."""
    return f"sha256-{b64encode(sha256(block.encode()).digest()).decode()}"


def _data(rows: dict[str, Any]) -> str:
    """Rows as JSON that can stand in a page: it says the same, and nothing in it ends its block."""
    text = escaped(msgspec.json.encode(rows).decode())
    for one in _ACTIVE:
        text = text.replace(one, f"\\u{ord(one):04x}")
    return text


def _shown(value: object) -> object:
    """What the page writes: text without control characters, escaped, and with no command to the runner of a job
    that prints the page; markup of our own as it is.
    """
    from markupsafe import Markup, escape

    if type(value) is not str:
        return value
    return Markup(str(escape(plain(value))).replace("::", ":&#58;").replace("##", "#&#35;"))  # noqa: S704 - escaped
