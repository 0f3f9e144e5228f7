"""A drain that is owed fires once, also when what was queued is flushed at once; none is
owed without a false."""

# rows: 8.6 5.event.drain 5.write 5.stream.writableNeedDrain 5.stream.cork
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer(lambda c: c.resume())

    def on_listening() -> None:
        client = net.connect(
            {"port": server.address()["port"], "host": "127.0.0.1", "highWaterMark": 16}
        )
        drains = 0

        def on_drain() -> None:
            nonlocal drains
            drains += 1
            log("drain", drains, client.writableLength, client.writableNeedDrain)
            if drains == 1:
                log(
                    "above, sent at once",
                    client.write("0123456789abcdefg"),
                    client.writableNeedDrain,
                )

                def on_immediate() -> None:
                    client.cork()
                    log(
                        "corked, above", client.write("0123456789abcdefg"), client.writableNeedDrain
                    )
                    log("more", client.write("x"), client.writableLength)
                    client.uncork()
                    log("uncorked", client.writableLength, client.writableNeedDrain)

                net.setImmediate(on_immediate)
            else:
                client.cork()
                log("corked, below", client.write("12345"), client.writableNeedDrain)
                client.uncork()
                client.end()

        client.on("drain", on_drain)
        log("below", client.write("12345678"), client.writableNeedDrain)
        log("at the mark", client.write("12345678"), client.writableNeedDrain)
        log("above", client.write("x"), client.writableNeedDrain)
        client.on("finish", lambda: log("finish", drains))
        client.resume()
        client.on("close", lambda *_: server.close())

    server.listen(0, "127.0.0.1", on_listening)


run(main)
