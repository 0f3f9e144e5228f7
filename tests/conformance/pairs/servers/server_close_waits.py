"""close() stops accepting and waits: those inside go on, those outside are refused."""
# rows: 4.close 4.event.close 4.listening 4.address

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    def accept(socket: net.Socket) -> None:
        def received(data: bytes) -> None:
            log("server data", data)
            if data.decode("latin1") == "close":
                returned = server.close(lambda error=None: log("close callback", error))
                log("close", returned is server)
                log("state", server.listening, server.address())
                socket.write("closing")
            else:
                socket.end("bye")

        socket.on("data", received)
        socket.on("close", lambda failed: log("server socket close", failed))

    server: Any = net.createServer(accept)
    watch(server, "server", "close")

    def listening() -> None:
        port = server.address()["port"]
        inside: net.Socket = net.connect(port, "127.0.0.1", lambda: inside.write("close"))

        def answered(data: bytes) -> None:
            log("inside data", data)
            outside = net.connect(port, "127.0.0.1")

            def counted(error: Any, count: int) -> None:
                log("connections", error, count)
                inside.write("more")

            def outside_closed(failed: bool) -> None:
                log("outside close", failed)
                server.getConnections(counted)

            outside.on("error", lambda error: log("outside error", error))
            outside.on("close", outside_closed)

        inside.once("data", answered)

    server.listen(0, "127.0.0.1", listening)


run(main)
