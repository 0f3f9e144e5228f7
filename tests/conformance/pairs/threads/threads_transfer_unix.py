"""Unix sockets and servers do not move to another thread."""
# rows: t.transfer.errors

from __future__ import annotations

from anynet import node as net
from anynet.node.worker_threads import (
    MessageChannel,
)
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    channel = MessageChannel()

    def on_connection(socket):
        attempt("accepted", lambda: channel.port1.postMessage(1, [socket]))
        socket.destroy()

    def on_listening() -> None:
        attempt("server", lambda: channel.port1.postMessage(1, [server]))
        log("still", server.listening)
        client = net.connect("./socket")
        client.on("connect", lambda: attempt("client", try_client))
        client.on("close", lambda _: server.close())

        def try_client():
            return channel.port1.postMessage(1, [client])

    server = net.createServer(on_connection)
    server.listen("./socket", on_listening)


run(main)
