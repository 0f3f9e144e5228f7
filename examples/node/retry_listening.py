"""Somebody else has our port: try again a little later, until it is ours."""

from __future__ import annotations

import argparse

from anynet import node as net

HOST = "127.0.0.1"


def main(port: int, delay: int) -> None:
    server = net.createServer()

    def on_error(error: net.NodeError) -> None:
        if error.code != "EADDRINUSE":
            raise error
        print("Address in use, retrying...", flush=True)
        net.setTimeout(try_again, delay)

    def try_again() -> None:
        server.close()
        server.listen(port, HOST)

    def on_listening() -> None:
        print("listening on", server.address(), flush=True)
        server.close()

    server.on("error", on_error)
    server.on("listening", on_listening)
    server.listen(port, HOST)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--delay", type=int, default=1000, help="milliseconds between two tries")
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    given = parser.parse_args()
    net.run(main, given.port, given.delay, backend=given.backend)
