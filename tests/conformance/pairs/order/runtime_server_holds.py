"""A server that listens, a connection and a timer each hold the program until they are gone."""

# rows: 4.close 4.ref 4.listening 5.event.close
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    order = []

    def on_connection(c: net.Socket) -> None:
        order.append("connection")
        c.on("end", lambda: order.append("end"))

        def on_close(*_: object) -> None:
            order.append("close")
            log("order", order, server.listening)
            net.setTimeout(lambda: log("the timer was the last"), 20)

        c.on("close", on_close)
        c.resume()
        server.close(lambda *_: order.append("server closed"))
        log("closing", server.listening, server.address())

    server = net.createServer(on_connection)

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")
        client.on("connect", lambda: net.setTimeout(lambda: client.end(), 20))
        client.resume()

    server.listen(0, "127.0.0.1", on_listening)


run(main)
