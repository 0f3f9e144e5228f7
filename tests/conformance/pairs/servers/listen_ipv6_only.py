"""ipv6Only: '::' leaves IPv4 alone, so another server may have the same port there."""
# rows: 4.listen.options.ipv6Only 4.event.error

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def visit(host: str, port: int, done: Callable[[], object]) -> None:
    client = net.connect({"port": port, "host": host})

    def closed(failed: bool) -> None:
        log(f"{host} close", failed)
        done()

    client.on("data", lambda data: log(host, data, client.remoteFamily))
    client.on("error", lambda error: log(host, error.code, error.address))
    client.on("close", closed)


def main() -> None:
    six: Any = net.createServer(lambda socket: socket.end("six"))
    four: Any = net.createServer(lambda socket: socket.end("four"))
    both: Any = net.createServer()

    def use_both() -> None:
        both.listen({"port": 0, "host": "::", "ipv6Only": False}, take_again)

    def take_again() -> None:
        again = net.createServer()

        def failed(error: Any) -> None:
            log("taken", error.code, error.address)
            both.close(lambda: log("done"))

        again.on("error", failed)
        again.listen({"port": both.address()["port"], "host": "0.0.0.0"})

    def six_listening() -> None:
        address = six.address()
        port = address["port"]
        log("six", address["address"], address["family"])

        def finish() -> None:
            four.close()
            six.close(use_both)

        def four_listening() -> None:
            log("four", four.address()["address"], four.address()["port"] == port)
            visit("127.0.0.1", port, finish)

        def take_four() -> None:
            four.listen({"port": port, "host": "0.0.0.0"}, four_listening)

        visit("::1", port, lambda: visit("127.0.0.1", port, take_four))

    # A port that is free for IPv4: many are in use for a while after a client has closed.
    def free_listening() -> None:
        port = free.address()["port"]
        free.close(
            lambda: six.listen({"port": port, "host": "::", "ipv6Only": True}, six_listening)
        )

    free: Any = net.createServer()
    free.listen(0, "0.0.0.0", free_listening)


run(main)
