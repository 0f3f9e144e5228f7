"""AbortSignal.any and AbortSignal.timeout, and a server and a client that they close."""

# rows: 4.listen.options.signal 5.option.signal 4.event.close
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    one = net.AbortController()
    two = net.AbortController()
    either = net.AbortSignal.any([one.signal, two.signal])
    either.addEventListener(
        "abort", lambda *_: log("either", either.reason, one.signal.aborted, two.signal.aborted)
    )
    log(
        "any",
        either.aborted,
        net.AbortSignal.any([]).aborted,
        net.AbortSignal.any([net.AbortSignal.abort("x"), two.signal]).reason,
    )

    def on_connection(c: net.Socket) -> None:
        c.on("error", lambda *_: None)
        c.resume()

    server = net.createServer(on_connection)
    watch(server, "server", "listening", "error", "close")

    def on_listening() -> None:
        limit = net.AbortSignal.timeout(250)
        client = net.connect(
            {"port": server.address()["port"], "host": "127.0.0.1", "signal": limit}
        )

        def on_error(error: Any) -> None:
            log(
                "client error",
                error.name,
                error.code,
                error.cause.name,
                str(error.cause),
                limit.aborted,
            )
            two.abort("the second")
            log("listening", server.listening)

        client.on("error", on_error)
        watch(client, "client", "connect", "close")

    server.listen({"port": 0, "host": "127.0.0.1", "signal": either}, on_listening)


run(main)
