"""The options of the factory go to the constructor and to connect(): marks, half-open,
encoding of writes."""

# rows: 6.factory 5.option.highWaterMark 5.stream.writableHighWaterMark
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer(lambda c: c.pipe(c))

    def on_listening() -> None:
        options = {
            "port": server.address()["port"],
            "host": "127.0.0.1",
            "highWaterMark": 10,
            "allowHalfOpen": True,
        }
        client = net.connect(options)
        log(
            "marks",
            client.readableHighWaterMark,
            client.writableHighWaterMark,
            client.allowHalfOpen,
        )
        log("default", net.Socket().readableHighWaterMark, net.Socket().writableHighWaterMark)
        log("only this", net.Socket({"readableHighWaterMark": 5}).readableHighWaterMark)
        log(
            "write",
            client.write("123"),
            client.write("456"),
            client.write("7890"),
            client.writableLength,
        )
        text = ""
        client.setEncoding("latin1")

        def on_drain() -> None:
            log("drain", client.writableLength)
            client.end()

        client.on("drain", on_drain)

        def on_data(part: Any) -> None:
            nonlocal text
            text += part

        client.on("data", on_data)
        client.on("end", lambda: log("end", text))
        client.on("close", lambda *_: server.close())

    server.listen(0, "127.0.0.1", on_listening)


run(main)
