"""A lookup that fails: the lookup event with the error, then error and close, no attempt."""

# rows: 5.event.lookup 5.event.error 8.1

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def failing(host, options, callback):
        error = Exception("no such name")
        net.setImmediate(lambda: callback(error))

    socket = net.connect({"port": 80, "host": "nowhere.test", "lookup": failing})
    watch(
        socket,
        "socket",
        "lookup",
        "connectionAttempt",
        "connectionAttemptFailed",
        "connect",
        "error",
        "close",
    )
    socket.write("x", lambda *values: log("written", *values))
    log("connecting", socket.connecting, socket.readyState)

    def second(hadError):
        def wrong(host, options, callback):
            net.setImmediate(lambda: callback(None, "not an address", 4))

        other = net.connect({"port": 80, "host": "nowhere.test", "lookup": wrong, "family": 4})
        watch(
            other,
            "other",
            "lookup",
            "connectionAttempt",
            "connectionAttemptFailed",
            "connect",
            "error",
            "close",
        )

    socket.on("close", second)


run(main)
