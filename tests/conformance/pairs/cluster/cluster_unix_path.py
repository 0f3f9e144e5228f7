"""Workers share a path; the file is gone when the last of them has closed."""
# rows: c.event.listening 4.listen.options.path 1.4

from __future__ import annotations

import os

from anynet import node as net
from anynet.node import cluster
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        listening = []
        served = []

        def ask(left):
            if not left:
                log("served", sorted(served))
                return cluster.disconnect(lambda: log("disconnected", os.path.exists("s.sock")))
            client = net.connect("s.sock")
            client.on("data", lambda data: served.append(data.decode()))
            client.on("close", lambda failed: ask(left - 1))

        def on_listening(worker, address):
            log(
                "listening",
                address["addressType"],
                address["port"],
                os.path.basename(address["address"]),
                os.path.exists("s.sock"),
            )
            listening.append(worker)
            if len(listening) == 2:
                ask(4)

        cluster.on("listening", on_listening)
        cluster.fork()
        cluster.fork()
    else:
        server = net.createServer(
            lambda socket: socket.end(f"{cluster.worker.id} {server.address()}")
        )
        server.listen("s.sock")


run(main)
