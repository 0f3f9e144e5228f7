"""A worker disconnects itself; a connection that is open is served to its end."""
# rows: c.Worker.disconnect c.Worker.exitedAfterDisconnect c.process.event.disconnect c.process.connected

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run, watch


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()
        watch(worker, "worker", "message", "disconnect", "exit")
        clients = []

        def listening(address):
            client = net.connect(address["port"], "127.0.0.1")
            watch(client, "client", "data", "end")
            clients.append(client)

        worker.on("listening", listening)

        def on_message(message, handle):
            log("state", worker.exitedAfterDisconnect, worker.isConnected())
            clients[0].write("last")

        worker.on("message", on_message)
    else:

        def accept(socket):
            process.send(
                [
                    "returned",
                    cluster.worker.disconnect() is cluster.worker,
                    cluster.worker.exitedAfterDisconnect,
                    process.connected,
                ]
            )

            def on_data(data):
                shown = [
                    str(each).lower()
                    for each in (process.connected, cluster.worker.isConnected(), server.listening)
                ]
                socket.end(f"{data.decode()} {' '.join(shown)}")

            socket.on("data", on_data)

        server = net.createServer(accept)
        server.listen(0, "127.0.0.1")


run(main)
