"""A server that is unref'ed doesn't hold a worker, but its channel does."""
# rows: 4.unref 4.ref c.Worker.disconnect

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()

        def listening(address):
            log("listening", address["addressType"], address["address"], address["port"])
            client = net.connect(address["port"], "127.0.0.1")
            client.on("data", lambda data: log("data", data)).on(
                "close", lambda failed: worker.send("end") and None
            )

        worker.on("listening", listening)
        worker.on("disconnect", lambda: log("disconnect"))
        worker.on("exit", lambda code, signal: log("exit", code))
    else:
        server = net.createServer(lambda socket: socket.end("served"))
        server.listen(0, "127.0.0.1").unref()
        process.on("message", lambda message, handle: process.disconnect())


run(main)
