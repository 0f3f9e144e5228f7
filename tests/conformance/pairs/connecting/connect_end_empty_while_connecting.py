"""end() with nothing while connecting: the peer sees a connection that ends; nothing is lost
of its answer."""

# rows: 5.end 8.2 8.8
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        watch(c, "server side", "data", "end", "finish", "close")
        c.on("end", lambda: c.end("an answer all the same"))
        c.resume()

    server = net.createServer({"allowHalfOpen": True}, on_connection)

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")
        watch(client, "client", "connect", "ready", "finish", "data", "end", "close")
        client.end()
        log("state", client.connecting, client.writable, client.writableEnded, client.readable)
        client.on("connect", lambda: log("in connect", client.readyState, client.writableFinished))
        client.on("close", lambda *_: server.close())

    server.listen(0, "127.0.0.1", on_listening)


run(main)
