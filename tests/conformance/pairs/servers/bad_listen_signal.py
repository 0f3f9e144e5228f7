"""listen: a signal that is none; the server can still listen."""

# rows: 4.listen.options.signal 4.signal
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    server = net.createServer()
    for signal in ["x", 5, True, {}, []]:
        attempt("signal", lambda: server.listen({"port": 0, "signal": signal}))
    attempt("with a bad port", lambda: server.listen({"port": 70000, "signal": {}}))
    attempt("with a path", lambda: server.listen({"path": "s.sock", "signal": "x"}))
    log("state", server.listening, server.listenerCount("close"))
    controller = net.AbortController()
    server.on("close", lambda: log("close", server.listening))

    def on_listening():
        log("listening", server.listening)
        controller.abort()
        log("aborted", controller.signal.aborted, server.listening)

    server.listen({"port": 0, "host": "127.0.0.1", "signal": controller.signal}, on_listening)


run(main)
