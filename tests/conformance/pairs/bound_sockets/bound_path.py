"""A path that is bound: listened at, connected from, and gone after its close."""

# rows: b.path b.listen b.connect b.close
from __future__ import annotations

import os

from anynet import node as net
from tests.conformance.tracing import attempt, log, run, watch


def main():
    def onConnection(peer):
        log("peer", peer.remoteAddress, peer.localAddress)
        peer.resume()
        peer.end("hello")

    server = net.createServer(onConnection)
    watch(server, "server", "listening", "error", "close")
    server.listen(net.BoundSocket({"path": "server"}))
    log("at once", server.listening, server.address(), os.listdir("."))
    socket = net.Socket({"handle": net.BoundSocket({"path": "client"})})
    log(
        "socket",
        socket.readyState,
        socket.pending,
        socket.localAddress,
        socket.localPort,
        socket.localFamily,
        socket.address(),
    )
    watch(socket, "socket", "connectionAttempt", "connect", "data", "end", "error", "close")
    socket.connect("server")
    files = sorted(os.listdir("."))
    log("connecting", socket.connecting, socket.pending, socket.localAddress, files)
    socket.on(
        "connect",
        lambda: log("connected", socket.localAddress, socket.address(), socket.remoteAddress),
    )

    def onClose(hadError):
        log("gone", os.listdir("."), socket.localAddress, socket.address())
        server.close(onServerClose)

    def onServerClose(*_):
        log("all gone", os.listdir("."), server.address())
        bound = net.BoundSocket({"path": "client"})
        refused = net.connect({"handle": bound, "path": "server"})
        watch(refused, "refused", "connectionAttemptFailed", "error", "close")
        refused.on("close", onRefused)

    def onRefused(hadError):
        log("left", os.listdir("."))
        name = f"\0x{os.getpid()}"
        attempt(
            "no path",
            lambda: net.connect({"handle": net.BoundSocket({"path": name}), "port": 9}),
        )
        early = net.Socket({"handle": net.BoundSocket({"path": "early"})})
        watch(early, "early", "error", "close")
        early.write("x")
        early.on("close", lambda hadError: log("nothing left", os.listdir(".")))

    socket.on("close", onClose)


run(main)
