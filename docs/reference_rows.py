"""What the reference says of options and constructors, as rows; a test holds them to the code.

A docstring lists options as definitions, ``name : default VALUE, in UNIT``; the tables of the
reference are made of these and of the rows that the code itself reads.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, ForwardRef, NamedTuple

import anynet
from anynet._rules import options

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
    "anynet.testing.CancelPoint": ":func:`~anynet.testing.cancel_everywhere`, for each step",
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
