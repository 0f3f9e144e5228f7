"""Callbacks of writes come in order, after the call, with finish and end's callback behind them."""

# rows: 5.write 5.end 5.stream.finish 8.8

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.resume())

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "socket", "connect", "ready", "finish", "prefinish", "drain")
        socket.write("one", lambda *values: log("one", *values))
        socket.write("", lambda *values: log("empty", *values))
        socket.write("two", "utf8", lambda *values: log("two", *values))
        socket.write(b"", lambda *values: log("empty bytes", *values))

        def onReady():
            log("sync", socket.write("three", lambda *values: log("three", *values)))
            log("sync", socket.write("four", lambda *values: log("four", *values)))
            net.nextTick(lambda: log("tick"))
            net.setImmediate(lambda: log("immediate"))
            log(
                "end", socket.end("five", "latin1", lambda *values: log("ended", *values)) is socket
            )
            log("returned", socket.writableEnded, socket.writableFinished)
            server.close()

        socket.on("ready", onReady)

    server.listen(0, "127.0.0.1", start)


run(main)
