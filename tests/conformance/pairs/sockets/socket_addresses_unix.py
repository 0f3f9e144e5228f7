"""A Unix socket has no addresses, at any stage."""

# rows: 5.address 5.localAddress 5.remoteAddress 1.1

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    served = None

    def onConnection(peer):
        nonlocal served
        server.close()
        served = [
            peer.address(),
            peer.localAddress,
            peer.localPort,
            peer.remoteAddress,
            peer.remotePort,
            peer.remoteFamily,
        ]
        peer.end("x")
        peer.resume()

    server = net.createServer(onConnection)

    def start():
        socket = net.connect("s.sock")
        log("connecting", socket.connecting, socket.pending, socket.remoteAddress)

        def onConnect():
            log(
                "client",
                socket.address(),
                socket.localAddress,
                socket.localPort,
                socket.localFamily,
            )
            log(
                "client",
                socket.remoteAddress,
                socket.remotePort,
                socket.remoteFamily,
                socket.readyState,
            )

        socket.on("connect", onConnect)
        watch(
            socket,
            "socket",
            "lookup",
            "connectionAttempt",
            "connect",
            "ready",
            "data",
            "end",
            "close",
        )
        socket.on("close", lambda hadError: log("served", served))

    server.listen("s.sock", start)


run(main)
