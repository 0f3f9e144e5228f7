"""The addresses and counters of a connecting, connected, ended and destroyed client."""

# rows: 5.localAddress 5.remoteAddress 5.address 5.readyState 5.pending 5.connecting 6.tcp
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def show(label: str, socket: net.Socket) -> None:
    log(label, socket.readyState, socket.connecting, socket.pending, socket.destroyed)
    log("  local", socket.localAddress, socket.localPort, socket.localFamily, socket.address())
    log("  remote", socket.remoteAddress, socket.remotePort, socket.remoteFamily)
    log("  bytes", socket.bytesRead, socket.bytesWritten)


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        def on_data(data: bytes) -> None:
            log("server data", data)
            c.end("reply")

        c.on("data", on_data)

    server = net.createServer({"allowHalfOpen": True}, on_connection)

    def on_listening() -> None:
        client = net.connect(
            {"port": server.address()["port"], "host": "127.0.0.1", "allowHalfOpen": True}
        )
        show("connecting", client)

        def on_connect() -> None:
            show("connect", client)
            client.write("question")
            show("written", client)

        client.on("connect", on_connect)
        client.on("data", lambda data: show("data " + data.decode(), client))

        def on_end() -> None:
            show("end", client)
            client.end()
            show("end called", client)

        client.on("end", on_end)
        client.on("finish", lambda: show("finish", client))

        def on_close(*_: object) -> None:
            show("close", client)
            server.close()

        client.on("close", on_close)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
