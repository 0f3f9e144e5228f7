"""Port 0 is the same port in every worker, and the second one of a worker another."""
# rows: c.event.listening 4.exclusive

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        ports = []

        def fork():
            worker = cluster.fork()

            def listening(address):
                ports.append(address["port"])
                if len(ports) == 2:
                    fork()
                if len(ports) != 4:
                    return
                log("same", ports[0] == ports[2], ports[1] == ports[3], ports[0] == ports[1])
                cluster.disconnect(lambda: log("done"))

            worker.on("listening", listening)
            worker.on("exit", lambda code, signal: log("exit", code))

        fork()
    else:
        net.createServer().listen(0, lambda: net.createServer().listen(0))


run(main)
