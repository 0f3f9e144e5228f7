"""typeOfService as an option of Socket and connect: checked by the constructor, set at the
connect."""

# rows: 5.option.typeOfService 5.getTypeOfService 6.option.typeOfService
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    for value in [0, 16, 255, 256, -1, float("nan"), 1.5, "16", True, {}, ""]:
        attempt("Socket", lambda: net.Socket({"typeOfService": value}).getTypeOfService())

    def onConnection(peer):
        log("server", peer.getTypeOfService())
        peer.resume()

    server = net.createServer({"typeOfService": 300}, onConnection)

    def start():
        port = server.address()["port"]
        place = {"port": port, "host": "127.0.0.1"}
        attempt("connect", lambda: net.connect({**place, "typeOfService": 300}))
        cases = [
            lambda: net.connect({**place, "typeOfService": 16}),
            lambda: net.Socket({"typeOfService": 32}).connect(port, "127.0.0.1"),
            # Of the method it is no option.
            lambda: net.Socket({"typeOfService": 8}).connect({**place, "typeOfService": 32}),
            lambda: net.Socket().connect({**place, "typeOfService": 300}),
        ]

        def next(*_):
            if not cases:
                server.close()
                return
            socket = cases.pop(0)()

            def onConnect():
                log("connected", socket.getTypeOfService())
                socket.setTypeOfService(64)
                log("set", socket.getTypeOfService())
                socket.end()

            socket.on("connect", onConnect)
            socket.resume()
            socket.on("close", next)

        next()

    server.listen(0, "127.0.0.1", start)


run(main)
