"""Sockets that come from the primary keep what the server of the worker was told."""
# rows: 4.option.allowHalfOpen 4.option.pauseOnConnect 4.maxConnections c.SCHED_RR

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()

        def on_message(message, handle):
            log("message", message)
            if message[0] == "end":
                worker.send("answer")

        worker.on("message", on_message)

        def listening(address):
            client = net.connect(
                {"port": address["port"], "host": "127.0.0.1", "allowHalfOpen": True}
            )
            client.end("question")
            client.on("data", lambda data: log("data", data))

            def on_end():
                log("end")
                worker.disconnect()

            client.on("end", on_end)

        worker.on("listening", listening)
        worker.on("exit", lambda code, signal: log("exit", code))
    else:

        def accept(socket):
            process.send(
                ["connection", socket.isPaused(), socket.remoteAddress, socket.server is server]
            )
            server.getConnections(
                lambda error, count: process.send(["count", error, count]) and None
            )
            socket.on("data", lambda data: process.send(["data", data.decode()]) and None)

            def on_end():
                process.send(["end", socket.writable])
                process.once("message", lambda message, handle: socket.end(message))

            socket.on("end", on_end)
            net.setImmediate(lambda: socket.resume())

        server = net.createServer({"allowHalfOpen": True, "pauseOnConnect": True}, accept)
        server.listen(0, "127.0.0.1")


run(main)
