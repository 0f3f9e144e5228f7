"""Addresses that refuse are passed over, each with its failed attempt; no error once one
answers."""

# rows: 6.autoselect 5.event.connectionAttemptFailed 5.autoSelectFamilyAttemptedAddresses 8.5
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        watch(c, "server side", "data", "end")

    server = net.createServer(on_connection)

    def on_listening() -> None:
        answer = [
            {"address": "127.0.0.2", "family": 4},
            {"address": "::1", "family": 6},
            {"address": "127.0.0.3", "family": 4},
            {"address": "127.0.0.1", "family": 4},
            {"address": "127.0.0.4", "family": 4},
        ]
        client = net.connect(
            {
                "port": server.address()["port"],
                "host": "many.names",
                "lookup": lambda hostname, options, callback: net.setImmediate(
                    callback, None, answer
                ),
            }
        )
        events = ["connectionAttempt", "connectionAttemptFailed", "connectionAttemptTimeout"]
        watch(client, "client", *events, "connect", "ready", "end", "error", "close")

        def on_written(*values: object) -> None:
            log("written", values, client.bytesWritten)
            client.end()

        client.write("queued", on_written)
        client.on(
            "connect",
            lambda: log(
                "connected", client.remoteAddress, client.remoteFamily, client.bytesWritten
            ),
        )
        client.resume()

        def on_close(*_: object) -> None:
            log("attempted", client.autoSelectFamilyAttemptedAddresses)
            server.close()

        client.on("close", on_close)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
