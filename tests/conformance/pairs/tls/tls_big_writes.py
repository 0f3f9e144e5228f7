"""Megabytes both ways, through a pipe and against back-pressure: nothing is lost, and drain comes."""

# rows: l.write l.echo

import hashlib

from anynet import node as net
from anynet.node import tls
from tests.conformance.identities import ca, identity, listen
from tests.conformance.tracing import log, run

BLOCK = (b"abcdefghijklmnopqrstuvwxyz" * 120_000)[:3_000_000]


def main():
    server = tls.createServer(identity("server"), lambda c: c.pipe(c))

    def connect(port):
        received = []
        drained = 0

        def on_drain():
            nonlocal drained
            drained += 1
            log("drain", socket.writableLength)
            socket.end()

        def on_secure():
            log("write", socket.write(BLOCK), socket.writableLength, socket.writableNeedDrain)
            socket.write("the end", lambda *_: log("written", socket.bytesWritten))
            socket.once("drain", on_drain)

        def on_data(data):
            received.append(data)
            if len(received) == 3:
                socket.pause()
                net.setTimeout(socket.resume, 50)

        def on_close(*_):
            everything = b"".join(received)
            same = (
                hashlib.sha256(everything).digest() == hashlib.sha256(BLOCK + b"the end").digest()
            )
            log("received", len(everything), same, drained)
            log("counts", socket.bytesRead, socket.bytesWritten)
            server.close()

        socket = tls.connect(
            {"port": port, "host": "127.0.0.1", "ca": ca, "servername": "localhost"}, on_secure
        )
        socket.on("data", on_data)
        socket.on("close", on_close)

    listen(server, connect)


run(main)
