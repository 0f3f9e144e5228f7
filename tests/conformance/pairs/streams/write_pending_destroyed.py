"""destroy() with writes under way: every callback gets an error, in order."""

# rows: 5.destroy 5.write 8.5 8.1

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer({"pauseOnConnect": True}, lambda peer: server.close())

    def start():
        socket = net.connect("s.sock")
        watch(socket, "socket", "finish", "drain", "error", "close")

        def onConnect():
            log("big", socket.write(b"x" * 5000000, lambda *values: log("big written", *values)))
            log("small", socket.write("y", lambda *values: log("small written", *values)))
            log("end", socket.end("z", lambda *values: log("ended", *values)) is socket)
            net.setTimeout(later, 20)

        def later():
            log("pending", socket.writableLength)
            log("destroy", socket.destroy() is socket, socket.writableLength)

        socket.on("connect", onConnect)
        socket.on("close", lambda hadError: net.nextTick(lambda: finish()))

        def finish():
            net.setImmediate(lambda: log("done"))

    server.listen("s.sock", start)


run(main)
