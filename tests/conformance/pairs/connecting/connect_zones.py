"""Zones of IPv6 addresses that no interface has, of a connect, of its local end, and of a
server."""

# rows: 5.connect 4.listen.options.host 6.option.localAddress
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

ZONES = ["", "%nosuchif0", "%lo", "%1", "%999"]


def listen_at(left: list[str]) -> None:
    if not left:
        return
    zone = left[0]
    server = net.createServer()

    def on_error(error: Exception) -> None:
        log(f"listen {zone}", error)
        listen_at(left[1:])

    def on_listening() -> None:
        log(f"listen {zone}", server.address()["address"])
        server.close(lambda *_: listen_at(left[1:]))

    server.on("error", on_error)
    server.listen(0, f"::1{zone}", on_listening)


def main() -> None:
    server = net.createServer(lambda c: c.end("x"))

    def next_one(left: list[str], local: bool) -> None:
        if not left and local:
            server.close()
            listen_at(ZONES)
        elif not left:
            next_one(ZONES, True)
        else:
            connect(left, local)

    def connect(left: list[str], local: bool) -> None:
        zone, label = left[0], "from" if local else "to"
        options: dict[str, Any] = {"host": "::1" if local else f"::1{zone}"}
        if local:
            options["localAddress"] = f"::1{zone}"
        socket = net.connect({"port": server.address()["port"], **options})
        socket.on(
            "connectionAttempt",
            lambda address, _port, family: log(f"{label} {zone} attempt", address, family),
        )
        socket.on(
            "connect", lambda: log(f"{label} {zone}", socket.localAddress, socket.remoteAddress)
        )
        socket.on("error", lambda error: log(f"{label} {zone}", error))
        socket.on("close", lambda *_: next_one(left[1:], local))
        socket.resume()

    server.listen(0, "::1", lambda: next_one(ZONES, False))


run(main)
