"""``connect()``: a new socket that connects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, Unpack, overload

from anynet.node._errors.numerals import is_truthy
from anynet.node._net.options.connect_options import (
    ConnectOptions,
    Listener,
    connect_arguments,
)
from anynet.node._net.sockets.socket import Socket

#: Node's other name of the class.
Stream: TypeAlias = Socket


@overload
def connect(port: int | str, host: str | None, listener: Listener | None = None, /) -> Socket: ...


@overload
def connect(
    place: Mapping[str, Any] | int | str, listener: Listener | None = None, /
) -> Socket: ...


@overload
def connect(listener: Listener | None = None, /, **options: Unpack[ConnectOptions]) -> Socket: ...


def connect(*args: Any, **options: Any) -> Socket:
    """A new socket that connects; see :meth:`Socket.connect` for the arguments.

    The options go to the socket as well; its ``timeout`` among them is set before it connects.
    """
    found, listener = connect_arguments(args, options)
    socket = Socket.__new__(Socket)
    socket._begin(found)  # Sorted options, which the constructor would merge once more.
    if "timeout" in found and is_truthy(found["timeout"]):
        socket.setTimeout(found["timeout"])
    # By the method: what a program puts in its place, to trace it say, has this connect as well.
    return socket.connect(found) if listener is None else socket.connect(found, listener)


createConnection = connect
