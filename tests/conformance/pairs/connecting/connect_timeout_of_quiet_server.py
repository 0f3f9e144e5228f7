"""timeout after the connection: silence, then end() by hand, as the manual says."""

# rows: 6.option.timeout 5.event.timeout 5.setTimeout 5.end
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        watch(c, "server side", "data", "end", "close")

    server = net.createServer(on_connection)

    def on_listening() -> None:
        client = net.connect(
            {"port": server.address()["port"], "host": "127.0.0.1", "timeout": 250}
        )
        watch(client, "client", "connect", "timeout", "end", "close")

        def on_timeout() -> None:
            log("state", client.readyState, client.timeout)
            client.end("late")
            client.setTimeout(0)

        client.on("timeout", on_timeout)
        client.resume()
        client.on("close", lambda *_: server.close(lambda *_: log("server closed")))

    server.listen(0, "127.0.0.1", on_listening)


run(main)
