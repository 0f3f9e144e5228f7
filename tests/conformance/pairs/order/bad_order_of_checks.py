"""Calls that throw emit nothing; but listeners given to them were added all the same."""

# rows: 8.7 8.8 6.factory 4.listen.overloads
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run, watch


def main():
    server = net.createServer()
    watch(server, "server", "listening", "connection", "error", "close", "drop")
    socket = net.Socket()
    watch(socket, "socket", "lookup", "connectionAttempt", "connect", "ready")
    watch(socket, "socket", "error", "end", "close", "timeout")
    attempt("listen", lambda: server.listen(-5, lambda: log("listening of the bad call")))
    attempt("connect", lambda: socket.connect({"port": -5}, lambda: log("connect of the bad call")))
    attempt("timeout", lambda: socket.setTimeout(-5, lambda: log("never")))
    attempt("write", lambda: socket.write(5, lambda: log("never")))
    log(
        "listeners",
        server.listenerCount("listening"),
        socket.listenerCount("connect"),
        socket.listenerCount("timeout"),
    )

    def on_listening():
        log("bound")
        socket.resume()

        def on_connect():
            log("connected", socket.remoteFamily)
            socket.end()

        options = {"port": server.address()["port"], "host": "127.0.0.1"}
        returned = socket.connect(options, on_connect)
        log("returned", returned is socket, socket.connecting)

    server.listen(0, "127.0.0.1", on_listening)

    def on_connection(accepted):
        accepted.resume()
        server.close()

    server.once("connection", on_connection)


run(main)
