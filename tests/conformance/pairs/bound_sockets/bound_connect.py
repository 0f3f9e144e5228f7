"""A client connects from a BoundSocket: by an address, by a name, and its end is known at once."""

# rows: b.connect b.Socket 5.localPort 5.pending
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        peer.resume()
        peer.end(str(peer.remotePort))

    server = net.createServer(onConnection)

    def start():
        port = server.address()["port"]

        def lookup(name, options, callback):
            log("lookup", name, options.get("all") is True)
            net.setImmediate(callback, None, "127.0.0.1", 4)

        place = {"port": port, "host": "127.0.0.1"}
        cases = [
            lambda handle: net.connect({"handle": handle, **place}),
            lambda handle: net.connect({"handle": handle, "port": port, "host": "localhost"}),
            lambda handle: net.connect(
                {"handle": handle, "port": port, "host": "some.name", "lookup": lookup}
            ),
            lambda handle: net.Socket({"handle": handle}).connect(port, "127.0.0.1"),
            lambda handle: net.Socket({"handle": handle}).connect({**place, "path": "ignored"}),
        ]

        def next():
            if not cases:
                server.close()
                return
            make = cases.pop(0)
            bound = net.BoundSocket({"host": "127.0.0.1"})
            own = bound.address()["port"]
            socket = make(bound)
            log(
                "connecting",
                socket.localPort == own,
                socket.localAddress,
                socket.pending,
                socket.connecting,
                socket.readyState,
            )
            names = ["lookup", "connectionAttemptFailed", "connect", "ready", "end", "finish"]
            watch(socket, "socket", *names, "error")
            socket.on(
                "connect",
                lambda: log(
                    "connected",
                    socket.localPort == own,
                    socket.remotePort == port,
                    socket.pending,
                ),
            )
            socket.on("data", lambda data: log("data", data.decode() == str(own)))

            def onClose(hadError):
                log("close", hadError, socket.localPort, socket.localAddress, socket.address())
                next()

            socket.on("close", onClose)

        next()

    server.listen(0, "127.0.0.1", start)


run(main)
