"""Slow work in other threads: a line is answered with a key that takes a while to derive from it.

The event loop of the main thread accepts, greets, and gives each connection to one of several
threads that run a loop of their own. A handler that blocks holds up the others of its thread, and
neither who is about to connect nor those of the other threads. (With --threads 0 it holds up all.)
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import queue
import threading

import anyio

import anynet
from anynet.framing import FrameError, LineStream

ROUNDS = 100_000


async def serve(sock: anynet.Socket) -> None:
    async with LineStream(sock, max_line=1000) as lines:
        async for line in lines:
            # It blocks, on purpose: code like this is in libraries that know nothing of await.
            key = hashlib.pbkdf2_hmac("sha256", line, b"salt", ROUNDS)
            await lines.send(key.hex().encode())


async def serve_released(inbox: anynet.Inbox[anynet.Released]) -> None:
    """The life of a thread: serve what comes, several connections at a time."""

    async def serve_one(released: anynet.Released) -> None:
        try:
            await serve(anynet.Socket.adopt(released))
        except (anyio.BrokenResourceError, FrameError):
            pass  # Its peer has left, or said something that is no line.

    async with inbox, anyio.create_task_group() as tasks:
        async for released in inbox:
            tasks.start_soon(serve_one, released)


def start_thread(backend: str) -> anynet.Inbox[anynet.Released]:
    """A thread that serves on ``backend``; what is put into its inbox."""
    made: queue.SimpleQueue[anynet.Inbox[anynet.Released]] = queue.SimpleQueue()

    async def run() -> None:
        inbox = anynet.Inbox[anynet.Released]()
        made.put(inbox)
        await serve_released(inbox)

    # A daemon: the end of the program does not wait for what a thread is just computing.
    threading.Thread(
        target=anyio.run, args=(run,), kwargs={"backend": backend}, daemon=True
    ).start()
    return made.get()


async def main(port: int, threads: int, backend: str) -> None:
    inboxes = [start_thread(backend) for _ in range(threads)]
    in_turn = itertools.cycle(inboxes)

    async def handler(sock: anynet.Socket) -> None:
        await sock.send(b"welcome\n")
        if inboxes:
            next(in_turn).put(sock.release())  # From here on it belongs to that thread.
        else:
            await serve(sock)

    async with anynet.create_server(handler, host="127.0.0.1", port=port) as server:
        print(f"listening on {server.address}", flush=True)
        await server.wait_closed()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    given = parser.parse_args()
    try:
        anyio.run(main, given.port, given.threads, given.backend, backend=given.backend)
    except* KeyboardInterrupt:
        pass
