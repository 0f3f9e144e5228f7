"""ref() and unref() return the server, may be repeated, and work before listen and after close."""
# rows: 4.ref 4.unref

from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer()
    log(
        "before listen",
        server.unref() is server,
        server.unref() is server,
        server.ref() is server,
        server.ref() is server,
    )

    def listening() -> None:
        log("listening", server.unref() is server, server.unref() is server)
        log("again", server.ref() is server, server.ref() is server)
        server.close(lambda: log("closed", server.ref() is server, server.unref() is server))
        log("closing", server.unref() is server)

    server.listen(0, "127.0.0.1", listening)


run(main)
