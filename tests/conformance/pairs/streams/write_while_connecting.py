"""Writes made while connecting wait, are written in order and call back after connect."""

# rows: 5.write 8.5 5.connecting

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    received = ""

    def onConnection(peer):
        server.close()

        def onData(data):
            nonlocal received
            received += data.decode()

        peer.on("data", onData)
        peer.on("end", lambda: log("received", received))

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "socket", "connect", "ready", "drain")
        log(
            "one",
            socket.write("one ", lambda *values: log("one written", *values)),
            socket.connecting,
        )
        log(
            "two",
            socket.write("two ", lambda *values: log("two written", *values)),
            socket.writableLength,
        )
        socket.on(
            "connect",
            lambda: log(
                "three", socket.write("three ", lambda *values: log("three written", *values))
            ),
        )

        def onReady():
            log("four", socket.write("four", lambda *values: log("four written", *values)))
            socket.end()

        socket.on("ready", onReady)

    server.listen(0, "127.0.0.1", start)


run(main)
