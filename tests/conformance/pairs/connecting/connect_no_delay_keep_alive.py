"""noDelay, keepAlive and keepAliveInitialDelay as options and as methods, before, while and
after connecting."""

# rows: 6.option.noDelay 6.option.keepAlive 6.option.keepAliveInitialDelay
from __future__ import annotations

from pathlib import Path
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


# What the kernel says of the keep-alive timer of the connection from this port: tens of seconds
# left, or none.
def keepAliveTimer(socket: net.Socket) -> Any:
    port = f"{socket.localPort:04X}"
    for line in Path("/proc/self/net/tcp").read_text("latin1").splitlines()[1:]:
        columns = line.split()
        if len(columns) > 5 and columns[1].endswith(":" + port) and columns[3] == "01":
            kind, left = columns[5].split(":")
            return round(int(left, 16) / 1000) if kind == "02" else "none"
    return "no such connection"


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        c.resume()
        c.write("go")

    server = net.createServer(on_connection)

    def on_listening() -> None:
        port = server.address()["port"]
        cases = [
            [{}, lambda *_: None],
            [{"keepAlive": True, "keepAliveInitialDelay": 100000}, lambda *_: None],
            [{"keepAlive": False, "keepAliveInitialDelay": 100000}, lambda *_: None],
            [
                {"noDelay": True, "keepAlive": True, "keepAliveInitialDelay": 300999},
                lambda *_: None,
            ],
            [{}, lambda socket: socket.setKeepAlive(True, 200000)],
            [
                {"keepAlive": True, "keepAliveInitialDelay": 100000},
                lambda socket: socket.setKeepAlive(False),
            ],
        ]

        def next_one(*_: object) -> None:
            one = cases.pop(0) if cases else None
            if one is None:
                server.close(lambda *_: log("server closed"))
                return
            options, change = one
            log("case", options)
            client = net.connect({"port": port, "host": "127.0.0.1", **options})
            log(
                "same",
                change(client) is client,
                client.setNoDelay() is client,
                client.setNoDelay(False) is client,
            )

            def on_data(data: bytes) -> None:
                log("data", data, keepAliveTimer(client))
                log("on", client.setKeepAlive(True, 50000) is client, keepAliveTimer(client))
                log("off", client.setKeepAlive() is client, keepAliveTimer(client))
                log("again", client.setKeepAlive(True) is client, keepAliveTimer(client))
                client.end()

            client.on("data", on_data)
            client.on("close", next_one)

        next_one()

    server.listen(0, "127.0.0.1", on_listening)


run(main)
