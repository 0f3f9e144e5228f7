"""A server on whatever port is free: it says goodbye to every client and hangs up."""

from __future__ import annotations

import argparse

from anynet import node as net


def main() -> None:
    def on_connection(socket: net.Socket) -> None:
        # Without a listener a client that resets its connection would end the program.
        socket.on("error", lambda error: None)
        socket.end("goodbye\n")

    server = net.createServer(on_connection)

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
