"""Addresses of an IPv6 connection, and of an IPv4 one to a dual-stack server."""

# rows: 5.address 5.localAddress 5.localFamily 5.remoteAddress 5.remoteFamily

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    served = []

    def onConnection(peer):
        served.append(
            [
                peer.localAddress,
                peer.localFamily,
                peer.remoteAddress,
                peer.remoteFamily,
                peer.address()["family"],
            ]
        )
        peer.end()
        peer.resume()
        if len(served) == 2:
            server.close(lambda: log("served", served))

    server = net.createServer(onConnection)

    def second():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        socket.on(
            "connect",
            lambda: log(
                "client",
                socket.localAddress,
                socket.localFamily,
                socket.remoteAddress,
                socket.remoteFamily,
            ),
        )
        socket.resume()
        socket.on("end", lambda *values: log("second end", *values))

    def first():
        log("listening", server.address())
        socket = net.connect(server.address()["port"], "::1")
        socket.on(
            "connect",
            lambda: log(
                "client",
                socket.localAddress,
                socket.localFamily,
                socket.remoteAddress,
                socket.remoteFamily,
            ),
        )
        socket.resume()

        def onClose(hadError):
            log("closed", hadError, socket.address(), socket.remoteAddress)
            second()

        socket.on("close", onClose)

    server.listen(0, "::", first)


run(main)
