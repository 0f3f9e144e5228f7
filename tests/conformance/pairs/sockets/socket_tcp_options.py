"""setNoDelay and setKeepAlive before, while and after a connection: what they return, and what they take."""

# rows: 5.setNoDelay 5.setKeepAlive

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    served = None

    def onConnection(peer):
        nonlocal served
        served = [peer.setNoDelay() is peer, peer.setKeepAlive(True, 1500) is peer]
        peer.end()
        peer.resume()

    server = net.createServer(
        {"noDelay": True, "keepAlive": True, "keepAliveInitialDelay": 3000}, onConnection
    )

    def start():
        socket = net.Socket()
        log("new", socket.setNoDelay() is socket, socket.setKeepAlive() is socket)
        log("more", socket.setNoDelay(False) is socket, socket.setKeepAlive(True, 1000) is socket)
        socket.connect(server.address()["port"], "127.0.0.1")
        log("connecting", socket.setNoDelay(True) is socket, socket.setKeepAlive(True, 0) is socket)

        def onConnect():
            log("on", socket.setNoDelay(True) is socket, socket.setKeepAlive(True, 2500) is socket)
            log("off", socket.setNoDelay(False) is socket, socket.setKeepAlive(False) is socket)
            log("odd", socket.setNoDelay(0) is socket, socket.setKeepAlive(1, 700) is socket)

        socket.on("connect", onConnect)
        socket.resume()

        def onClose(hadError):
            log(
                "close",
                hadError,
                socket.setNoDelay() is socket,
                socket.setKeepAlive(True) is socket,
            )
            log("served", served)
            server.close()

        socket.on("close", onClose)

    server.listen(0, "127.0.0.1", start)


run(main)
