"""A pending connect holds the program although its socket was unref'ed; afterwards nothing
does."""

# rows: 5.unref 6.tcp
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer(lambda c: c.unref())

    def on_listening() -> None:
        def on_connect() -> None:
            log("connected", client.readyState)
            net.nextTick(lambda: log("tick"))

        client = net.connect(server.address()["port"], "127.0.0.1", on_connect)
        server.unref()
        log("unref", client.unref() is client, client.connecting)
        client.on("ready", lambda: log("ready"))
        client.on("close", lambda *_: log("never"))

    server.listen(0, "127.0.0.1", on_listening)


run(main)
