"""The first address that answers wins; the others are never tried."""

# rows: 6.autoselect 5.autoSelectFamilyAttemptedAddresses 5.event.lookup 5.event.connectionAttempt
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        answer = [
            {"address": address, "family": 4} for address in ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
        ]
        client = net.connect(
            {
                "port": server.address()["port"],
                "host": "many.names",
                "autoSelectFamily": True,
                "lookup": lambda hostname, options, callback: net.nextTick(callback, None, answer),
            }
        )
        events = [
            "lookup",
            "connectionAttempt",
            "connectionAttemptFailed",
            "connectionAttemptTimeout",
        ]
        watch(client, "client", *events, "connect", "ready", "end", "error", "close")
        log("returned", client.autoSelectFamilyAttemptedAddresses)
        client.on(
            "connect",
            lambda: log(
                "attempted", client.autoSelectFamilyAttemptedAddresses, client.remoteAddress
            ),
        )
        client.resume()
        client.on("close", lambda *_: server.close())

    server.listen(0, "127.0.0.1", on_listening)


run(main)
