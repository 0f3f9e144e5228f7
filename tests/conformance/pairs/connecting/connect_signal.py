"""The option signal: aborted before, while connecting and once connected; ABORT_ERR each
time, then close."""

# rows: 5.option.signal 6.factory 8.1
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    def connect(port: int, signal: Any, label: str) -> Any:
        client = net.connect({"port": port, "host": "127.0.0.1", "signal": signal})
        log(label + " returned", client.destroyed, client.connecting, client.readyState)
        watch(client, label, "connectionAttempt", "connect", "ready", "close")
        client.on(
            "error",
            lambda error: log(label + " error", error.name, error.code, str(error), error.cause),
        )
        return client

    server = net.createServer(lambda c: c.on("error", lambda *_: log("never")))

    def on_listening() -> None:
        port = server.address()["port"]
        before = net.AbortController()
        before.abort("too early")
        unborn = net.Socket({"signal": before.signal})
        watch(unborn, "unborn", "close")
        unborn.on(
            "error",
            lambda error: log("unborn error", error.name, error.code, str(error), error.cause),
        )
        log("unborn", unborn.destroyed, unborn.readyState)

        def on_close(*_: object) -> None:
            during = net.AbortController()

            def on_close(*_: object) -> None:
                after = net.AbortController()
                client = connect(port, after.signal, "after")

                def on_connect() -> None:
                    after.abort("enough")
                    log("after aborted", client.destroyed)
                    client.write("x", lambda error: log("written", error.code))

                client.on("connect", on_connect)
                client.on("close", lambda *_: server.close(lambda *_: log("server closed")))

            connect(port, during.signal, "during").on("close", on_close)
            during.abort("changed my mind")
            log("during aborted")

        unborn.on("close", on_close)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
