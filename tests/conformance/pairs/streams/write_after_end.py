"""write() after end(): ERR_STREAM_WRITE_AFTER_END to the callback and as an error event."""

# rows: 5.write 5.end 5.event.error 8.1

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.resume())

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "socket", "finish", "error", "close", "end")

        def onConnect():
            socket.end("last", lambda *values: log("ended", *values))
            log("write", socket.write("more", lambda *values: log("more", *values)))
            log("state", socket.destroyed, socket.writable, socket.errored)
            log("again", socket.write("even more", lambda *values: log("even more", *values)))
            server.close()

        socket.on("connect", onConnect)

    server.listen(0, "127.0.0.1", start)


run(main)
