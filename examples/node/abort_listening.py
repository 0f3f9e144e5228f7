"""A server that an abort signal closes: the same as calling its close()."""

from __future__ import annotations

import argparse

from anynet import node as net


def main(port: int) -> None:
    controller = net.AbortController()
    server = net.createServer()

    def on_listening() -> None:
        print("listening on", server.address())
        # Later, when the server is to stop:
        net.setTimeout(controller.abort, 100)

    server.on("close", lambda: print("closed:", controller.signal.aborted, server.listening))
    server.listen(
        {"host": "localhost", "port": port, "signal": controller.signal},
        on_listening,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    given = parser.parse_args()
    net.run(main, given.port, backend=given.backend)
