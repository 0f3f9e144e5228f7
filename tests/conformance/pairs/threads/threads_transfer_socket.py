"""A connection that was accepted here is served by a worker; its source is destroyed."""
# rows: t.transfer.socket t.Worker.postMessage

from __future__ import annotations

from anynet import node as net
from anynet.node.worker_threads import (
    Worker,
    isMainThread,
    parentPort,
)
from tests.conformance.tracing import attempt, log, run, watch


def main() -> None:
    if not isMainThread:
        work()
        return
    worker = Worker(__file__)
    watch(worker, "worker", "message", "error", "exit")

    def show(socket):
        watch(socket, "source", "end", "error", "close")
        attempt("not listed", lambda: worker.postMessage({"socket": socket}))

    def move(socket):
        socket.setTimeout(5)
        log("moved", worker.postMessage({"socket": socket}, [socket]))
        log("source", socket.destroyed, socket.readyState, socket.pending, socket.remoteAddress)
        log("write", socket.write("x", lambda error: log("written", error)))
        server.close(lambda: log("server closed"))

    def connect() -> None:
        port = server.address()["port"]
        client = net.connect({"port": port, "host": "127.0.0.1", "allowHalfOpen": True})
        client.setEncoding("utf8")

        def on_data(text):
            client.end(f" to {text}")

        client.on("data", on_data)
        client.on("connect", lambda: client.write("hello"))

    server = net.createServer({"allowHalfOpen": True}, show)
    server.on("connection", move)
    worker.once("message", lambda _: server.listen(0, "127.0.0.1", connect))


def work() -> None:
    def on_message(message):
        socket = message["socket"]
        parentPort.postMessage(
            [
                socket.readyState,
                socket.bytesRead,
                not socket.timeout,
                socket.allowHalfOpen,
                socket.server,
                socket.readableFlowing,
                socket.isPaused(),
                "number" if isinstance(socket.remotePort, int) else None,
            ]
        )
        socket.setEncoding("utf8")
        received = []

        def on_data(text):
            if not received:
                socket.write("welcome")
            received.append(text)

        def on_end() -> None:
            parentPort.postMessage(["all", "".join(received)])
            socket.end()

        def on_close(had_error):
            parentPort.postMessage(["closed", had_error])
            parentPort.close()

        socket.on("data", on_data)
        socket.on("end", on_end)
        socket.on("close", on_close)

    parentPort.postMessage("ready")
    parentPort.on("message", on_message)


run(main)
