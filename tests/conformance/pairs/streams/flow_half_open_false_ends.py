"""With allowHalfOpen false the peer's end ends ours too, after the end listeners and their ticks."""

# rows: 5.option.allowHalfOpen 5.write 5.event.end

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        server.close()
        peer.resume()
        peer.end("bye")

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "socket", "data", "finish", "error", "close")

        def onEnd():
            log("end", socket.readyState, socket.writable, socket.writableEnded, socket.destroyed)

            def check():
                log(
                    "tick",
                    socket.readyState,
                    socket.writable,
                    socket.writableEnded,
                    socket.destroyed,
                )

            net.nextTick(check)

        socket.on("end", onEnd)

    server.listen(0, "127.0.0.1", start)


run(main)
