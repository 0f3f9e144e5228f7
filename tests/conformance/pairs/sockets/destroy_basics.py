"""destroy(): no end, no finish, close once; the error reaches only the first."""

# rows: 5.destroy 5.destroyed 5.event.close 5.event.error 8.1 8.8

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.resume())

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "socket", "end", "finish", "error", "close")

        def onConnect():
            log("destroy", socket.destroy() is socket, socket.destroyed, socket.closed)
            log("again", socket.destroy(Exception("too late")) is socket)
            net.nextTick(lambda: log("tick"))
            net.setImmediate(lambda: log("immediate"))

        socket.on("connect", onConnect)
        socket.on("close", lambda hadError: second())

    def second():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "second", "end", "finish", "error", "close")

        def onConnect():
            log("destroy", socket.destroy(Exception("reason")) is socket, socket.errored)
            socket.destroy(Exception("other reason"))

        socket.on("connect", onConnect)
        socket.on("close", lambda hadError: third())

    def third():
        socket = net.Socket()
        watch(socket, "third", "end", "finish", "error", "close")
        socket.destroy(Exception("never connected"))
        log("third", socket.destroyed, socket.readyState)
        server.close()

    server.listen(0, "127.0.0.1", start)


run(main)
