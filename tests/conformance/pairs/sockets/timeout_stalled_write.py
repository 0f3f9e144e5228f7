"""A write of which some went at once, to a peer that never reads: the silence is told after the
second period."""

# rows: 5.setTimeout 5.event.timeout 5.write
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run

LARGE = bytes(32 << 20)


def before(socket: net.Socket) -> None:
    socket.setTimeout(200)
    socket.write(LARGE)


def after(socket: net.Socket) -> None:
    socket.write(LARGE)
    socket.setTimeout(200)


def corked(socket: net.Socket) -> None:
    socket.setTimeout(200)
    socket.cork()
    socket.write(LARGE)
    socket.write(LARGE)
    socket.uncork()


def followed(socket: net.Socket) -> None:
    socket.setTimeout(200)
    socket.write(LARGE)
    socket.write("x")


def main() -> None:
    peers: list[net.Socket] = []

    def on_connection(c: net.Socket) -> None:
        c.on("error", lambda _error: None)
        peers.append(c)

    server = net.createServer(on_connection, pauseOnConnect=True)
    cases = [before, after, corked, followed]

    def next_one(*_: object) -> None:
        if not cases:
            for each in peers:
                each.destroy()
            server.close()
            return
        case = cases.pop(0)
        name = case.__name__

        def on_connect() -> None:
            net.setTimeout(lambda: log(f"{name} one period"), 300)
            case(socket)
            socket.on("timeout", on_timeout)

        def on_timeout() -> None:
            log(f"{name} timeout")
            socket.destroy()

        socket = net.connect(server.address()["port"], "127.0.0.1", on_connect)
        socket.on("error", lambda _error: None)
        socket.on("close", next_one)

    server.listen(0, "127.0.0.1", next_one)


run(main)
