"""Ticks queued by an I/O callback, and the ticks they queue, run before the next I/O
callback and before immediates."""

# rows: 8.8
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        c.write("first")
        c.once("data", lambda *_: c.end("second"))

    server = net.createServer(on_connection)

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")

        def on_data(data: bytes) -> None:
            log("data", data)
            net.setImmediate(lambda: log("immediate of", data))

            def on_tick() -> None:
                log("tick of", data)
                net.nextTick(lambda: log("tick of the tick of", data))

            net.nextTick(on_tick)
            net.nextTick(lambda *values: log("tick with", values), 1, "two", None)
            if len(data) == 5:
                client.write("go on")
            log("data done", data)

        client.on("data", on_data)

        def on_end() -> None:
            log("end")
            net.nextTick(lambda: log("tick of end"))
            net.setImmediate(lambda: log("immediate of end"))

        client.on("end", on_end)

        def on_close(*_: object) -> None:
            log("close")
            server.close()

        client.on("close", on_close)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
