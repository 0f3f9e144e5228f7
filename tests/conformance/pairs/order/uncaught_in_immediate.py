"""An exception in an immediate: the immediates behind it do not run."""

# rows: 8.9 8.8
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer()

    def on_listening() -> None:
        def on_immediate() -> None:
            log("first")
            net.nextTick(lambda: log("tick of the first"))

        net.setImmediate(on_immediate)

        def on_immediate_2() -> None:
            log("second")
            raise RuntimeError("the second failed")

        net.setImmediate(on_immediate_2)
        net.setImmediate(lambda: log("never"))

    server.listen(0, "127.0.0.1", on_listening)


run(main)
