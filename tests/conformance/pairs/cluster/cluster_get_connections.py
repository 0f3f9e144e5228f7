"""getConnections counts the connections that were sent to workers; close waits for them."""
# rows: 4.getConnections 4.close c.handle.socket

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        workers = [cluster.fork(), cluster.fork()]
        clients = []
        accepted = []
        taken = []

        def connect():
            clients.append(net.connect(server.address()["port"], "127.0.0.1"))

        def accept(socket):
            accepted.append(socket)
            if len(accepted) > 1:
                workers[len(accepted) % 2].send("socket", socket)
            else:
                socket.on("error", lambda error: None).resume()
            if len(accepted) < 5:
                connect()

        server = net.createServer({"pauseOnConnect": True}, accept)

        def on_message(message, handle):
            taken.append(message)
            if len(taken) < 4:
                return

            def counted(error, count):
                log("connections", error, count, server._connections)
                server.close(lambda error=None: log("closed", error))
                clients[0].on("close", lambda failed: log("first client closed")).destroy()

                def later():
                    log("still", server.listening)
                    for client in clients:
                        client.destroy()

                net.setImmediate(later)

            server.getConnections(counted)

        for worker in workers:
            worker.on("message", on_message)
        server.on("close", lambda: cluster.disconnect(lambda: log("disconnected")))
        server.listen(0, "127.0.0.1", connect)
    else:

        def on_message(message, socket):
            socket.on("error", lambda error: None).resume()
            process.send("taken")

        process.on("message", on_message)


run(main)
