"""A server of local programs, at a path in a directory of your choice: `nc -U myctl`.

Where Node would use a named pipe, on Windows, there is no such server: it says so.
"""

from __future__ import annotations

import argparse
import os

from anynet import node as net


def main(directory: str) -> None:
    path = os.path.join(directory, "myctl")

    def on_connection(socket: net.Socket) -> None:
        socket.on("error", lambda error: None)
        socket.end(f"you have found {path}\n")
        server.close()

    server = net.createServer(on_connection)
    server.on("close", lambda: print("closed"))
    server.listen(path, lambda: print("listening at", server.address(), flush=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--directory", default=os.getcwd())
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    given = parser.parse_args()
    net.run(main, given.directory, backend=given.backend)
