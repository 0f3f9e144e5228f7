"""What happens to a server, written down in the order in which it happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet.node._net.servers.server import Server

EVENTS = ("listening", "connection", "drop", "error", "close")


class Trace(list[str]):
    """Lines; :meth:`note` makes callbacks that add one."""

    def note(self, line: str) -> Callable[..., None]:
        """A callback that adds a line, with the errors it is called with by their codes."""

        def write(*args: Any) -> None:
            codes = [
                arg.code for arg in args if isinstance(arg, Exception) and hasattr(arg, "code")
            ]
            self.append(" ".join([line, *codes]))

        return write

    def watch(self, server: Server, label: str = "") -> Server:
        """Write the events of a server down."""
        for name in EVENTS:
            server.on(name, self.note(f"{label} {name}".strip()))
        return server


def port_of(server: Server) -> int:
    """The TCP port that a server listens on."""
    address = server.address()
    assert isinstance(address, dict)
    return address["port"]
