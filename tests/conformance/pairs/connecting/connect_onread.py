"""onread as an option of connect(): the data never becomes an event, the buffer is ours,
false pauses."""

# rows: 5.option.onread 6.factory 8.4
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end("0123456789abcdefghij"))

    def on_listening() -> Any:
        buffer = bytearray(8)
        calls = 0

        def callback(count: int, given: Any) -> Any:
            nonlocal calls
            calls += 1
            log("onread", count, given[0:count], given is buffer, client.bytesRead)
            if calls == 2:
                net.setImmediate(lambda: log("resumed", client.resume() is client))
                return False
            return True

        client = net.connect(
            {
                "port": server.address()["port"],
                "host": "127.0.0.1",
                "onread": {"buffer": buffer, "callback": callback},
            }
        )
        watch(client, "client", "connect", "data", "end", "close")

        def on_close(*_: object) -> None:
            log("calls", calls, client.bytesRead)
            server.close()

        client.on("close", on_close)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
