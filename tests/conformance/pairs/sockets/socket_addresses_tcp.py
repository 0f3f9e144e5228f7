"""Addresses of both ends before, during and after a TCP connection."""

# rows: 5.address 5.localAddress 5.localPort 5.localFamily 5.remoteAddress 5.remotePort 5.remoteFamily

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    def show(label, socket):
        log(
            label + " local",
            socket.localAddress,
            socket.localPort,
            socket.localFamily,
            socket.address(),
        )
        log(label + " remote", socket.remoteAddress, socket.remotePort, socket.remoteFamily)

    def onConnection(peer):
        peer.resume()

        def onEnd():
            show("server end", peer)
            peer.destroy()
            show("server destroyed", peer)

        peer.on("end", onEnd)

    server = net.createServer({"allowHalfOpen": True}, onConnection)

    def start():
        log("server address", server.address())
        socket = net.Socket()
        show("new", socket)
        socket.connect(server.address()["port"], "127.0.0.1")
        log("connecting remote", socket.remoteAddress, socket.remotePort, socket.remoteFamily)

        def onConnect():
            log("remote was", socket.remotePort == server.address()["port"])
            show("connected", socket)
            socket.end()
            show("ended", socket)

        def onClose(hadError):
            show("closed", socket)
            server.close()

        socket.on("connect", onConnect)
        socket.on("close", onClose)

    server.listen(0, "127.0.0.1", start)


run(main)
