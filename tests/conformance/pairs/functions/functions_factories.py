"""The factories: what they return, and that connect and createConnection are one and the same."""

# rows: 7.connect 7.createConnection 7.createServer 7.Stream 6.factory
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    log("stream is socket", net.Stream is net.Socket)

    def on_connection(socket):
        log("connection", socket, isinstance(socket, net.Stream))
        socket.end()
        socket.resume()

    server = net.createServer({"pauseOnConnect": False}, on_connection)
    log("server", server, isinstance(server, net.Server), server.listenerCount("connection"))
    log(
        "without a listener",
        net.createServer().listenerCount("connection"),
        net.createServer({}).listenerCount("connection"),
    )
    log("by hand", net.Server().listenerCount("connection"), net.Socket(), net.Stream())

    def on_listening():
        port = server.address()["port"]

        def on_first_connect():
            log("first connect", first.remoteFamily, first.listenerCount("connect"))
            first.resume()

        first = net.connect(port, "127.0.0.1", on_first_connect)
        log(
            "first",
            first,
            isinstance(first, net.Socket),
            first.connecting,
            first.listenerCount("connect"),
        )

        def on_first_close(failed):
            log("first close", failed)

            def on_second_connect():
                log("second connect", second.remoteFamily, second.listenerCount("connect"))
                second.resume()

            second = net.createConnection({"port": port, "host": "127.0.0.1"}, on_second_connect)
            log(
                "second",
                second,
                isinstance(second, net.Socket),
                second.connecting,
                second.listenerCount("connect"),
            )

            def on_second_close(again):
                log("second close", again)
                server.close()

            second.on("close", on_second_close)

        first.on("close", on_first_close)

    server.listen(0, "127.0.0.1", on_listening)
    server.on("close", lambda: log("server close"))


run(main)
