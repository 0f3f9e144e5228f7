"""Greets every client and echoes what it sends: `nc localhost 8124`, or `nc -U PATH`."""

from __future__ import annotations

import argparse

from anynet import node as net


def main(place: int | str) -> None:
    def on_connection(c: net.Socket) -> None:
        print("client connected", flush=True)
        c.on("end", lambda: print("client disconnected", flush=True))
        # Without this a client that resets its connection would end the program.
        c.on("error", lambda error: print("client lost:", error.code, flush=True))
        c.write("hello\r\n")
        c.pipe(c)

    server = net.createServer(on_connection)

    def on_error(error: Exception) -> None:
        raise error

    server.on("error", on_error)
    # A number is a port, a text is the path of a Unix socket.
    server.listen(place, lambda: print("server bound:", server.address(), flush=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--path", help="a Unix socket instead of a port")
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    given = parser.parse_args()
    net.run(main, given.path or given.port, backend=given.backend)
