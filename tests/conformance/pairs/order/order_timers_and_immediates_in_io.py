"""Within an I/O callback: ticks, then immediates, then timers of zero; each in the order
they were made."""

# rows: 8.8
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer(lambda c: c.resume())

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")

        def on_connect() -> None:
            net.setTimeout(lambda: log("timer"), 0)

            def on_timer(*values: object) -> None:
                log("timer with", values)
                net.nextTick(lambda: log("tick of the timer"))

            net.setTimeout(on_timer, 0, "a", "b")

            def on_timer_2() -> None:
                log("last timer")
                client.end()

            net.setTimeout(on_timer_2, 1)

            def on_immediate() -> None:
                log("immediate")
                net.nextTick(lambda: log("tick of the immediate"))

            net.setImmediate(on_immediate)
            net.setImmediate(lambda *values: log("immediate with", values), 1, "two")
            net.nextTick(lambda: log("tick"))
            log("connect done")

        client.on("connect", on_connect)
        client.resume()

        def on_close(*_: object) -> None:
            log("close")
            net.setImmediate(lambda: server.close(lambda *_: log("server closed")))

        client.on("close", on_close)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
