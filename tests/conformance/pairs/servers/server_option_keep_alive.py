"""keepAlive and keepAliveInitialDelay are set on every accepted socket, milliseconds cut to seconds."""
# rows: 4.option.keepAlive 4.option.keepAliveInitialDelay 5.setKeepAlive

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def keep_alive_seconds(port: int | None, peer: int | None) -> object:
    """The kernel's own table tells the timer of a connection: 2 is keep-alive, ticks of 10 ms; in tens of seconds, since reading it takes a while."""
    for line in Path("/proc/net/tcp").read_text("latin1").split("\n"):
        fields = line.split()
        if (
            len(fields) < 6
            or not fields[1].endswith(f":{port:04X}")
            or not fields[2].endswith(f":{peer:04X}")
        ):
            continue
        kind, ticks = fields[5].split(":")
        return math.ceil(int(ticks, 16) / 1000) * 10 if kind == "02" else None
    return "no such connection"


def main() -> None:
    ways: list[dict[str, Any]] = [
        {},
        {"keepAlive": True},
        {"keepAlive": True, "keepAliveInitialDelay": 20000},
        {"keepAlive": True, "keepAliveInitialDelay": 2999},
        {"keepAlive": True, "keepAliveInitialDelay": 500},
        {"keepAlive": True, "keepAliveInitialDelay": -1},
        {"keepAlive": False, "keepAliveInitialDelay": 20000},
    ]

    def next_way() -> None:
        if not ways:
            return
        options = ways.pop(0)

        def accept(socket: net.Socket) -> None:
            def seconds() -> object:
                return keep_alive_seconds(socket.localPort, socket.remotePort)

            log("accepted", options, seconds())
            log("again", socket.setKeepAlive(True, 30000) is socket, seconds())
            socket.setKeepAlive(False)
            log("off", seconds())
            socket.end()

        server: Any = net.createServer(options, accept)

        def listening() -> None:
            client = net.connect(server.address()["port"], "127.0.0.1")
            client.resume()
            client.on("close", lambda failed: server.close(next_way))

        server.listen(0, "127.0.0.1", listening)

    next_way()


run(main)
