"""ref and unref return the socket at every stage; an unref'ed connection alone does not hold the program."""

# rows: 5.ref 5.unref

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    served = False

    def onConnection(peer):
        nonlocal served
        served = peer.unref() is peer
        server.unref()
        peer.on("close", lambda hadError: log("never"))

    server = net.createServer(onConnection)

    def start():
        socket = net.Socket()
        log("new", socket.ref() is socket, socket.unref() is socket, socket.ref() is socket)
        socket.connect(server.address()["port"], "127.0.0.1")
        log("connecting", socket.unref() is socket, socket.ref() is socket)

        def onConnect():
            log(
                "connected",
                socket.ref() is socket,
                socket.unref() is socket,
                socket.unref() is socket,
            )
            socket.on("close", lambda hadError: log("never"))
            net.setTimeout(lambda: log("timer", served), 50)

        socket.on("connect", onConnect)

    server.listen(0, "127.0.0.1", start)


run(main)
