"""When the callback of a write comes: after the ticks and before the immediates, never in the call."""

# rows: l.write

from anynet import node as net
from anynet.node import tls
from tests.conformance.identities import ca, identity, listen
from tests.conformance.tracing import log, run


def main():
    server = tls.createServer(identity("server"), lambda c: c.resume())

    def connect(port):
        def written(name):
            return lambda *_: log(f"written {name}")

        def on_secure():
            log(
                "small", socket.write("a", written("a")), socket.writableLength, socket.bytesWritten
            )
            log(
                "queued",
                socket.write("b", written("b")),
                socket.writableLength,
                socket.bytesWritten,
            )
            net.nextTick(lambda: log("tick", socket.writableLength))

            def on_immediate():
                log("immediate", socket.writableLength)
                net.setTimeout(big, 20)

            net.setImmediate(on_immediate)
            log("returned")

        def big():
            log("big", socket.write(bytes(65536), written("big")), socket.writableNeedDrain)
            socket.on("drain", lambda: log("drain", socket.writableLength))
            log("after it", socket.write("x"))
            socket.cork()
            socket.write("1")
            socket.write("2", written("2"))
            socket.uncork()
            socket.end("last", lambda *_: log("end called back"))
            log("ended", socket.writableEnded, socket.writableFinished)

        socket = tls.connect(
            {"port": port, "host": "127.0.0.1", "ca": ca, "servername": "localhost"}, on_secure
        )
        socket.on("finish", lambda: log("finish", socket.bytesWritten))
        socket.on("close", lambda *_: server.close())

    listen(server, connect)


run(main)
