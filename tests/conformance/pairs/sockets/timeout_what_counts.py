"""What an idle timeout takes for activity: writes, data and the peer's end do, what is merely asked
of the socket does not."""

# rows: 5.setTimeout 5.event.timeout 5.stream.cork
from __future__ import annotations

from collections.abc import Callable

from anynet import node as net
from tests.conformance.tracing import log, run


def corked(s: net.Socket) -> None:
    s.cork()
    s.write("x")


OURS: dict[str, Callable[[net.Socket], object]] = {
    "nothing": lambda s: None,
    "write": lambda s: s.write("x"),
    "empty": lambda s: s.write(""),
    "corked": corked,
    "pause": lambda s: s.pause(),
    "resume": lambda s: s.resume(),
    "read": lambda s: s.read(0),
    "ref": lambda s: s.ref(),
    "noDelay": lambda s: s.setNoDelay(),
    "again": lambda s: s.setTimeout(300),
}
THEIRS: dict[str, Callable[[net.Socket], object]] = {
    "data": lambda c: c.write("y"),
    "end": lambda c: c.end(),
}
NAMES = [*OURS, *THEIRS]


def main() -> None:
    peers: list[net.Socket] = []
    cases: dict[str, list[str]] = {}
    left = len(NAMES)

    def on_connection(c: net.Socket) -> None:
        peers.append(c)
        c.on("error", lambda _error: None)
        c.resume()

    server = net.createServer(on_connection, allowHalfOpen=True)

    def try_one(name: str) -> None:
        told: list[str] = []

        def on_connect() -> None:
            if name in THEIRS:
                socket.resume()
            socket.setTimeout(300)
            socket.once("timeout", lambda: told.append("timeout"))
            net.setTimeout(act, 150)
            net.setTimeout(lambda: told.append("later"), 400)
            net.setTimeout(finish, 700)

        def act() -> None:
            if name in OURS:
                OURS[name](socket)
            else:
                THEIRS[name](next(p for p in peers if p.remotePort == socket.localPort))

        def finish() -> None:
            cases[name] = told
            socket.destroy()

        def on_close(_had_error: bool) -> None:
            nonlocal left
            left -= 1
            if left:
                return
            for each in NAMES:
                log(each, cases[each])
            for peer in peers:
                peer.destroy()
            server.close()

        port = server.address()["port"]
        options = {"port": port, "host": "127.0.0.1", "allowHalfOpen": True}
        socket = net.connect(options, on_connect)
        socket.on("close", on_close)

    def on_listening() -> None:
        for name in NAMES:
            try_one(name)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
