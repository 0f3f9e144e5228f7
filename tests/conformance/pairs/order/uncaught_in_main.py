"""An exception in the program itself, after a server was told to listen and a timer was set."""

# rows: 8.9
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer()
    server.listen(0, "127.0.0.1", lambda: log("never"))
    server.on("close", lambda *_: log("never"))
    net.setTimeout(lambda: log("never"), 1)
    net.nextTick(lambda: log("never"))
    log("begun")
    raise RuntimeError("the program failed")


run(main)
