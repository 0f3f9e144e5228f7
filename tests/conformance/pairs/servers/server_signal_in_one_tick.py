"""listen() and abort() in one tick: only close. An aborted server may listen again."""
# rows: 4.signal 4.listen.options.signal 4.event.close

from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    controller = net.AbortController()
    server = net.createServer()
    watch(server, "server", "listening", "close", "error")
    server.listen({"path": "s.sock", "signal": controller.signal}, lambda: log("callback"))
    log("listening", server.listening)
    controller.abort()
    log("aborted", server.listening)

    def again() -> None:
        log("second callback", server.address())
        controller.abort()
        log("aborted twice", server.listening)
        server.close()

    server.once("close", lambda: server.listen({"path": "s.sock"}, again))


run(main)
