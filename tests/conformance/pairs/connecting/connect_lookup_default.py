"""The system's own lookup: localhost by family, and a name that cannot be."""

# rows: 6.option.host 6.option.family 5.event.lookup 6.tcp
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        port = server.address()["port"]
        client = net.connect({"port": port, "host": "localhost", "family": 4})
        watch(client, "client", "lookup", "connectionAttempt", "connect", "ready", "close")
        client.resume()
        log("returned", client.connecting)

        def on_close(*_: object) -> None:
            server.close()
            lost = net.connect({"port": port, "host": "no such host.invalid", "family": 4})
            watch(lost, "lost", "connectionAttempt", "connect", "close")
            lost.on(
                "lookup",
                lambda error, address, family, host: log(
                    "lost lookup", error.code, address, family, host
                ),
            )
            lost.on(
                "error",
                lambda error: log(
                    "lost error", error.code, str(error), error.syscall, error.hostname
                ),
            )

        client.on("close", on_close)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
