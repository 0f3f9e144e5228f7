"""resetAndDestroy() while connecting waits for the connection, then resets it."""

# rows: 5.resetAndDestroy 5.connecting

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        watch(peer, "peer", "end", "error", "close")
        peer.on("close", lambda hadError: server.close())

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        steps = []

        def record(name):
            socket.on(name, lambda *values: steps.append([name, *values]))

        for name in ["connect", "ready", "end", "finish", "error", "close"]:
            record(name)
        log("reset", socket.resetAndDestroy() is socket, socket.destroyed, socket.connecting)
        server.on("close", lambda: log("steps", steps))

    server.listen(0, "127.0.0.1", start)


run(main)
