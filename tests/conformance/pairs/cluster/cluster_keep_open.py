"""With keepOpen the sender goes on with the connection that it has sent."""
# rows: c.handle.keepOpen c.handle.socket

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()

        def accept(socket):
            worker.send(
                "socket",
                socket,
                {"keepOpen": True},
                lambda error: log("called back", error, socket.destroyed, socket.writable),
            )

            def on_message(message, handle):
                log("message", message)
                if message == "wrote":
                    socket.end(" and the primary")

            worker.on("message", on_message)

            def on_close(failed):
                log("close", failed)
                server.close(closed)

            def closed():
                log("server closed")
                worker.disconnect()

            socket.on("close", on_close)
            socket.resume()

        server = net.createServer({"pauseOnConnect": True}, accept)
        worker.on("exit", lambda code, signal: log("exit", code))

        def listening():
            client = net.connect(server.address()["port"], "127.0.0.1")
            client.setEncoding("utf8")
            text = []
            client.on("data", text.append)
            client.on("end", lambda: log("end", "".join(text)))

        server.listen(0, "127.0.0.1", listening)
    else:

        def on_message(message, socket):
            def written(error=None):
                process.send("wrote")
                socket.destroy()

            socket.write("the worker", written)

        process.on("message", on_message)


run(main)
