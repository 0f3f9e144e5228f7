"""address() of a Unix server: set once listen returned."""
# rows: 4.address 1.1

from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer()
    log("before", server.address())

    def tcp() -> None:
        log("tcp", server.address())
        server.close(lambda: log("closed again", server.address()))

    def closed() -> None:
        log("closed", server.address())
        server.listen(0, "127.0.0.1", tcp)

    def listening() -> None:
        log("listening", server.address())
        server.close(closed)
        log("closing", server.address())

    server.listen("s.sock", listening)
    log("returned", server.address())


run(main)
