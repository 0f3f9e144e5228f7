"""The end and the close wait for what was not read yet; nothing is lost when reading begins
late."""

# rows: 8.2 8.4 5.pause 5.resume 5.event.end
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end("x" * 1000))

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")
        watch(client, "client", "connect", "end", "finish", "close")
        client.pause()
        count = 0

        def on_data(data: bytes) -> None:
            nonlocal count
            count += len(data)

        client.on("data", on_data)

        def on_timer() -> None:
            log("waited", count, client.readyState, client.readableEnded, client.readableLength)
            client.resume()

        net.setTimeout(on_timer, 60)
        client.on("end", lambda: log("received", count))
        client.on("close", lambda *_: server.close())

    server.listen(0, "127.0.0.1", on_listening)


run(main)
