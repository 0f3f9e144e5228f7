"""A paused connection is sent to a worker, which reads what has come and answers."""
# rows: c.handle.socket 4.option.pauseOnConnect 4.getConnections 4.close

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run, watch


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()

        def accept(socket):
            watch(socket, "socket", "data", "end", "close", "error")
            log("sent", worker.send("socket", socket, lambda error: log("called back", error)))
            log("left", socket.destroyed, socket._handle, socket.remoteAddress)

        server = net.createServer({"pauseOnConnect": True}, accept)

        def on_message(message, handle):
            log("message", message)
            if message[0] != "data":
                return

            def counted(error, count):
                log("connections", error, count)
                server.close(lambda error=None: log("server closed", error))
                worker.send("answer")

            server.getConnections(counted)

        worker.on("message", on_message)
        worker.on("exit", lambda code, signal: log("exit", code))

        def listening():
            client = net.connect(server.address()["port"], "127.0.0.1")
            client.write("hello")
            client.on("data", lambda data: log("client data", data))
            client.on("end", lambda: log("client end"))

        server.listen(0, "127.0.0.1", listening)
    else:
        taken = []

        def on_message(message, socket):
            if message == "answer":
                taken[0].end("answer")
                return
            taken.append(socket)
            process.send(
                [
                    message,
                    isinstance(socket, net.Socket),
                    socket.readyState,
                    socket.remoteAddress,
                    socket.server is None,
                ]
            )

            def on_data(data):
                process.send(["data", data.decode(), socket.bytesRead])

            socket.on("data", on_data)

            def on_close(failed):
                cluster.worker.disconnect()

            socket.on("close", on_close)

        process.on("message", on_message)


run(main)
