"""listening comes after listen returned, after its ticks, once; the callback is one of its listeners."""
# rows: 4.event.listening 4.listening 8.7 8.8

from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer()
    server.on("listening", lambda: log("first listener", server.listening))
    server.once("listening", lambda: log("once listener"))

    def callback(*values: object) -> None:
        log("callback", *values)
        log("listeners left", server.listenerCount("listening"))
        net.nextTick(lambda: log("tick of the callback"))
        server.close(lambda: log("close callback"))
        log("after close", server.listening)

    returned = server.listen({"port": 0, "host": "127.0.0.1"}, callback)
    server.on("listening", lambda: log("last listener"))
    server.on("close", lambda: log("close"))
    log("returned", returned is server, server.listening, server.listenerCount("listening"))
    net.nextTick(lambda: log("tick after listen", server.listening))


run(main)
