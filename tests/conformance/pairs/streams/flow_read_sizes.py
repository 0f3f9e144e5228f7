"""read(n) waits until n bytes are there; at the end it gives what is left."""

# rows: 5.stream.read 5.stream.readableLength 5.stream.readableEnded

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    server = net.createServer(lambda peer: sendParts(peer))

    def sendParts(peer):
        server.close()
        peer.write("ab")
        rest = [lambda: peer.write("cd"), lambda: peer.end("e")]
        peer.on("data", lambda *_: rest.pop(0)())

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        pieces = []
        asked = 0

        def onReadable():
            nonlocal asked
            piece = socket.read(3)
            while piece is not None:
                pieces.append(piece)
                piece = socket.read(3)
            log("readable", socket.readableLength, pieces)
            asked += 1
            if asked <= 2:
                socket.write("more")

        socket.on("readable", onReadable)

        def onEnd():
            log("end", pieces, socket.readableLength, socket.readableEnded, socket.read())

        socket.on("end", onEnd)
        socket.on("close", lambda hadError: log("close", hadError))
        attempt("read string", lambda: socket.read("x"))
        attempt("read large", lambda: socket.read(2000000000))

    server.listen(0, "127.0.0.1", start)


run(main)
