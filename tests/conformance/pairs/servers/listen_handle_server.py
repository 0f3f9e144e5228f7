"""listen(server) serves what another server has bound; so does anything with its _handle."""
# rows: 4.listen.handle 4.listen.overloads 4.address

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    first: Any = net.createServer(lambda socket: log("never"))

    def listening() -> None:
        port = first.address()["port"]

        def accept(socket: net.Socket) -> None:
            log("connection", socket.localPort == port, socket.server is second)
            socket.end("from the second")

        second = net.createServer(accept)

        def second_closed() -> None:
            log("second closed")
            first.close(lambda error=None: log("first closed", error))

        def second_listening() -> None:
            log("second listening", second.address())
            client = net.connect(port, "127.0.0.1")
            client.on("data", lambda data: log("data", data))
            client.on("close", lambda failed: second.close(second_closed))

        returned = second.listen(first, second_listening)
        log("returned", returned is second, second.listening, second.address())

    first.listen(0, "127.0.0.1", listening)


run(main)
