"""errorMonitor sees errors before the listeners do, and does not count as one."""

# rows: 5.event.error 8.9

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    socket = net.connect("nobody.sock")
    socket.on("error", lambda error: log("error", error.code))
    socket.on(
        net.errorMonitor, lambda error: log("monitor", error.code, socket.listenerCount("error"))
    )

    def second(hadError):
        log("close", hadError)
        other = net.connect("nobody.sock")
        other.on(
            net.errorMonitor,
            lambda error: log("monitor only", error.code, other.listenerCount("error")),
        )
        other.on("close", lambda hadError: log("never"))

    socket.on("close", second)


run(main)
