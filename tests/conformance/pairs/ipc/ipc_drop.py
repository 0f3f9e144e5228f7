"""Over maxConnections a Unix server emits drop without data."""
# rows: 4.event.drop 4.maxConnections 8.10 1.1

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer()
    server.maxConnections = 1

    def connection(socket: net.Socket) -> None:
        log("connection")
        socket.on("close", lambda failed: log("server socket close", failed))
        socket.resume()

    def dropped(*values: object) -> None:
        log("drop", len(values), *values)

    def listening() -> None:
        def one_connected() -> None:
            lines: list[tuple[Any, ...]] = []
            two = net.connect("s.sock")

            def two_closed(failed: bool) -> None:
                lines.append(("two close", failed))
                for line in lines:
                    log(*line)
                server.close()
                one.end()

            two.on("connect", lambda: lines.append(("two connect",)))
            two.on("data", lambda data: lines.append(("two data", data)))
            two.on("end", lambda: lines.append(("two end",)))
            two.on("error", lambda error: lines.append(("two error", error.code)))
            two.on("close", two_closed)
            two.resume()

        one = net.connect("s.sock", one_connected)
        one.resume()
        one.on("close", lambda failed: net.setImmediate(lambda: log("one closed", failed)))

    server.on("connection", connection)
    server.on("drop", dropped)
    server.on("close", lambda: log("server close"))
    server.listen("s.sock", listening)


run(main)
