"""A reset while reading: data that came first, then ECONNRESET and close(true), with no end."""

# rows: 5.event.error 5.event.close 8.1

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        server.close()
        peer.on("data", lambda data: peer.resetAndDestroy())

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")

        def onError(error):
            log(
                "error",
                error,
                error.errno,
                socket.destroyed,
                socket.closed,
                socket.errored is error,
            )

        socket.on("error", onError)
        watch(socket, "socket", "ready", "data", "end", "finish", "close")
        socket.on(
            "close",
            lambda hadError: log("after", socket.readyState, socket.writable, socket.readable),
        )
        socket.write("please")

    server.listen(0, "127.0.0.1", start)


run(main)
