"""While data is unread, end and close wait, however long the peer is gone."""

# rows: 8.4 8.2 5.pause 5.resume 5.stream.isPaused

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.end("unread"))

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        socket.pause()
        watch(socket, "socket", "connect", "data", "end", "finish", "close", "pause", "resume")

        def later():
            log(
                "still there",
                socket.readableLength,
                socket.readyState,
                socket.isPaused(),
                socket.readableFlowing,
            )
            server.close(lambda: log("server closed"))
            log("resume", socket.resume() is socket, socket.isPaused(), socket.readableFlowing)

        net.setTimeout(later, 60)

    server.listen(0, "127.0.0.1", start)


run(main)
