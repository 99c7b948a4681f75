# ruff: noqa: INP001 - Sphinx's own settings, read by it alone
"""How Sphinx makes a site of the pages that `build.py` laid out. Nothing on it asks anything of another server."""

import os

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

project = "numplan"
release = os.environ["NUMPLAN_VERSION"]
extensions = ["myst_parser"]
exclude_patterns: list[str] = []
myst_heading_anchors = 4
nitpicky = True

html_theme = "furo"
html_title = f"numplan {release}"
html_static_path = ["static"]
html_css_files = ["numplan.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}
pygments_style = "friendly"
pygments_dark_style = "github-dark"


def setup(app: Sphinx) -> None:
    """Languages of our pages that Pygments has no lexer for."""
    for name in ("csv", "hcl"):
        app.add_lexer(name, TextLexer)
