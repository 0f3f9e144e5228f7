"""Every overload of listen(): what it binds and that the callback is the last argument."""
# rows: 4.listen.overloads 4.listen.options.port 4.listen.options.host 4.listen.options.backlog

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

Way = Callable[[net.Server, Callable[..., object]], object]
ALL: dict[str, Any] = {
    "port": 0,
    "host": "::1",
    "backlog": 9,
    "exclusive": True,
    "ipv6Only": True,
}


def main() -> None:
    ways: list[tuple[str, Way]] = [
        ("nothing", lambda server, done: server.on("listening", done).listen()),
        ("callback", lambda server, done: server.listen(done)),
        ("undefined", lambda server, done: server.listen(None, done)),
        ("port", lambda server, done: server.listen(0, done)),
        ("port host", lambda server, done: server.listen(0, "127.0.0.1", done)),
        ("port host backlog", lambda server, done: server.listen(0, "127.0.0.1", 5, done)),
        ("port backlog", lambda server, done: server.listen(0, 5, done)),
        ("port nothing backlog", lambda server, done: server.listen(0, None, 5, done)),
        ("text port", lambda server, done: server.listen("0", done)),
        ("text port host", lambda server, done: server.listen("0", "::1", done)),
        ("hexadecimal port", lambda server, done: server.listen("0x0", done)),
        ("options port", lambda server, done: server.listen({"port": 0}, done)),
        (
            "options text port",
            lambda server, done: server.listen({"port": "0", "host": "127.0.0.1"}, done),
        ),
        ("options port undefined", lambda server, done: server.listen({"port": None}, done)),
        ("options port host", lambda server, done: server.listen({"port": 0, "host": "::1"}, done)),
        ("options all", lambda server, done: server.listen(ALL, done)),
        (
            "options path",
            lambda server, done: server.listen({"path": "s.sock", "backlog": 2}, done),
        ),
        ("path", lambda server, done: server.listen("s.sock", done)),
        ("path backlog", lambda server, done: server.listen("s.sock", 2, done)),
        ("path like a number", lambda server, done: server.listen("12monkeys", done)),
    ]

    def next_way() -> None:
        if not ways:
            return
        label, way = ways.pop(0)
        server: Any = net.createServer()

        def listening(*values: object) -> None:
            address = server.address()
            if isinstance(address, str):
                log(label, values, address)
            else:
                log(label, values, address["address"], address["family"], address["port"] > 0)
            server.close()

        server.on("close", next_way)
        way(server, listening)

    next_way()


run(main)
