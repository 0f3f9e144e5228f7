"""What the reference says beside the docstrings: tables of options, names that mean the same."""

from __future__ import annotations

import inspect
import itertools
import re

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.ext import intersphinx
from sphinx.util.docutils import SphinxDirective

import anynet
import anynet.cluster
import anynet.framing
import anynet.node
import anynet.testing
from docs.reference_rows import DEFINITION, MADE_BY, NOT_MADE, options_of

#: The public modules, those first whose names count for objects that several of them have.
MODULES = (anynet, anynet.framing, anynet.cluster, anynet.testing, anynet.node)


# -- options --------------------------------------------------------------------------------------


class OptionTable(SphinxDirective):
    """The directive ``option-table``: what there is to know of each option of a class."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        lines = [".. list-table::", "   :header-rows: 1", "   :class: options", ""]
        rows = [("option", "type", "default", "unit", "meaning")]
        for each in options_of(self.arguments[0]):
            name, kind, default = (f"``{text}``" for text in each[:3])
            rows.append((name, kind, default, each.unit, each.meaning))
        for row in rows:
            lines.append("   * - " + row[0])
            lines += ["     - " + cell for cell in row[1:]]
        return self.parse_text_to_nodes("\n".join(lines))


# -- docstrings -----------------------------------------------------------------------------------


def without_definitions(text: str) -> str:
    """A docstring without its options, and without the paragraphs that lead to them."""
    parts = DEFINITION.sub("\0", text).split("\n\n")
    return "\n\n".join(
        part
        for part, following in itertools.pairwise([*parts, ""])
        if not part.startswith("\0") and not following.startswith("\0")
    )


def show_origin(
    app: Sphinx, what: str, name: str, value: object, given: object, lines: list[str]
) -> None:
    """Called for each docstring: say who makes a class, and leave options to the tables."""
    if name in MADE_BY:
        lines += ["", f"Made by {MADE_BY[name]}.", ""]
    if name in ("anynet.create_server", "anynet.connect"):
        text = without_definitions("\n".join(lines) + "\n")
        lines[:] = [
            *text.splitlines(),
            "",
            "The :doc:`options </reference/options>` are keywords.",
            "",
        ]


def hide_constructor(
    app: Sphinx, what: str, name: str, value: object, given: object, sig: str, returned: str
) -> tuple[str, None] | None:
    """Called for each signature: a class that programs do not call shows none."""
    return ("", None) if name in MADE_BY or name in NOT_MADE else None


# -- names -----------------------------------------------------------------------------------------


def public_names() -> dict[str, str]:
    """The public name of each object, by the one that its definition has, and by its last part."""
    names: dict[str, str] = {}
    for module in MODULES:
        for name in module.__all__:
            value, public = getattr(module, name), f"{module.__name__}.{name}"
            names.setdefault(name, public)
            if inspect.isclass(value) or inspect.isfunction(value):
                names.setdefault(f"{value.__module__}.{value.__qualname__}", public)
    return names


#: What docstrings call by its last part alone.
PUBLIC_NAMES = {
    **public_names(),
    "on": "anynet.node.EventEmitter.on",
    "push": "anynet.node.Readable.push",
}


def find_public(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.reference | None:
    """Called for a name that is not found: annotations have it as its definition does.

    Names of ours become public; of those of others the parts are left out that begin with ``_``.
    """
    target = node.get("reftarget", "")
    if node.get("refdomain") != "py":
        return None
    if target in PUBLIC_NAMES:
        domain, role = env.domains.python_domain, "obj"
        name = PUBLIC_NAMES[target]
        return domain.resolve_xref(env, node["refdoc"], app.builder, role, name, node, content)
    public = re.sub(r"\._\w+(?=\.)", "", target)
    if public == target or target.startswith("anynet."):
        return None
    node["reftarget"] = public
    return intersphinx.missing_reference(app, env, node, content)


def setup(app: Sphinx) -> None:
    """Called by conf.py."""
    app.add_directive("option-table", OptionTable)
    app.connect("autodoc-process-docstring", show_origin)
    app.connect("autodoc-process-signature", hide_constructor)
    app.connect("missing-reference", find_public)
