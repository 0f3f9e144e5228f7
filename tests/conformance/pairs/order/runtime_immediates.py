"""setImmediate: arguments, clearing in the same pass, immediates made by immediates, hasRef."""

# rows: 8.8
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    server = net.createServer()

    def on_listening() -> None:
        immediates = []

        def on_immediate(*values: object) -> None:
            log("first", values)
            net.clearImmediate(immediates[2])

            def on_immediate() -> None:
                log("made by the first")
                server.close(lambda *_: log("server closed"))

            net.setImmediate(on_immediate)

        immediates.append(net.setImmediate(on_immediate, 1, "two"))
        immediates.append(net.setImmediate(lambda: log("second")))
        immediates.append(net.setImmediate(lambda: log("never")))
        immediates.append(net.setImmediate(lambda: log("fourth")))
        immediates.append(net.setImmediate(lambda: log("never")))
        log("hasRef", immediates[0].hasRef())
        log(
            "unref",
            immediates[3].unref() == immediates[3],
            immediates[3].hasRef(),
            immediates[3].ref().hasRef(),
        )
        log(
            "clear",
            net.clearImmediate(immediates[4]),
            net.clearImmediate(None),
            net.clearImmediate(immediates[4]),
        )
        for bad in [None, 5, "x", {}]:
            attempt("bad", lambda: net.setImmediate(bad))

    server.listen(0, "127.0.0.1", on_listening)


run(main)
