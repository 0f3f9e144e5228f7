"""An exception in the listening callback ends the program."""
# rows: 8.9 4.event.listening

from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer()
    server.on("error", lambda error: log("never"))
    server.on("close", lambda: log("never"))
    server.on("listening", lambda: log("first listener"))

    def listening() -> None:
        net.setTimeout(lambda: log("never"), 200)
        net.nextTick(lambda: log("never"))
        log("callback", server.listening)
        raise TypeError("the callback failed")

    server.listen(0, "127.0.0.1", listening)
    server.on("listening", lambda: log("never"))
    log("listen returned")


run(main)
