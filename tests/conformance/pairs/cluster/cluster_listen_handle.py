"""A handle is listened on as it is, and the primary is not asked."""
# rows: 4.listen.handle c.handle.server 4.exclusive

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()
        worker.on("listening", lambda address: log("told", address))
        server = net.createServer()

        def listening():
            port = server.address()["port"]
            worker.send("server", server)

            def on_message(message, handle):
                log("message", message)
                if message != "ready":
                    return
                server.close()
                client = net.connect(port, "127.0.0.1")
                client.on("data", lambda data: log("data", data))
                client.on("close", lambda failed: worker.kill())

            worker.on("message", on_message)

        server.listen(0, "127.0.0.1", listening)
        worker.on("exit", lambda code, signal: log("exit", code, signal))
    else:

        def on_message(message, server):
            other = net.createServer(lambda socket: socket.end("the other"))

            def listening():
                process.send(
                    [
                        "listening",
                        other.listening,
                        other.address()["port"] == server.address()["port"],
                    ]
                )
                process.send("ready")

            other.listen(server, listening)
            process.send(["returned", other.listening])

        process.on("message", on_message)


run(main)
