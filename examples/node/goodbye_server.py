"""A server on whatever port is free: it says goodbye to every client and hangs up."""

from __future__ import annotations

import argparse

from anynet import node as net


def main() -> None:
    server = net.createServer(lambda socket: socket.end("goodbye\n"))

    def on_error(error: Exception) -> None:
        # What a listener raises ends the program.
        raise error

    server.on("error", on_error)
    # The system chooses the port; it is known once the server listens.
    server.listen(lambda: print("opened server on", server.address(), flush=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    net.run(main, backend=parser.parse_args().backend)
