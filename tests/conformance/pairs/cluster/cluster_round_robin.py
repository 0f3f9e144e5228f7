"""Connections go to the workers in turns."""
# rows: c.SCHED_RR c.schedulingPolicy 4.exclusive

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        log(
            "policy",
            cluster.schedulingPolicy == cluster.SCHED_RR,
            cluster.SCHED_RR,
            cluster.SCHED_NONE,
        )
        served = []
        ports = []

        def ask(port, left):
            if not left:
                log("served", len(served), served.count("1"), served.count("2"), served.count("3"))
                log("in turns", all(each == served[index % 3] for index, each in enumerate(served)))
                return cluster.disconnect(lambda: log("disconnected"))
            client = net.connect(port, "127.0.0.1")
            client.on("data", lambda data: served.append(data.decode()))
            client.on("close", lambda failed: ask(port, left - 1))

        def listening(worker, address):
            ports.append(address["port"])
            if len(ports) == 3:
                ask(address["port"], 9)

        cluster.on("listening", listening)
        for _ in range(3):
            cluster.fork()
    else:
        net.createServer(lambda socket: socket.end(str(cluster.worker.id))).listen(0, "127.0.0.1")


run(main)
