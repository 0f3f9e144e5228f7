"""A socket that went through attempts once begins a new list of attempts at the next
connect()."""

# rows: 6.autoselect 6.reconnect 5.autoSelectFamilyAttemptedAddresses
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        port = server.address()["port"]
        answers = [
            ["127.0.0.2", "127.0.0.3"],
            ["127.0.0.4", "127.0.0.1"],
            ["127.0.0.1", "127.0.0.2"],
        ]
        socket = net.Socket()
        watch(socket, "socket", "connectionAttempt", "connect", "end")
        socket.on("error", lambda error: log("error", error.code, len(error.errors)))
        socket.resume()

        def next_one() -> None:
            answer = answers.pop(0) if answers else None
            if answer is None:
                server.close()
                return
            socket.connect(
                {
                    "port": port,
                    "host": "many.names",
                    "lookup": lambda hostname, options, callback: net.nextTick(
                        callback, None, [{"address": address, "family": 4} for address in answer]
                    ),
                }
            )
            log("connecting", socket.connecting, socket.autoSelectFamilyAttemptedAddresses)

        def on_close(hadError: bool) -> None:
            log("close", hadError, socket.autoSelectFamilyAttemptedAddresses)
            next_one()

        socket.on("close", on_close)
        next_one()

    server.listen(0, "127.0.0.1", on_listening)


run(main)
