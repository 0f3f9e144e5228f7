"""resetAndDestroy() on a TCP connection: our side closes without an error, the peer gets ECONNRESET."""

# rows: 5.resetAndDestroy 5.event.error 8.1

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        watch(peer, "peer", "data", "end", "finish", "error", "close")

        def onClose(hadError):
            log("peer closed", peer.destroyed, peer.readyState, peer.errored)
            server.close()

        peer.on("close", onClose)
        peer.write("hello")

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        steps = []

        def record(name):
            socket.on(name, lambda *values: steps.append([name, *values]))

        for name in ["end", "finish", "error", "close"]:
            record(name)

        def onData(data):
            steps.append(["data", data])
            steps.append(
                ["reset", socket.resetAndDestroy() is socket, socket.destroyed, socket.errored]
            )
            steps.append(["again", socket.resetAndDestroy() is socket])

        socket.on("data", onData)
        server.on("close", lambda: log("steps", steps))

    server.listen(0, "127.0.0.1", start)


run(main)
