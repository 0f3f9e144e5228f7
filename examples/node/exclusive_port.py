"""A port that no other worker of a cluster may share, and a second server that wants it too."""

from __future__ import annotations

import argparse

from anynet import node as net


def main(port: int) -> None:
    server = net.createServer()
    rival = net.createServer()

    def on_listening() -> None:
        address = server.address()
        print("listening on", address)
        rival.listen({"host": "localhost", "port": address["port"], "exclusive": True})

    def on_rival_error(error: net.NodeError) -> None:
        print("the second server:", error.code)
        server.close(lambda *_: print("closed"))

    server.on("listening", on_listening)
    rival.on("error", on_rival_error)
    server.listen({"host": "localhost", "port": port, "exclusive": True})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    given = parser.parse_args()
    net.run(main, given.port, backend=given.backend)
