"""The block list and a name of several addresses: with autoselection and without."""

# rows: 6.option.blockList 6.autoselect 2.use.connect
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    blockList = net.BlockList()
    blockList.addRange("127.0.0.2", "127.0.0.9")
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        port = server.address()["port"]
        cases = [
            ["127.0.0.2", "127.0.0.1"],
            ["127.0.0.2", "127.0.0.3"],
            ["127.0.0.10", "127.0.0.2"],
            ["127.0.0.2"],
        ]

        def next_one() -> None:
            addresses = cases.pop(0) if cases else None
            if addresses is None:
                server.close()
                return
            log("case", addresses)
            answer = [{"address": address, "family": 4} for address in addresses]
            client = net.connect(
                {
                    "port": port,
                    "host": "any.name",
                    "blockList": blockList,
                    "lookup": lambda hostname, options, callback: net.nextTick(
                        callback, None, answer
                    ),
                }
            )
            events = ["connectionAttempt", "connectionAttemptFailed", "connect", "error", "close"]
            watch(client, "client", *events)
            client.resume()

            def on_close(*_: object) -> None:
                log("attempted", client.autoSelectFamilyAttemptedAddresses)
                next_one()

            client.on("close", on_close)

        next_one()

    server.listen(0, "127.0.0.1", on_listening)


run(main)
