"""A worker that closes its server leaves the place to the others; with the last it is gone."""
# rows: 4.close 4.exclusive c.event.listening

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        workers = [cluster.fork(), cluster.fork()]
        ports = []

        def ask(label, then):
            client = net.connect(ports[0], "127.0.0.1")
            client.on("data", lambda data: log(label, data))
            client.on("error", lambda error: log(label, error.code))
            client.on("close", lambda failed: then())

        def finish():
            ask("after both", lambda: cluster.disconnect(lambda: log("done")))

        def on_first(message, handle):
            log("first", message)
            if message[0] != "closed":
                return
            ask("after first", lambda: ask("again", lambda: workers[1].send("close")))

        workers[0].on("message", on_first)

        def on_second(message, handle):
            log("second", message)
            if message[0] != "closed":
                return
            finish()

        workers[1].on("message", on_second)

        def on_listening(worker, address):
            ports.append(address["port"])
            if len(ports) == 2:
                workers[0].send("close")

        cluster.on("listening", on_listening)
    else:
        server = net.createServer(lambda socket: socket.end(f"worker {cluster.worker.id}"))
        server.listen(0, "127.0.0.1")

        def on_message(message, handle):
            server.close(
                lambda error=None: process.send(
                    ["closed", error is None, server.listening, server.address()]
                )
            )
            process.send(["closing", server.listening])

        process.on("message", on_message)


run(main)
