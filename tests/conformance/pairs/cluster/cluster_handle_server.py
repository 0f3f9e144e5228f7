"""A server that is sent along: both processes listen; the worker's is a live server."""
# rows: c.handle.server c.Worker.send c.process.event.message 4.listen.handle

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()
        received = []
        server = net.createServer(lambda socket: log("never"))

        def listening():
            port = server.address()["port"]
            log(
                "sent",
                worker.send(
                    {"take": "this", "port": port}, server, lambda error: log("called back", error)
                ),
            )
            log("still listens", server.listening)

            def on_message(message, handle):
                log("message", message)
                if message != "listening":
                    return

                def closed(error=None):
                    log("closed", error, server.listening)
                    client = net.connect(port, "127.0.0.1")
                    client.on("data", lambda data: received.append(data.decode()))
                    client.on("close", lambda failed: worker.send("stop"))

                server.close(closed)

            worker.on("message", on_message)

        server.listen(0, "127.0.0.1", listening)
        worker.on("exit", lambda code, signal: log("exit", code, received))
    else:

        def on_message(message, server):
            if message == "stop":
                return cluster.worker.disconnect() and None
            process.send(
                [
                    "server",
                    isinstance(server, net.Server),
                    server.listening,
                    server.address()["port"] == message["port"],
                ]
            )

            def connection(socket):
                process.send(["connection", socket.localPort == message["port"]])
                socket.end("from the worker")
                server.close()

            server.on("connection", connection)
            process.send("listening")

        process.on("message", on_message)


run(main)
