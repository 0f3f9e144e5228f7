"""An exception in a tick: the ticks behind it do not run."""

# rows: 8.9 8.8
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer(lambda *_: log("never"))

    def on_listening() -> None:
        log("listening")
        net.nextTick(lambda: log("first tick"))

        def on_tick() -> None:
            raise RuntimeError("second tick")

        net.nextTick(on_tick)
        net.nextTick(lambda: log("never"))
        net.setImmediate(lambda: log("never"))

    server.listen(0, "127.0.0.1", on_listening)


run(main)
