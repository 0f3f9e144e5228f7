"""What the reference says beside the docstrings: options as tables, and which names mean the same.

A docstring lists options as definitions, ``name : default VALUE, in UNIT``; the tables of the
reference are made of these and of the rows that the code itself reads.
"""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Iterator
from typing import Any, ForwardRef, NamedTuple

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
from anynet._rules import options

#: The public modules, those first whose names count for objects that several of them have.
MODULES = (anynet, anynet.framing, anynet.cluster, anynet.testing, anynet.node)

#: Classes that programs do not call themselves, and where their objects come from.
MADE_BY = {
    "anynet.BoundSocket": ":func:`bind`",
    "anynet.Connecting": ":func:`connect`",
    "anynet.Reconnections": "``async for`` over :func:`connect`",
    "anynet.Relay": ":func:`relay`",
    "anynet.Released": ":meth:`Socket.release`",
    "anynet.ReleasedListeners": ":meth:`Server.release`",
    "anynet.Server": ":func:`create_server`",
    "anynet.ServerEvents": ":meth:`Server.events`",
    "anynet.Socket": ":func:`connect`, servers and the class methods below",
    "anynet.SocketEvents": ":meth:`Socket.events`",
    "anynet.cluster.Channel": "a :class:`~anynet.cluster.Worker`, and a"
    " :class:`~anynet.cluster.WorkerProcess`",
    "anynet.cluster.EventStream": ":meth:`Cluster.events() <anynet.cluster.Cluster.events>`",
    "anynet.cluster.Worker": ":func:`~anynet.cluster.current_worker`",
    "anynet.cluster.WorkerProcess": "a :class:`~anynet.cluster.Cluster`",
    "anynet.testing.ConformanceCase": ":func:`~anynet.testing.byte_stream_cases` and"
    " :func:`~anynet.testing.listener_cases`",
    "anynet.testing.EchoServer": ":func:`~anynet.testing.echo_server`",
    "anynet.testing.MemoryStream": ":func:`~anynet.testing.memory_stream_pair`",
    "anynet.testing.NetworkEvent": "a :class:`~anynet.testing.Network`",
    "anynet.testing.NetworkHost": ":meth:`Network.host() <anynet.testing.Network.host>`",
    "anynet.testing.Peer": "a :class:`~anynet.testing.Stage`",
    "anynet.testing.PeerListener": "a :class:`~anynet.testing.Stage`",
    "anynet.testing.Stage": ":func:`~anynet.testing.cancel_everywhere` and its like",
    "anynet.testing.SweepCase": ":func:`~anynet.testing.cancellation_cases` and"
    " :func:`~anynet.testing.failure_cases`",
    "anynet.testing.SweepReport": ":func:`~anynet.testing.cancel_everywhere` and"
    " :func:`~anynet.testing.fail_everywhere`",
}
#: Protocols and types of attributes: nobody makes an object of these.
NOT_MADE = {"anynet.ProxyAttribute", "anynet.Resolver", "anynet.SocketServer"}

# -- options --------------------------------------------------------------------------------------

DEFINITION = re.compile(r"^``(\w+)``(?: : (.+))?\n((?:    .+\n?)+)", re.MULTILINE)
IN_UNIT = re.compile(r"(?:^|, )in (.+)$")

SERVER_TYPES = options.ServerOptionNames.__annotations__
HOST_AND_PORT = {"host": ForwardRef("str | None"), "port": ForwardRef("int | None")}
CONNECT_TYPES = HOST_AND_PORT | options.ConnectOptionNames.__annotations__
#: Where the keywords of a class of options have their types, and who explains them.
EXPLAINED = {
    "ListenOptions": (SERVER_TYPES, anynet.create_server),
    "ServerOptions": (SERVER_TYPES, anynet.create_server),
    "ConnectionOptions": (SERVER_TYPES, anynet.create_server),
    "SocketOptions": (SERVER_TYPES, anynet.create_server),
    "ConnectOptions": (CONNECT_TYPES, anynet.connect),
    "ReconnectOptions": (CONNECT_TYPES, anynet.connect),
}


class Option(NamedTuple):
    """A row of a table of options."""

    name: str
    kind: str
    default: str
    unit: str
    meaning: str


def definitions_of(function: Any) -> dict[str, tuple[str, str]]:
    """What a docstring says of each option: what stands behind its name, and its meaning."""
    found = DEFINITION.findall(inspect.getdoc(function) or "")
    return {name: (behind, " ".join(meaning.split())) for name, behind, meaning in found}


def shown_default(default: object) -> str:
    """A default as a program would write it."""
    if isinstance(default, tuple) and default:
        return ", ".join(each.__name__ for each in default)
    return repr(default)


def options_of(name: str) -> Iterator[Option]:
    """The rows of a class of options."""
    types, function = EXPLAINED[name]
    definitions = definitions_of(function)
    for option, row in getattr(options, name).rows.items():
        behind, meaning = definitions[option]
        unit = IN_UNIT.search(behind)
        kind = types[option].__forward_arg__
        yield Option(option, kind, shown_default(row.default), unit[1] if unit else "", meaning)


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
