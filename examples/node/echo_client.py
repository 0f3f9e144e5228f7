"""A client for echo_server.py: says something, prints the first answer and hangs up."""

from __future__ import annotations

import argparse
from typing import Any

from anynet import node as net


def main(options: dict[str, Any]) -> None:
    def on_connect() -> None:
        print("connected to server!")
        client.write("world!\r\n")

    client = net.createConnection(options, on_connect)

    def on_data(data: bytes) -> None:
        print(data.decode())
        client.end()

    client.on("data", on_data)
    client.on("end", lambda: print("disconnected from server"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--path", help="a Unix socket instead of a port")
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    given = parser.parse_args()
    where = {"path": given.path} if given.path else {"port": given.port}
    net.run(main, where, backend=given.backend)
