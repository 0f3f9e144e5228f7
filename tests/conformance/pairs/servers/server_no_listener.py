"""A server without a connection listener still accepts; a client that only ends is let go."""
# rows: 4.event.connection 8.2 8.4 4.getConnections

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server: Any = net.createServer()
    server.on("close", lambda: log("server close"))

    def listening() -> None:
        port = server.address()["port"]
        silent: net.Socket = net.connect(port, "127.0.0.1", lambda: silent.end())
        silent.resume()

        def silent_closed(failed: bool) -> None:
            log("silent close", failed, silent.bytesRead)
            server.getConnections(lambda error, count: log("count", count))
            talker: net.Socket = net.connect(
                port, "127.0.0.1", lambda: talker.end("nobody reads this")
            )
            talker.resume()
            talker.on("close", lambda again: log("talker close", again))

            def later() -> None:
                server.getConnections(lambda error, count: log("count", count))
                log("talker", talker.destroyed, talker.writableFinished)
                server.close()
                talker.destroy()

            net.setTimeout(later, 40)

        silent.on("close", silent_closed)

    server.listen(0, "127.0.0.1", listening)


run(main)
