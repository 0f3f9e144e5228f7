"""A program whose servers are all unref'ed ends, without a close event."""
# rows: 4.unref 4.event.close

from __future__ import annotations

from collections.abc import Callable

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def after_listening(server: net.Server) -> None:
    server.listen(0, "127.0.0.1", lambda: log("unref", server.unref() is server, server.listening))


def main() -> None:
    ways: list[tuple[str, Callable[[net.Server], object]]] = [
        ("after listening", after_listening),
        ("before listen", lambda server: server.unref().listen(0, "127.0.0.1")),
        ("at once", lambda server: server.listen(0).unref()),
        ("path", lambda server: server.listen("s.sock").unref()),
    ]
    for label, way in ways:
        server = net.createServer()
        watch(server, label, "close", "connection", "error")
        way(server)
    net.setTimeout(lambda: log("a timer holds"), 20)


run(main)
log("exit")
