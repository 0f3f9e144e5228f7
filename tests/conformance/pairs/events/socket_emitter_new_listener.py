"""newListener and removeListener on a socket, the internal listeners included."""

# rows: 5.event.data 5.connect

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    server = net.createServer(lambda peer: peer.end())

    def start():
        socket = net.Socket()

        def onNew(name, listener):
            log("new", name, listener, socket.listenerCount(name))

        def onRemove(name, listener):
            log("removed", name, listener, socket.listenerCount(name))

        socket.on("removeListener", onRemove)
        socket.on("newListener", onNew)

        def onConnect():
            log("connect")
            socket.removeListener("connect", onConnect)

        socket.on("connect", onConnect)
        socket.once("end", lambda: log("end"))
        socket.connect(server.address()["port"], "127.0.0.1", lambda: log("from connect"))
        socket.on("data", lambda: log("never"))

        def onClose(hadError):
            log("close", hadError)
            socket.removeAllListeners("connect")
            socket.removeAllListeners()
            log("names", socket.eventNames())
            server.close()

        socket.on("close", onClose)

    server.listen(0, "127.0.0.1", start)


run(main)
