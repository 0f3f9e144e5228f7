"""The half-open states: readOnly after our end(), writeOnly after the peer's."""

# rows: 5.readyState 5.option.allowHalfOpen 5.end

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    def onConnection(peer):
        server.close()
        log("server open", peer.readyState, peer.allowHalfOpen)
        peer.end("bye")
        log("server ended", peer.readyState, peer.readable, peer.writable)
        peer.resume()
        peer.on("end", lambda: log("server end", peer.readyState, peer.destroyed))
        peer.on("close", lambda hadError: log("server close", peer.readyState))

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(
            {"port": server.address()["port"], "host": "127.0.0.1", "allowHalfOpen": True}
        )

        def onEnd():
            log("client end", socket.readyState, socket.readable, socket.writable, socket.destroyed)

            def later():
                log(
                    "client later",
                    socket.readyState,
                    socket.readable,
                    socket.writable,
                    socket.destroyed,
                )
                socket.end("done")
                log(
                    "client ended",
                    socket.readyState,
                    socket.readable,
                    socket.writable,
                    socket.destroyed,
                )

            net.setTimeout(later, 20)

        socket.on("end", onEnd)
        socket.on("data", lambda data: log("client data", data))
        socket.on("close", lambda hadError: log("client close", hadError, socket.readyState))

    server.listen(0, "127.0.0.1", start)


run(main)
