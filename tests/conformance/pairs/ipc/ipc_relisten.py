"""Closed and listening again at the same path in one breath: the file is the new one's."""
# rows: 1.4 4.close 4.event.listening

from __future__ import annotations

import os

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer(lambda socket: socket.end("second life"))
    server.on("close", lambda: log("close", server.listening))

    def again() -> None:
        log("listening again", server.address(), os.path.exists("s.sock"))
        client = net.connect("s.sock")
        client.on("data", lambda data: log("data", data))
        client.on("close", lambda failed: server.close())

    def listening() -> None:
        log("listening", os.path.exists("s.sock"))
        server.close(lambda: log("close callback", os.path.exists("s.sock")))
        log("closed", os.path.exists("s.sock"))
        server.listen({"path": "s.sock"}, again)

    server.listen("s.sock", listening)


run(main)
