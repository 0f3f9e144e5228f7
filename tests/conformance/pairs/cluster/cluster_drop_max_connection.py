"""With dropMaxConnection a worker that is full drops connections; without they go to another."""
# rows: 4.dropMaxConnection 4.maxConnections 4.event.drop

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:

        def round_of(drop, then):
            listening = []
            workers = [
                cluster.fork({"MOST": 1, "DROP": drop}),
                cluster.fork({"MOST": 1 if drop else 9, "DROP": drop}),
            ]
            clients = []
            seen = [0, 0, 0]

            def finish():
                log(f"drop {drop}", seen)
                for client in clients:
                    client.destroy()
                cluster.disconnect(then)

            def connect(port):
                client = net.connect(port, "127.0.0.1")
                client.on("error", lambda error: None)
                clients.append(client)

            def wire(worker, index):
                def on_listening(address):
                    listening.append(index)
                    if len(listening) == 2:
                        connect(address["port"])

                worker.on("listening", on_listening)

                def on_message(message, handle):
                    what, port = message
                    seen[2 if what == "drop" else index] += 1
                    if len(clients) == 4:
                        finish()
                    else:
                        connect(port)

                worker.on("message", on_message)

            for index, worker in enumerate(workers):
                wire(worker, index)

        round_of("", lambda: round_of("yes", lambda: log("done")))
    else:

        def accept(socket):
            socket.on("error", lambda error: None)
            process.send(["connection", socket.localPort])

        server = net.createServer(accept)
        server.on("drop", lambda ends: process.send(["drop", ends["localPort"]]))
        server.maxConnections = int(process.env["MOST"])
        server.dropMaxConnection = process.env["DROP"] == "yes"
        server.listen(0, "127.0.0.1")


run(main)
