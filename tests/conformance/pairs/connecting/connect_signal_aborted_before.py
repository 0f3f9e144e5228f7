"""A signal that was aborted before connect(): the error and the close come, and nothing else
should."""

# rows: 5.option.signal 8.1
# differs: A socket whose signal was aborted before never connects; Node's connects after its close and stays open.
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.unref())

    def on_listening() -> None:
        signal = net.AbortSignal.abort("too early")
        client = net.connect(
            {"port": server.address()["port"], "host": "127.0.0.1", "signal": signal}
        )
        log("returned", client.destroyed, client.connecting, client.readyState)
        watch(client, "client", "connectionAttempt", "connect", "ready", "close")
        client.on(
            "error", lambda error: log("error", error.name, error.code, str(error), error.cause)
        )

        def on_close(*_: object) -> None:
            log("in close", client.destroyed, client.closed)
            client.unref()
            server.unref()

        client.on("close", on_close)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
