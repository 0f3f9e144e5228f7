"""One descriptor can't be served twice in one program: an error event, and the first goes on."""
# rows: 4.listen.options.fd 4.listen.handle 4.event.error

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    first: Any = net.createServer(lambda socket: socket.end("from the first"))

    def listening() -> None:
        second = net.createServer(lambda socket: log("never"))

        def failed(error: Any) -> None:
            log("error", error.code, error.syscall, str(error), second.listening)
            client = net.connect(first.address()["port"], "127.0.0.1")
            client.on("data", lambda data: log("data", data))
            client.on("close", lambda failed: first.close(lambda: log("first closed")))

        second.on("listening", lambda: log("never"))
        second.on("error", failed)
        returned = second.listen({"fd": first._handle.fd})
        log("returned", returned is second, second.listening)

    first.listen({"port": 0, "host": "127.0.0.1"}, listening)


run(main)
