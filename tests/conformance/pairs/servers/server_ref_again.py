"""ref() undoes unref(): the server holds the program again until it closes."""
# rows: 4.ref 4.unref

from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run

servers: list[net.Server] = []


def main() -> None:
    server = net.createServer(lambda socket: log("never"))
    servers.append(server)
    server.unref()

    def later() -> None:
        log("still here", server.listening)
        server.close(lambda: log("closed"))

    def listening() -> None:
        log("listening")
        server.ref()
        server.unref()
        server.ref()
        timer = net.setTimeout(later, 30)
        timer.unref()

    server.listen(0, "127.0.0.1", listening)
    server.ref()


run(main)
log("exit", servers[0].listening)
