"""listen() a second time is an error as soon as the primary has answered."""
# rows: 4.listen.overloads 4.event.error c.event.listening

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()
        worker.on(
            "listening",
            lambda address: log(
                "listening", address["addressType"], address["address"], address["port"]
            ),
        )
        worker.on("message", lambda message, handle: log("message", message))
        worker.on("exit", lambda code, signal: log("exit", code))
    else:
        server = net.createServer()

        def again():
            process.send(["again", server.listening])
            cluster.worker.disconnect()

        def closed(error=None):
            process.send(["closed", server.address()])
            server.listen(0, "127.0.0.1", again)

        def listening():
            try:
                server.listen(0, "127.0.0.1")
            except net.NodeError as error:
                process.send([error.code, error.message])
            server.close(closed)

        server.listen(0, "127.0.0.1", listening)


run(main)
