"""resetAndDestroy() while connecting waits for the connection; on a new socket it is an
error event."""

# rows: 5.resetAndDestroy 8.1 8.8
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run, watch


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        watch(c, "server side", "data", "end")
        c.on("error", lambda error: log("server side error", error.code, error.syscall))

        def on_close(hadError: bool) -> None:
            log("server side close", hadError)
            server.close(onUnix)

        c.on("close", on_close)

    server = net.createServer(on_connection)

    def on_listening() -> None:
        fresh = net.Socket()
        watch(fresh, "fresh", "error", "close")
        log("fresh", fresh.resetAndDestroy() is fresh, fresh.destroyed)
        client = net.connect(server.address()["port"], "127.0.0.1")
        watch(client, "client", "connect", "ready", "end", "error", "close")
        log("reset", client.resetAndDestroy() is client, client.destroyed, client.connecting)

    server.listen(0, "127.0.0.1", on_listening)

    def onUnix(*_: object) -> None:
        other = net.createServer(lambda c: c.resume())

        def on_other_listening() -> None:
            client = net.connect("s.sock")
            watch(client, "unix", "connect", "error", "close")
            attempt("connecting over a path", lambda: client.resetAndDestroy())

            def on_connect() -> None:
                attempt("connected over a path", lambda: client.resetAndDestroy())
                client.end()
                other.close()

            client.on("connect", on_connect)

        other.listen("s.sock", on_other_listening)


run(main)
