"""With a path the options of TCP are not looked at, not even bad ones; the server answers
over the socket."""

# rows: 6.ipc 6.option.path 5.event.lookup
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run, watch


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        c.setEncoding("utf8")
        c.on("data", lambda text: c.end(text.upper()))

    server = net.createServer(on_connection)

    def on_listening() -> None:
        log("address", server.address())
        client = net.connect(
            {
                "path": "s.sock",
                "port": 70000,
                "host": 5,
                "localAddress": "nonsense",
                "localPort": "x",
                "lookup": lambda: log("never"),
                "family": 9,
            }
        )
        watch(
            client,
            "client",
            "lookup",
            "connectionAttempt",
            "connect",
            "ready",
            "data",
            "end",
            "close",
        )
        attempt("setNoDelay", lambda: client.setNoDelay() is client)
        attempt("setKeepAlive", lambda: client.setKeepAlive(True, 1000) is client)
        client.write("hello")

        def on_connect() -> None:
            attempt("setNoDelay", lambda: client.setNoDelay(False) is client)
            attempt("setKeepAlive", lambda: client.setKeepAlive(True) is client)

        client.on("connect", on_connect)
        client.on("close", lambda *_: server.close(lambda *_: log("server closed")))

    server.listen("s.sock", on_listening)


run(main)
