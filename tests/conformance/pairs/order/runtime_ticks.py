"""nextTick: arguments, order, ticks of ticks before anything else, and what it refuses."""

# rows: 8.8
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    server = net.createServer()

    def on_listening() -> None:
        depth = 0

        def deeper(*_: object) -> None:
            nonlocal depth
            depth += 1
            if depth < 5:
                net.nextTick(deeper)
            else:
                log("deep", depth)

        net.setImmediate(lambda: log("immediate", depth))
        log("returned", net.nextTick(lambda *values: log("values", values), 1, "two", [3], None))
        net.nextTick(deeper)
        net.nextTick(lambda: log("third", depth))
        for bad in [None, 5, "x", {}]:
            attempt("bad", lambda: net.nextTick(bad))

        def on_closed(*_: object) -> None:
            log("server closed")
            net.nextTick(lambda: log("last tick"))

        server.close(on_closed)
        log("done")

    server.listen(0, "127.0.0.1", on_listening)


run(main)
