"""A listen() that is closed before the primary answered only closes."""
# rows: 4.close 4.event.listening c.event.listening

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()
        worker.on("listening", lambda address: log("listening", address))
        worker.on("message", lambda message, handle: log("message", message))
        worker.on("exit", lambda code, signal: log("exit", code))
    else:
        server = net.createServer()
        server.on("listening", lambda: process.send("listening"))
        server.listen(0, "127.0.0.1")

        def closed(error=None):
            process.send(["closed", error and error.code, server.listening])
            net.setTimeout(lambda: cluster.worker.disconnect(), 50)

        server.close(closed)
        process.send(["closing", server.listening])


run(main)
