"""The troubles: each is a function that puts one server through it, and says what came of it."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeAlias

import anyio
import attrs

import anynet
from anynet.cli.demo.contestant import ANSWER, Contestant
from anynet.cli.demo.servers import DESCRIPTORS, HANDLERS, PATIENCE, SLOW_REQUEST
from anynet.cli.exit_codes import FAILURES

CLIENTS = 30
#: More than a server has descriptors.
CROWD = DESCRIPTORS + 20
FLOOD = 32 << 20
_CHUNK = bytes(1 << 18)
#: What the memory of a server may grow by that keeps a flood out: 4 MiB.
_CALM = 4 << 20
#: Seconds of traffic.
TRAFFIC = 0.4


@attrs.frozen
class Finding:
    """What came of a trial: in a word, and whether it is as it should be."""

    text: str
    good: bool


Trial: TypeAlias = Callable[[Contestant], Awaitable[Finding]]


async def _after(server: Contestant, text: str = "serves on") -> Finding:
    """Whether a new client is served after all that."""
    if await server.echoes():
        return Finding(text, True)
    return Finding("server ended" if await server.ended() else "serves nobody", False)


async def resets(server: Contestant) -> Finding:
    """Clients send and reset."""
    for _ in range(CLIENTS):
        try:
            async with server.connect() as socket:
                await socket.send(b"half a mess")
                socket.reset()
        except FAILURES:
            break  # It serves nobody any more.
    return await _after(server)


async def silence(server: Contestant) -> Finding:
    """Clients connect and say nothing: how many are still there after that?"""
    left = CLIENTS

    async def wait_for_end(socket: anynet.Socket) -> None:
        nonlocal left
        try:
            await socket.receive()
        except FAILURES:
            left -= 1

    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(server.connect()) for _ in range(CLIENTS)]
        # As long as it takes where they are to leave; the naive server has no such time.
        patience = PATIENCE + 0.5 if server.kind == "naive" else ANSWER
        with anyio.move_on_after(patience):
            async with anyio.create_task_group() as tasks:
                for socket in sockets:
                    tasks.start_soon(wait_for_end, socket)
    return Finding(f"{left} of {CLIENTS} held" if left else "all let go", left == 0)


async def descriptors(server: Contestant) -> Finding:
    """More clients than it may open descriptors; then they leave."""
    async with AsyncExitStack() as stack:
        for _ in range(CROWD):
            try:
                socket = await stack.enter_async_context(server.connect())
                await socket.send(b"me too\n")
            except FAILURES:
                continue  # Turned away, or there is no server.
    return await _after(server)


async def flood(server: Contestant) -> Finding:
    """All handlers are busy, and one more client sends: what is kept of that in memory?"""
    before = server.memory()
    most = before
    async with AsyncExitStack() as stack:
        for _ in range(HANDLERS):
            await stack.enter_async_context(server.connect())
        try:
            socket = await stack.enter_async_context(server.connect())
            for _ in range(FLOOD // len(_CHUNK)):
                with anyio.move_on_after(PATIENCE / 2) as scope:
                    await socket.send(_CHUNK)
                most = max(most, server.memory())
                if scope.cancelled_caught:
                    break  # Nothing more is taken.
            await anyio.sleep(0.1)
            most = max(most, server.memory())
            socket.reset()
        except FAILURES:
            pass  # Our server has had enough of it.
    if not before:
        return Finding("not known here", True)
    return Finding(f"+{(most - before) / 1e6:.0f} MB", most - before < _CALM)


async def traffic(server: Contestant) -> Finding:
    """Some clients, one message after the other."""
    count, wrong = 0, 0
    end = anyio.current_time() + TRAFFIC

    async def talk() -> None:
        nonlocal count, wrong
        async with server.connect() as socket:
            while anyio.current_time() < end:
                message = random.randbytes(64)
                received = await exchange(socket, message)
                count, wrong = count + 1, wrong + (received != message)

    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(talk)
    if wrong:
        return Finding(f"{wrong} differ", False)
    return Finding(f"{count / TRAFFIC:.0f}/s", True)


async def exchange(socket: anynet.Socket, message: bytes) -> bytes:
    """What comes back for a message."""
    await socket.send(message)
    received = b""
    while len(received) < len(message):
        received += await socket.receive()
    return received


async def shutdown(server: Contestant) -> Finding:
    """SIGTERM while requests are being worked on: how many are answered?"""
    requests, answered = 5, 0

    async def ask(socket: anynet.Socket) -> None:
        nonlocal answered
        try:
            reply = await socket.receive()
            await socket.send_eof()
            answered += reply == SLOW_REQUEST
        except FAILURES:
            pass

    async with AsyncExitStack() as stack, anyio.create_task_group() as tasks:
        for _ in range(requests):
            socket = await stack.enter_async_context(server.connect())
            await socket.send(b"hello\n")
            await socket.receive()  # It is being served by now.
            await socket.send(SLOW_REQUEST)
            tasks.start_soon(ask, socket)
        await anyio.sleep(0.1)  # The requests are read.
        server.terminate()
    return Finding(f"{answered} of {requests} done", answered == requests)


#: In their order: what a shutdown leaves is no server.
TRIALS: tuple[tuple[str, Trial], ...] = (
    (f"{CLIENTS} clients reset", resets),
    (f"{CLIENTS} clients are silent", silence),
    (f"{CROWD} clients, {DESCRIPTORS} descriptors", descriptors),
    ("a flood while it is busy", flood),
    ("round trips of 8 clients", traffic),
    ("SIGTERM amid 5 requests", shutdown),
)
