"""listen() twice before a host is bound, and close() between the two."""
# rows: 4.listening 4.event.listening 4.close

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    def twice() -> None:
        server: Any = net.createServer()

        def listening() -> None:
            log("listening", server.address()["address"])
            server.close(lambda: log("closed", server.listening))

        def listen_again() -> bool:
            return server.listen(0, "127.0.0.2", lambda: log("second callback")) is server

        server.on("listening", listening)
        server.on("error", lambda error: log("error", error.code))
        server.listen(0, "127.0.0.1", lambda: log("first callback"))
        attempt("again", listen_again)

    def between() -> None:
        server: Any = net.createServer()

        def listen_again() -> bool:
            return server.listen(0, "127.0.0.2", lambda: log("second callback")) is server

        def closed() -> None:
            log("closed")
            twice()

        server.on("listening", lambda: log("listening", server.address()["address"]))
        server.on("close", lambda: log("close"))
        server.on("error", lambda error: log("error", error.code))
        server.listen(0, "127.0.0.1", lambda: log("first callback"))
        server.close(lambda error=None: log("close callback", error))
        attempt("after close", listen_again)
        net.setTimeout(lambda: server.close(closed), 30)

    between()


run(main)
