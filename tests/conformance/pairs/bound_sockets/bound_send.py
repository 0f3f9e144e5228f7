"""A TCP BoundSocket goes to a child process, and is adopted by that; a path does not go, nor does
an adopted one."""

# rows: b.send c.child_process.fork c.handle.server
from __future__ import annotations

import sys

from anynet import node as net
from anynet.node import child_process, process
from tests.conformance.tracing import attempt, log, run, watch


def theChild():
    def onMessage(message, bound):
        is_bound = isinstance(bound, net.BoundSocket)
        log("child", message, is_bound, bound.isPipe, bound.address()["address"])
        server = net.createServer(lambda peer: peer.end("from the child"))
        server.listen(bound, lambda: process.send(server.address()["port"]))
        process.on("disconnect", lambda: server.close())

    process.on("message", onMessage)


def theParent():
    child = child_process.fork(__file__, ["child"])
    bound = net.BoundSocket({"host": "127.0.0.1"})
    port = bound.address()["port"]
    log("sent", child.send("listen", bound))
    attempt("adopted", lambda: bound.address())

    def onMessage(reported, handle=None):
        log("same port", reported == port)
        client = net.connect(port, "127.0.0.1")
        watch(client, "client", "data", "end", "close")

        def onClose(hadError):
            attempt("adopted", lambda: child.send("again", bound))
            path = net.BoundSocket({"path": "p"})
            attempt("path", lambda: child.send("path", path))
            log("kept", path.address())
            path.close()
            child.disconnect()

        client.on("close", onClose)

    child.on("message", onMessage)
    child.on("exit", lambda code, signal: log("exit", code, signal))


def main():
    theChild() if sys.argv[1:] == ["child"] else theParent()


run(main)
