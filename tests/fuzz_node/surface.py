"""What of Node's world programs use here: its classes, and the functions of its modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from anynet import node as net
from anynet.node import events, stream

MODULES: Final[Mapping[str, Any]] = {"net": net, "stream": stream, "events": events}
CLASSES: Final[Mapping[str, Any]] = {
    "EventEmitter": net.EventEmitter,
    "Readable": stream.Readable,
    "Writable": stream.Writable,
    "Duplex": stream.Duplex,
    "Transform": stream.Transform,
    "PassThrough": stream.PassThrough,
    "Socket": net.Socket,
    "Server": net.Server,
}
