"""A paused socket without any data still sees the FIN once it reads; without reading it
stays open."""

# rows: 8.4 8.3 4.option.pauseOnConnect 5.event.end
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        watch(c, "server side", "data", "end", "close")
        c.pause()
        log("paused", c.isPaused(), c.readableFlowing)
        c.on("end", lambda: log("paused still", c.isPaused()))

    server = net.createServer(on_connection)

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")
        watch(client, "client", "connect", "end", "close")
        client.resume()
        client.end()
        client.on("close", lambda *_: server.close(lambda *_: log("server closed")))

    server.listen(0, "127.0.0.1", on_listening)


run(main)
