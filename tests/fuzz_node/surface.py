"""What of Node's world programs may use here: its classes and the functions of its modules.

Programs are made of what is there: a class that is missing here is in no program.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

from anynet import node as net


def _module(name: str) -> Any:
    try:
        return import_module(f"anynet.node.{name}")
    except ModuleNotFoundError:
        return net


MODULES: Final[Mapping[str, Any]] = {
    "net": net,
    "stream": _module("stream"),
    "events": net.events,
}
_CLASSES = {
    "EventEmitter": net,
    "Readable": MODULES["stream"],
    "Writable": MODULES["stream"],
    "Duplex": MODULES["stream"],
    "Transform": MODULES["stream"],
    "PassThrough": MODULES["stream"],
    "Socket": net,
    "Server": net,
}
CLASSES: Final[Mapping[str, Any]] = {
    name: getattr(module, name) for name, module in _CLASSES.items() if hasattr(module, name)
}
