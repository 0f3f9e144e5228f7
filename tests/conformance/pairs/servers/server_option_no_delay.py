"""noDelay: short writes in turn arrive one by one; the option and the method agree."""
# rows: 4.option.noDelay 5.setNoDelay

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def exchange(options: dict[str, Any], done: Callable[[], object]) -> None:
        def accept(socket: net.Socket) -> None:
            log(
                "chained",
                socket.setNoDelay() is socket,
                socket.setNoDelay(False) is socket,
                socket.setNoDelay(True) is socket,
            )
            socket.on("data", lambda data: log("server data", data, socket.write(data)))
            socket.on("end", lambda: log("server end"))

        server: Any = net.createServer(options, accept)

        def listening() -> None:
            letters = ["a", "b", "c"]
            port = server.address()["port"]
            client = net.connect({"port": port, "host": "127.0.0.1", "noDelay": True})

            def received(data: bytes) -> None:
                log("client data", data)
                if letters:
                    client.write(letters.pop(0))
                else:
                    client.end()

            def closed(failed: bool) -> None:
                log("client close", failed, client.bytesRead, client.bytesWritten)
                server.close(done)

            client.on("connect", lambda: client.write(letters.pop(0)))
            client.on("data", received)
            client.on("close", closed)

        server.listen({"port": 0, "host": "127.0.0.1"}, listening)

    exchange(
        {"noDelay": True},
        lambda: exchange({"noDelay": False}, lambda: exchange({"noDelay": 1}, lambda: log("done"))),
    )


run(main)
