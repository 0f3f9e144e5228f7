"""A port whose connections the server itself ended can be taken again at once: SO_REUSEADDR."""
# rows: 4.listen.options.port 4.close 4.event.listening

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    port = 0
    rounds = 0
    server: Any = net.createServer(lambda socket: socket.end(f"round {rounds}"))
    server.on("error", lambda error: log("error", error.code))

    def listening() -> None:
        nonlocal port, rounds
        rounds += 1
        port = server.address()["port"]
        log("listening", rounds, port)
        client = net.connect(port, "127.0.0.1")

        def client_closed(failed: bool) -> None:
            log("client close", failed)
            server.close()

        client.on("data", lambda data: log("data", data))
        client.on("close", client_closed)

    def closed() -> None:
        log("close")
        if rounds < 4:
            server.listen(port, "127.0.0.1")

    server.on("listening", listening)
    server.on("close", closed)
    server.listen(0, "127.0.0.1")


run(main)
