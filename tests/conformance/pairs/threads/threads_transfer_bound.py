"""A TCP BoundSocket moves to a worker, which listens with it; its source counts as adopted. One of
a path does not move."""

# rows: t.transfer.bound b.send b.adopted
from __future__ import annotations

from anynet import node as net
from anynet.node.worker_threads import Worker, isMainThread, parentPort
from tests.conformance.tracing import attempt, log, run, watch


def main():
    if isMainThread:
        worker = Worker(__file__)
        bound = net.BoundSocket({"host": "127.0.0.1"})
        port = bound.address()["port"]
        path = net.BoundSocket({"path": "p"})
        attempt("path", lambda: worker.postMessage(path, [path]))
        attempt("kept", lambda: path.address())
        path.close()
        attempt("moved", lambda: worker.postMessage(bound, [bound]))
        attempt("address", lambda: bound.address())
        attempt("again", lambda: worker.postMessage(bound, [bound]))

        def onMessage(message):
            log("worker", message == port)
            client = net.connect(port, "127.0.0.1")
            watch(client, "client", "data", "end", "close")

        worker.on("message", onMessage)
        worker.on("exit", lambda code: log("exit", code))
    else:

        def onBound(bound):
            def onConnection(socket):
                socket.end("from the worker")
                socket.resume()
                server.close()

            server = net.createServer(onConnection)
            server.listen(bound, lambda: parentPort.postMessage(server.address()["port"]))

        parentPort.once("message", onBound)


run(main)
