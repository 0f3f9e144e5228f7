"""An exception in a close callback ends the program."""
# rows: 8.9 4.event.close

from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer()

    def closed() -> None:
        log("closing")
        raise ValueError("the callback failed")

    def listening() -> None:
        net.setTimeout(lambda: log("never"), 200)
        server.close(closed)
        log("close returned")

    server.listen("s.sock", listening)


run(main)
