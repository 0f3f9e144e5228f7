"""end is emitted once to a late reader; close waits for it; data before end."""

# rows: 8.1 8.4 5.event.end 5.stream.readableFlowing

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.end("unseen"))

    def start():
        socket = net.connect("s.sock")
        watch(socket, "socket", "connect", "end", "finish", "close")

        def later():
            if socket.readableLength < 6:
                return net.setTimeout(later, 20)
            log(
                "later",
                socket.readableFlowing,
                socket.readableLength,
                socket.readyState,
                socket.readableEnded,
            )
            socket.on("data", lambda data: log("data", data))
            server.close()

        net.setTimeout(later, 50)

    server.listen("s.sock", start)


run(main)
