"""destroy() inside a data listener: nothing more is read, no end, and the peer sees it."""

# rows: 5.destroy 5.event.data 8.1

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    steps = []
    socket = None

    def onConnection(peer):
        server.close()
        peer.write("first")
        peer.on("data", lambda data: log("never", data))
        peer.on("error", lambda error: log("never", error))
        peer.on("end", lambda: log("peer end", peer.readyState))
        peer.on("close", lambda hadError: log("peer close", hadError, steps))

    server = net.createServer({"allowHalfOpen": False}, onConnection)

    def start():
        nonlocal socket
        socket = net.connect(server.address()["port"], "127.0.0.1")

        log("start", socket.destroyed, socket.readable)

        def onData(data):
            steps.append(["data", data, socket.read()])
            socket.destroy()
            steps.append(["destroyed", socket.readable, socket.readableLength])

        socket.on("data", onData)
        socket.on("end", lambda: log("never end"))
        socket.on("close", lambda hadError: steps.append(["close", hadError]))

    server.listen(0, "127.0.0.1", start)


run(main)
