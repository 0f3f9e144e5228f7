"""A worker sends a connection of its own to the primary, and a server too."""
# rows: c.handle.socket c.handle.server c.process.send c.Worker.event.message

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()
        cluster.on(
            "message",
            lambda sender, message, handle: log("cluster", sender is worker, message, handle),
        )

        def on_message(message, handle):
            log("worker", message, handle)
            if message == "server":
                port = handle.address()["port"]
                handle.on("connection", lambda socket: socket.end("from the primary"))
                worker.send(port)
            elif message == "socket":
                handle.on("data", lambda data: log("data", data))
                handle.on("end", lambda: log("end"))

                def on_close(failed):
                    log("close", failed)
                    worker.disconnect()

                handle.on("close", on_close)

        worker.on("message", on_message)
        worker.on("disconnect", lambda: process.exit())
    else:
        server = net.createServer()

        def listening():
            process.send("server", server)
            server.on("error", lambda error: None)

        server.listen({"port": 0, "host": "127.0.0.1", "exclusive": True}, listening)

        def on_port(port, handle):
            server.close()
            client = net.connect(port, "127.0.0.1", lambda: process.send("socket", client))

        process.on("message", on_port)


run(main)
