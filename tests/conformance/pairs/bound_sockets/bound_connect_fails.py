"""What a connect from a BoundSocket fails with: a refusal, the other family, a failed lookup;
then the socket connects without it."""

# rows: b.connect b.errors 5.event.connectionAttemptFailed
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.end("hello"))
    free = net.BoundSocket({"host": "127.0.0.1"})
    closedPort = free.address()["port"]

    def start():
        port = server.address()["port"]

        def unknown(name, options, callback):
            callback(Exception("no such name"))

        blocked = net.BlockList()
        blocked.addAddress("127.0.0.1")
        cases = [
            ["127.0.0.1", None, {"port": closedPort, "host": "127.0.0.1"}],
            ["127.0.0.1", None, {"port": port, "host": "::1"}],
            ["::1", None, {"port": port, "host": "127.0.0.1"}],
            ["127.0.0.1", None, {"port": port, "host": "some.name", "lookup": unknown}],
            ["127.0.0.1", blocked, {"port": port, "host": "127.0.0.1"}],
        ]

        def next(*_):
            if not cases:
                free.close()
                server.close()
                return
            host, blockList, options = cases.pop(0)
            bound = net.BoundSocket({"host": host})
            own = bound.address()["port"]
            socket = net.Socket({"handle": bound, "blockList": blockList})
            watch(socket, "socket", "connectionAttempt", "connect", "data", "end")

            def onError(error):
                text = str(error).replace(str(own), "OWN", 1)
                code, syscall = getattr(error, "code", None), getattr(error, "syscall", None)
                log("error", code, syscall, text)

            socket.on("error", onError)
            socket.on(
                "connectionAttemptFailed",
                lambda address, to, family, error: log("failed", address, family, error.code),
            )
            socket.connect(options)

            def onClose(hadError):
                log("close", hadError, socket.localPort)
                net.BoundSocket({"host": host, "port": own}).close()
                if options["port"] != closedPort:
                    next()
                    return
                socket.connect(port, "127.0.0.1")
                log("again", socket.pending, socket.connecting)
                socket.once("connect", lambda: log("other port", socket.localPort != own))
                socket.once("close", next)

            socket.once("close", onClose)

        next()

    server.listen(0, "127.0.0.1", start)


run(main)
