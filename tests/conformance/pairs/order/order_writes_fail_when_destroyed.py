"""Queued writes of a connected socket that is destroyed: each callback with the error, none
dropped."""

# rows: 8.5 5.write 5.destroy 8.1
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        c.pause()
        c.on("error", lambda *_: None)
        server.close()
        net.setTimeout(lambda: c.destroy(), 300)

    server = net.createServer(on_connection)

    def on_listening() -> None:
        def on_connect() -> None:
            log(
                "huge",
                client.write(
                    bytearray(32 << 20),
                    lambda error: log("huge written", getattr(error, "code", None), str(error)),
                ),
            )
            log(
                "small",
                client.write(
                    "small",
                    lambda error: log("small written", getattr(error, "code", None), str(error)),
                ),
            )
            client.end(
                "last",
                lambda error: log("end called back", getattr(error, "code", None), str(error)),
            )
            log("length", client.writableLength, client.writableNeedDrain)

            def on_immediate() -> None:
                client.destroy(RuntimeError("no more"))
                log("destroyed", client.writableLength, client.writableFinished)
                client.write(
                    "after",
                    lambda error: log("after written", getattr(error, "code", None), str(error)),
                )

            net.setImmediate(on_immediate)

        client = net.connect(server.address()["port"], "127.0.0.1", on_connect)
        for name in ["drain", "finish", "error"]:
            client.on(name, lambda *values, name=name: log(name, values))
        client.on("close", lambda hadError: log("close", hadError))

    server.listen(0, "127.0.0.1", on_listening)


run(main)
