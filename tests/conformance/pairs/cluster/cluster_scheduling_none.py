"""With SCHED_NONE the workers accept by themselves."""
# rows: c.SCHED_NONE c.schedulingPolicy c.event.listening

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        cluster.schedulingPolicy = cluster.SCHED_NONE
        log("policy", cluster.schedulingPolicy)
        listening = []

        def ask(port, left):
            if not left:
                return cluster.disconnect(lambda: log("disconnected", cluster.workers))
            client = net.connect(port, "127.0.0.1")
            client.on("data", lambda data: log("data", data))

            def on_close(failed):
                log("close", failed)
                ask(port, left - 1)

            client.on("close", on_close)

        def on_listening(worker, address):
            log("listening", address["addressType"], address["address"], address["port"])
            listening.append(worker)
            if len(listening) == 2:
                ask(address["port"], 3)

        cluster.on("listening", on_listening)
        cluster.fork()
        cluster.fork()
    else:
        net.createServer(lambda socket: socket.end("served")).listen(0, "127.0.0.1")


run(main)
