"""What is written while connecting is queued, counted, called back in order, and sent once
connected."""

# rows: 5.write 5.bytesWritten 5.bufferSize 5.event.drain 8.5 8.8
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        count = 0

        def on_data(data: bytes) -> None:
            nonlocal count
            count += len(data)

        c.on("data", on_data)
        c.on("end", lambda: log("server received", count))

    server = net.createServer(on_connection)

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")
        watch(client, "client", "connect", "ready", "drain", "finish", "end", "close")
        log("small", client.write("abc", lambda *values: log("first written", values)))
        log("counted", client.bytesWritten, client.writableLength, client.writableNeedDrain)
        log("encoded", client.write("646566", "hex", lambda *values: log("second written", values)))
        log("counted", client.bytesWritten, client.writableLength)
        log("large", client.write(bytearray(100000), lambda *values: log("third written", values)))
        log("counted", client.bytesWritten, client.writableLength, client.writableNeedDrain)
        log("connecting", client.connecting)
        client.on("connect", lambda: log("in connect", client.bytesWritten, client.writableLength))

        def on_drain() -> None:
            log("in drain", client.writableLength, client.bytesWritten)
            client.end()

        client.on("drain", on_drain)
        client.resume()
        client.on("close", lambda *_: server.close())

    server.listen(0, "127.0.0.1", on_listening)


run(main)
