"""A second listen() throws ERR_SERVER_ALREADY_LISTEN, whatever its arguments, and changes nothing."""
# rows: 4.event.listening

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    server: Any = net.createServer()
    server.on("listening", lambda: log("listening"))

    def closed() -> None:
        log("closed")
        attempt("after close", lambda: server.listen(0).listening)
        attempt("at once again", lambda: server.listen(0))
        server.close()

    def listening() -> None:
        before = server.address()["port"]
        attempt("in the callback", lambda: server.listen(0))
        attempt("a path", lambda: server.listen("other.sock"))
        attempt("nothing", lambda: server.listen())
        attempt("options", lambda: server.listen({"port": before}, lambda: log("never")))
        log("still", server.listening, server.address()["port"] == before)
        server.close(closed)

    server.listen(0, "127.0.0.1", listening)


run(main)
