"""A server and a client on a Unix socket: who is there, and an open file handed over."""

from __future__ import annotations

import argparse
import os
import tempfile

import anyio

import anynet


async def lend_a_file(socket: anynet.Socket) -> None:
    who = socket.peer_credentials
    print(f"the client is process {who.pid} of user {who.uid}")
    with tempfile.TemporaryFile() as file:
        file.write(b"only the server could open this")
        file.seek(0)
        # The descriptor travels with a message; the client gets one of its own.
        await socket.send_fds(b"here you are", [file])


async def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "lender.sock")
        # Only this user may connect, from the moment the socket exists.
        async with anynet.create_server(lend_a_file, path=path, mode=0o600) as server:
            print(f"listening on {server.address}")
            async with anynet.connect(path=path) as socket:
                message, descriptors = await socket.receive_fds(100, 1)
            with os.fdopen(descriptors[0], "rb") as file:
                print(f"{message.decode()}: {file.read().decode()}")
        # Leaving the server has unlinked the path.
        print(f"left in the directory: {os.listdir(directory)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    anyio.run(main, backend=parser.parse_args().backend)
