"""How Sphinx builds these pages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import anynet
from anynet._core.connections import connection
from anynet._transport.streams.half_state import SENDING, Step
from anynet.node._streams.flow import FLOW_CHANGES
from anynet.node._streams.write_end import END_CHANGES

sys.path.insert(0, str(Path(__file__).parent.parent))

from docs import references
from docs.architecture_diagram import WAYS, draw_floors, draw_ways, tables_of_floors
from docs.bar_chart import draw_bars, rows_of
from docs.state_diagram import draw, draw_changes

project = "anynet"
author = "The anynet founders"
project_copyright = "2026, The anynet founders"
version = release = anynet.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.intersphinx"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"anynet {anynet.__version__}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_js_files = ["copy.js"]
html_search_scorer = str(Path(__file__).with_name("search_scorer.js"))

default_role = "code"
myst_enable_extensions = ["colon_fence", "deflist", "substitution"]
NODE_VERSION = Path(__file__).parent.parent / "tests" / "conformance" / "NODE_VERSION"
myst_substitutions = {"node_version": NODE_VERSION.read_text("utf-8").strip()}
myst_heading_anchors = 3

#: The names of others that these pages mention, as lists of our own: the build needs no network.
INVENTORIES = Path(__file__).with_name("inventories")
intersphinx_mapping = {
    name: (address, str(INVENTORIES / f"{name}.inv"))
    for name, address in {
        "python": "https://docs.python.org/3",
        "anyio": "https://anyio.readthedocs.io/en/stable",
        "trio": "https://trio.readthedocs.io/en/stable",
    }.items()
}
nitpicky = True
nitpick_ignore_regex = [
    (r"py:.*", r"anynet\.(\w+\.)*_.*"),  # Aliases, type variables and what else has no public name.
    (r"py:class", r"Ts|Target|TypedAttributeSet|AbortEvent"),
    (r"py:(exc|func|meth)", r"UnhandledError|DOMException|fork|packed|IpcEndpoint\.send"),
    (
        r"py:.*",
        r"(h11|httpcore|httpx|prometheus_client)\..*",
    ),  # Neighbours, with pages of their own.
]

toc_object_entries_show_parents = "hide"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "mixed"
autodoc_default_options = {
    "members": True,
    "undoc-members": True,
    "exclude-members": "__init__,__new__",
}
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 88


#: The sending direction of a byte stream, but for the close, which leads out of every state.
SENDING_CHANGES = {
    (state, step): (after, ()) for (state, step), after in SENDING.items() if step is not Step.CLOSE
}
CHANGES: dict[str, Any] = {
    "flow": FLOW_CHANGES,
    "write-end": END_CHANGES,
    "sending": SENDING_CHANGES,
}


class StateDiagram(SphinxDirective):
    """The directive ``state-diagram``: drawn from the table that the code uses.

    The argument is ``sending``, for that direction of a byte stream, ``flow`` or ``write-end``, for
    the two sides of a stream of the adapter; without it the states of a connection are drawn.
    """

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        if self.arguments:
            changes = CHANGES[self.arguments[0]]
            drawn = draw_changes(changes)
        else:
            drawn = draw(connection._STATES)
        return [nodes.raw("", drawn, format="html")]


class FloorsDiagram(SphinxDirective):
    """The directive ``floors-diagram``: drawn from the tables that the test of the imports uses."""

    def run(self) -> list[nodes.Node]:
        tables = tables_of_floors(Path(__file__).parent.parent / "tests" / "test_floors.py")
        return [nodes.raw("", draw_floors(*tables), format="html")]


class WayDiagram(SphinxDirective):
    """The directive ``way-diagram``: the functions that bytes and connections pass."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", draw_ways(WAYS[self.arguments[0]]), format="html")]


class BarChart(SphinxDirective):
    """The directive ``bar-chart``: a line a bar, ``label: number``."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", draw_bars(rows_of(self.content)), format="html")]


def drop_empty_globs(app: Sphinx, page: str, source: list[str]) -> None:
    """A pattern of the tree that no page fits yet would be a warning."""
    if page == "index":
        lines = source[0].splitlines(keepends=True)
        pages = Path(app.srcdir)
        source[0] = "".join(
            line
            for line in lines
            if not line.endswith("*\n") or any(pages.glob(f"{line.strip()}.md"))
        )


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.add_directive("state-diagram", StateDiagram)
    app.add_directive("floors-diagram", FloorsDiagram)
    app.add_directive("way-diagram", WayDiagram)
    app.connect("source-read", drop_empty_globs)
    app.add_directive("bar-chart", BarChart)
    references.setup(app)
