"""Of two that hold a port the second learns it at listen, by an error event; it may listen
elsewhere then."""

# rows: b.listen b.errors 4.event.error
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run, watch


def main():
    first = net.BoundSocket({"host": "127.0.0.1"})
    second = net.BoundSocket({"host": "127.0.0.1", "port": first.address()["port"]})
    winner = net.createServer()
    loser = net.createServer()
    watch(winner, "winner", "listening", "error", "close")
    watch(loser, "loser", "listening", "close")
    loser.on("error", lambda error: log("error", error.code, error.syscall, str(error), error.port))
    winner.listen(first)
    attempt("loser", lambda: loser.listen(second, lambda: log("callback")).listening)
    log("address", loser.address())
    attempt("adopted", lambda: second.address())

    def later():
        def onElsewhere():
            log("elsewhere", loser.listening)
            loser.close()
            winner.close()

        loser.listen(0, "127.0.0.1", onElsewhere)

    net.setTimeout(later, 20)


run(main)
