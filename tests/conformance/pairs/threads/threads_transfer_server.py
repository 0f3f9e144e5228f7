"""A server that listens moves to a worker, its connections stay, and it may listen again."""
# rows: t.transfer.server

from __future__ import annotations

from anynet import node as net
from anynet.node import process
from anynet.node.worker_threads import (
    Worker,
    isMainThread,
    parentPort,
)
from tests.conformance.tracing import log, run, watch


def main() -> None:
    if not isMainThread:
        parentPort.on("message", work)
        return
    worker = Worker(__file__)
    server = net.createServer(
        {
            "allowHalfOpen": True,
            "pauseOnConnect": True,
            "noDelay": True,
            "keepAlive": True,
            "highWaterMark": 5,
        }
    )
    watch(server, "server", "error", "close")
    accepted = []

    def on_connection(socket):
        accepted.append(socket)
        log("moved", worker.postMessage({"server": server}, [server]))
        log("source", server.listening, server.address())
        try:
            worker.postMessage(server, [server])
        except net.NodeError as error:
            log("again", error.code, str(error)[:10])

    def on_listening() -> None:
        port = server.address()["port"]
        client = net.connect(port, "127.0.0.1")

        def on_message(message):
            log("worker", message)
            if message != "listening":
                return
            another = net.connect(port, "127.0.0.1")
            another.setEncoding("utf8")
            another.on("data", lambda text: log("data", text))
            another.on("close", lambda _: (client.destroy(), accepted[0].destroy()))

        def again() -> None:
            log("listens again", server.listening)
            server.close()

        worker.on("message", on_message)
        server.once("close", lambda: server.listen(0, "127.0.0.1", again))

    server.once("connection", on_connection)
    server.listen(0, "127.0.0.1", on_listening)
    worker.on("exit", lambda code: process.on("exit", lambda: log("exit", code)))


def work(message):
    server = message["server"]
    parentPort.postMessage(
        [
            server.listening,
            "number" if isinstance(server.address()["port"], int) else None,
            server.allowHalfOpen,
            server.pauseOnConnect,
            server.noDelay,
            server.keepAlive,
            server.highWaterMark,
        ]
    )

    def on_connection(socket):
        socket.end("from the worker")
        socket.resume()
        server.close()
        parentPort.close()

    server.on("listening", lambda: parentPort.postMessage("listening"))
    server.on("connection", on_connection)


run(main)
