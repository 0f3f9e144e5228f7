"""How Sphinx builds these pages."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, ForwardRef

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import anynet
from anynet._core.connections import connection
from anynet._rules import options
from anynet._transport.streams.half_state import SENDING, Step
from anynet.node._streams.flow import FLOW_CHANGES
from anynet.node._streams.write_end import END_CHANGES

sys.path.insert(0, str(Path(__file__).parent.parent))

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
html_search_scorer = "search_scorer.js"

default_role = "code"
myst_enable_extensions = ["colon_fence", "deflist", "substitution"]
NODE_VERSION = Path(__file__).parent.parent / "tests" / "conformance" / "NODE_VERSION"
myst_substitutions = {"node_version": NODE_VERSION.read_text("utf-8").strip()}
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "separated"
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


SERVER_TYPES = options.ServerOptionNames.__annotations__
HOST_AND_PORT = {"host": ForwardRef("str | None"), "port": ForwardRef("int | None")}
CONNECT_TYPES = HOST_AND_PORT | options.ConnectOptionNames.__annotations__
OPTION_TYPES = {
    "ListenOptions": SERVER_TYPES,
    "ServerOptions": SERVER_TYPES,
    "ConnectionOptions": SERVER_TYPES,
    "SocketOptions": SERVER_TYPES,
    "ConnectOptions": CONNECT_TYPES,
    "ReconnectOptions": CONNECT_TYPES,
}


class OptionTable(SphinxDirective):
    """The directive ``option-table``: names, types and defaults of a class of options."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        rows = ["| option | type | default |", "|---|---|---|"]
        for option, row in getattr(options, name).rows.items():
            kind = OPTION_TYPES[name][option].__forward_arg__.replace("|", "\\|")
            default = re.sub(r"<class '(.*?)'>", r"\1", repr(row.default))
            rows.append(f"| `{option}` | `{kind}` | `{default}` |")
        return self.parse_text_to_nodes("\n".join(rows))


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
    app.add_directive("option-table", OptionTable)
