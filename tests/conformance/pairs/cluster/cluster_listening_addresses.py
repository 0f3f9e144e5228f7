"""The event `listening` in the primary tells where a worker listens, in the form that was asked for."""
# rows: c.event.listening c.Worker.event.listening 4.address

from __future__ import annotations

import os

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()

        def shown(place):
            address = place["address"]
            return [
                place["addressType"],
                address and os.path.basename(address),
                place["port"],
                place["fd"],
            ]

        worker.on("listening", lambda address: log("worker", *shown(address)))

        def listening(sender, address):
            log("cluster", sender is worker, *shown(address))
            worker.send("next")

        cluster.on("listening", listening)
        worker.on("message", lambda message, handle: log("message", message))
        worker.on("exit", lambda code, signal: log("exit", code))
    else:
        places = [
            [0],
            [0, "127.0.0.1"],
            [0, "::1"],
            [0, "localhost"],
            [{"port": 0, "exclusive": True}],
            ["s.sock"],
        ]

        def next_place(*_):
            if not places:
                return process.disconnect()
            place = places.pop(0)
            server = net.createServer()

            def listening():
                process.send(["listening", server.listening, server.address()])
                if isinstance(place[0], dict):
                    next_place()

            server.listen(*place, listening)
            process.send(["returned", server.listening, server.address()])

        process.on("message", next_place)
        next_place()


run(main)
