"""destroySoon() destroys once everything is written."""

# rows: 5.destroySoon 5.stream.finish

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    size = 2000000

    def onConnection(peer):
        total = 0

        def onData(data):
            nonlocal total
            total += len(data)

        peer.on("data", onData)
        peer.on("end", lambda: log("peer end", total))

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        log("start", socket.destroyed, socket.writableEnded)
        steps = []

        def record(name):
            socket.on(name, lambda *values: steps.append([name, *values]))

        for name in ["end", "finish", "close"]:
            record(name)

        def onConnect():
            steps.append(
                [
                    "write",
                    socket.write(b"x" * size, lambda *values: steps.append(["written", *values])),
                ]
            )
            steps.append(
                ["destroySoon", socket.destroySoon(), socket.destroyed, socket.writableEnded]
            )

        socket.on("connect", onConnect)

        def onClose(hadError):
            server.close(lambda: log("steps", steps))

        socket.on("close", onClose)

    server.listen(0, "127.0.0.1", start)


run(main)
