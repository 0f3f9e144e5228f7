"""connect() on a socket that is connected already: of TCP, accepted, and of a path; once and
again."""

# rows: 5.connect 6.reconnect 5.connecting
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch

EVENTS = (
    *("lookup", "connectionAttempt", "connectionAttemptFailed", "connect", "ready", "end"),
    "error",
)


def main() -> None:
    shared: dict[str, net.Socket] = {}

    def on_connection(c: net.Socket) -> None:
        shared["accepted"] = c
        c.on("error", lambda _error: None)
        c.on("data", lambda data: log("server", data))

    server = net.createServer(on_connection)
    other = net.createServer(lambda c: c.on("data", lambda data: log("unix server", data)))

    def never() -> None:
        log("never")

    def connect_accepted(_socket: net.Socket, port: int) -> None:
        shared["accepted"].on("error", lambda error: log("accepted error", error.code))
        shared["accepted"].connect(port, "127.0.0.1", never)

    again: dict[str, Any] = {
        "same": lambda s, port: s.connect(port, "127.0.0.1", lambda: s.end("same")),
        "elsewhere": lambda s, port: s.connect(1, "127.0.0.1", lambda: s.end("elsewhere")),
        "name": lambda s, port: s.connect(port, "localhost", lambda: s.end("name")),
        "thrice": lambda s, port: s.connect(
            port, "127.0.0.1", lambda: s.connect(port, "127.0.0.1", never)
        ),
        "path": lambda s, port: s.connect("u.sock", never),
        "local": lambda s, port: s.connect(
            {"port": port, "host": "127.0.0.1", "localPort": 20231}, never
        ),
        "destroyed": lambda s, port: s.connect(port, "127.0.0.1", never).destroy(),
        "accepted": connect_accepted,
        "unix": lambda s, port: s.connect("u.sock", never),
        "missing": lambda s, port: s.connect("none.sock", never),
    }
    names = list(again)

    def next_one() -> None:
        if not names:
            server.close()
            other.close()
            return
        name = names.pop(0)
        log(f"- {name}")
        port = server.address()["port"]
        unix = name in ("unix", "missing")
        socket = net.connect("u.sock") if unix else net.connect(port, "127.0.0.1")

        def connect_again() -> None:
            watch(socket, name, *EVENTS)
            again[name](socket, port)
            log("state", socket.connecting, socket.pending, socket.readyState)

        def on_close(had_error: bool) -> None:
            log("close", had_error)
            net.setTimeout(next_one, 20)

        socket.once("ready", lambda: net.setTimeout(connect_again, 20))
        socket.resume()
        socket.on("close", on_close)

    server.listen(0, "127.0.0.1", lambda: other.listen("u.sock", next_one))


run(main)
