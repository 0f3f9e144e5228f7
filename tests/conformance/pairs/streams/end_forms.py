"""The forms of end(): nothing, data, an encoding, a callback; and end() twice."""

# rows: 5.end 5.stream.finish

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    received = []

    def onConnection(peer):
        chunks = []
        peer.on("data", lambda data: chunks.append(data))
        peer.on("end", lambda: received.append(b"".join(chunks)))

    server = net.createServer(onConnection)

    def take(turn):
        if turn == 5:
            server.close(lambda: log("received", received))
            return
        socket = net.connect("s.sock")
        watch(socket, "socket " + str(turn), "finish", "error", "close")
        if turn == 0:
            log("nothing", socket.end() is socket)
        if turn == 1:
            log("data", socket.end("data") is socket)
        if turn == 2:
            log("hex", socket.end("6865", "hex") is socket)
        if turn == 3:
            log("callback", socket.end(lambda *values: log("called", *values)) is socket)
        if turn == 4:
            log(
                "all",
                socket.end("f\u00e9", "latin1", lambda *values: log("called", *values)) is socket,
            )
            log("twice", socket.end(lambda *values: log("second", *values)) is socket)
            log("bytes", socket.end("x", lambda *values: log("third", *values)) is socket)
        socket.on("close", lambda hadError: take(turn + 1))

    server.listen("s.sock", lambda: take(0))


run(main)
