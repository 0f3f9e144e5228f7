"""cork() holds writes back, nests, and uncork() sends them; end() uncorks."""

# rows: 5.stream.cork 5.stream.uncork 5.write

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    chunks = []

    def onConnection(peer):
        server.close()
        peer.on("data", lambda data: chunks.append(data))
        peer.on("end", lambda: log("received", b"".join(chunks)))

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")

        def show(stage):
            log(stage, socket.writableCorked, socket.writableLength, socket.bytesWritten)

        def onConnect():
            log("cork", socket.cork(), socket.writableCorked)
            log("a", socket.write("a", lambda *values: log("a written", *values)))
            socket.cork()
            log("b", socket.write("b", lambda *values: log("b written", *values)))
            show("corked twice")
            socket.uncork()
            show("uncorked once")
            net.setTimeout(later, 20)

        def later():
            show("later")
            log("uncork", socket.uncork())
            show("uncorked")
            socket.uncork()
            show("once more")
            net.setTimeout(last, 20)

        def last():
            show("last")
            socket.cork()
            socket.write("c", lambda *values: log("c written", *values))
            socket.write("d", lambda *values: log("d written", *values))
            socket.end("e", lambda *values: log("ended", *values))
            show("ended")

        socket.on("connect", onConnect)

    server.listen(0, "127.0.0.1", start)


run(main)
