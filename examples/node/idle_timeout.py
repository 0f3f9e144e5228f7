"""A connection on which nothing happens: its timeout is only a notice, ending it is up to us."""

from __future__ import annotations

import argparse

from anynet import node as net


def main(milliseconds: int) -> None:
    def on_connection(quiet: net.Socket) -> None:
        # The other side never says a word; when we end, it ends too.
        quiet.on("error", lambda error: None)
        quiet.resume()

    server = net.createServer(on_connection)

    def on_listening() -> None:
        address = server.address()
        socket = net.connect(address["port"])
        socket.setTimeout(milliseconds)

        def on_timeout() -> None:
            print("socket timeout")
            socket.end()

        def on_close(had_error: bool) -> None:
            print("closed,", "with an error" if had_error else "without an error")
            server.close()

        socket.on("timeout", on_timeout)
        socket.on("close", on_close)
        socket.resume()

    server.listen(0, on_listening)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--milliseconds", type=int, default=3000)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    given = parser.parse_args()
    net.run(main, given.milliseconds, backend=given.backend)
