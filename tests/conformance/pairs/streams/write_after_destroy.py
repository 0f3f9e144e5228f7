"""write() and end() on a destroyed socket: ERR_STREAM_DESTROYED to the callbacks, no error event."""

# rows: 5.write 5.destroy 5.end 8.1

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.resume())

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "socket", "finish", "error", "close", "end")

        def onConnect():
            socket.destroy()
            log(
                "write",
                socket.write("x", lambda *values: log("written", *values)),
                socket.bytesWritten,
            )
            log("end", socket.end("y", lambda *values: log("ended", *values)) is socket)
            log("state", socket.writableEnded, socket.writableLength, socket.destroyed)
            server.close()

        def onClose(hadError):
            log("write closed", socket.write("z", lambda *values: log("z", *values)))
            log("end closed", socket.end(lambda *values: log("end z", *values)) is socket)

        socket.on("connect", onConnect)
        socket.on("close", onClose)

    server.listen(0, "127.0.0.1", start)


run(main)
