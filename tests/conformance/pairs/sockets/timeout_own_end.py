"""Our own end is no activity: it neither puts a pending timeout off nor brings a second one."""

# rows: 5.setTimeout 5.event.timeout 5.end
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run

CASES = {
    "pending": lambda socket: net.setTimeout(lambda: socket.end(), 100),
    "within": lambda socket: socket.once("timeout", lambda: socket.end()),
}


def main() -> None:
    names = list(CASES)
    peers: list[net.Socket] = []
    ends: list[net.Socket] = []

    def on_connection(c: net.Socket) -> None:
        c.on("end", lambda: ends.append(c))
        c.resume()
        peers.append(c)

    server = net.createServer(on_connection, allowHalfOpen=True)

    def next_one(*_: object) -> None:
        if not names:
            for each in peers:
                each.destroy()
            server.close()
            return
        name = names.pop(0)

        def on_connect() -> None:
            socket.setTimeout(200)
            socket.on("timeout", lambda: log(f"{name} timeout"))
            CASES[name](socket)
            net.setTimeout(lambda: log(f"{name} after the first"), 280)
            net.setTimeout(lambda: socket.destroy(), 600)

        port = server.address()["port"]
        socket = net.connect({"port": port, "host": "127.0.0.1", "allowHalfOpen": True}, on_connect)
        socket.on("close", lambda: (log(f"{name} ends seen", len(ends)), next_one()))

    server.listen(0, "127.0.0.1", next_one)


run(main)
