"""ipv6Only without a host, and with an IPv4 host."""
# rows: 4.listen.options.ipv6Only 4.listen.options.host

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def visit(port: int, done: Callable[[], object]) -> None:
    client = net.connect({"port": port, "host": "127.0.0.1"})
    client.on("data", lambda data: log("data", data))
    client.on("error", lambda error: log("error", error.code))
    client.on("close", lambda failed: done())


def listen_at(options: dict[str, Any], done: Callable[[], object]) -> None:
    server: Any = net.createServer(lambda socket: socket.end("hello"))

    def failed(error: Any) -> None:
        log("listen error", error.code, error.syscall, error.address)
        done()

    def listening() -> None:
        address = server.address()
        log("listening", address["address"], address["family"])
        visit(address["port"], lambda: server.close(done))

    server.on("error", failed)
    server.listen(options, listening)


def main() -> None:
    def third() -> None:
        listen_at({"port": 0, "host": "127.0.0.1", "ipv6Only": True}, lambda: log("done"))

    listen_at(
        {"port": 0, "ipv6Only": True}, lambda: listen_at({"port": 0, "ipv6Only": False}, third)
    )


run(main)
