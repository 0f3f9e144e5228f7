"""All addresses refused: one failed event for each, one AggregateError, the attempted list."""

# rows: 5.event.connectionAttemptFailed 5.event.connectionAttempt 5.autoSelectFamilyAttemptedAddresses 5.event.error

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer()

    def attack(port):
        def lookup(host, options, callback):
            net.setImmediate(
                lambda: callback(
                    None,
                    [
                        {"address": "127.0.0.1", "family": 4},
                        {"address": "::1", "family": 6},
                        {"address": "127.0.0.2", "family": 4},
                    ],
                )
            )

        socket = net.connect({"port": port, "host": "both.test", "lookup": lookup})
        watch(
            socket,
            "socket",
            "lookup",
            "connectionAttempt",
            "connectionAttemptFailed",
            "connect",
            "close",
        )

        def onError(error):
            log("error", error, error.message, len(error.errors))
            log("attempted", socket.autoSelectFamilyAttemptedAddresses, socket.destroyed)

        socket.on("error", onError)

    def start():
        port = server.address()["port"]
        server.close(lambda: attack(port))

    server.listen(0, "127.0.0.1", start)


run(main)
