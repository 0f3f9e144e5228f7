"""What the workers of the tests run."""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import os
import sys
import time
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread

import anynet
from anynet.cluster import Worker, current_worker
from anynet.cluster.distribution.received_listeners import PassedConnections


async def tell_pid(socket: anynet.Socket) -> None:
    """Say who serves, then send back what comes."""
    await socket.send(b"%d\n" % os.getpid())
    async for chunk in socket:
        await socket.send(chunk)


def me() -> Worker:
    worker = current_worker()
    assert worker is not None
    return worker


async def serve_pid(options: dict[str, Any]) -> None:
    await anynet.serve(tell_pid, **options)


async def serve_at_both(first: dict[str, Any], second: dict[str, Any]) -> None:
    """Listen at the second place when told to."""
    async with contextlib.AsyncExitStack() as stack:
        with me().announce_together(), me().announce_together():
            server = anynet.create_server(tell_pid, **first)
            await stack.enter_async_context(server)
            await me().send("the first")
            await anext(me().messages())
            await server.listen(**second)
        await server.wait_closed()


async def serve_for_ever(options: dict[str, Any]) -> None:
    """Never ends by itself."""
    async with anynet.create_server(tell_pid, **options):
        await anyio.sleep_forever()


async def serve_but_not_again(options: dict[str, Any], first: int) -> None:
    """Serve in the first workers; those that come after them never get as far as to listen."""
    if me().id > first:
        await anyio.sleep_forever()
    await anynet.serve(tell_pid, **options)


async def listen_when_draining(options: dict[str, Any]) -> None:
    """Listen when it is too late, and tell how that failed."""
    await me().send("here")
    await me().draining.wait()
    try:
        async with anynet.create_server(tell_pid, **options):
            await me().send("it listens")
    except OSError as error:
        await me().send(error.errno)


async def serve_twice() -> None:
    """Two servers on free ports, and one of the worker's own."""
    host = "127.0.0.1"
    async with (
        anynet.create_server(tell_pid, host=host) as one,
        anynet.create_server(tell_pid, host=host) as two,
        anynet.create_server(tell_pid, host=host, exclusive=True) as own,
    ):
        await me().send([str(one.address), str(two.address), str(own.address)])
        await one.wait_closed()


async def serve_named() -> None:
    """Listen on names that only the worker knows."""

    async def resolver(host: str, family: object) -> list[str]:
        return {"one.test": ["127.0.0.1"], "two.test": ["127.0.0.2", "127.0.0.1"]}[host]

    hosts = ["one.test", "two.test", "127.0.0.3"]
    async with anynet.create_server(tell_pid, host=hosts, port=0, resolver=resolver) as server:
        await me().send([str(address) for address in server.addresses])
        await server.wait_closed()


async def listen_again() -> None:
    """Close a server and listen with the same options once more."""
    async with anynet.create_server(tell_pid, host="127.0.0.1") as server:
        first = str(server.address)
    async with anynet.create_server(tell_pid, host="127.0.0.1") as server:
        await me().send([first, str(server.address)])
        await server.wait_closed()


async def answer_nonsense(options: dict[str, Any]) -> None:
    """Answer for a connection that was not passed, as soon as a message comes."""
    async with anynet.create_server(tell_pid, **options) as server:
        async for _ in me().messages():
            (passed,) = (each for each in gc.get_objects() if isinstance(each, PassedConnections))
            passed._answer(b"+")
        await server.wait_closed()


async def report_arguments(*args: Any) -> None:
    """Tell how long they are, whether others can read them, and whether a child inherits any."""
    with open("/proc/self/environ", encoding="utf-8") as file:
        readable = "secret" in file.read()
    with open("/proc/self/cmdline", encoding="utf-8") as file:
        readable = readable or "secret" in file.read()
    await me().send([[len(each) for each in args], readable])
    await me().draining.wait()


async def close_one_when_told(directory: str, options: dict[str, Any]) -> None:
    """Listen at two addresses, and close the first when a message comes.

    The second generation, which finds a file, listens at the second alone.
    """
    again = os.path.exists(f"{directory}/again")
    with open(f"{directory}/again", "w", encoding="ascii"):
        pass
    async with anyio.create_task_group() as tasks:
        path = f"{directory}/second"
        tasks.start_soon(functools.partial(anynet.serve, tell_pid, path=path))
        if not again:
            async with anynet.create_server(tell_pid, **options):
                async for message, _ in me().messages():
                    if message == "close":
                        break
            await me().send("closed")


async def serve_until_told(options: dict[str, Any]) -> None:
    """Close the server when a message comes, and live on without."""
    async with anynet.create_server(tell_pid, **options):
        await anext(me().messages())
    await me().draining.wait()


async def report_failure(options: dict[str, Any]) -> None:
    """Tell how listening failed."""
    try:
        async with anynet.create_server(tell_pid, **options):
            await me().send("it listens")
    except (OSError, ValueError) as error:
        await me().send([type(error).__name__, getattr(error, "errno", None), str(error)])
    await me().draining.wait()


async def answer_messages() -> None:
    """Send every message back with what came along, and what was in it."""
    worker = me()
    async for message, handle in worker.messages():
        if isinstance(handle, anynet.Socket):
            total = 0
            async for chunk in handle:
                total += len(chunk)
            await handle.send(b"%d" % total)
            await worker.send([message, "connection", total, str(handle.remote_address)])
            await handle.aclose()
        elif handle is None:
            await worker.send(message)
        elif isinstance(handle, int):
            with open(handle, "rb") as file:
                await worker.send([message, "file", file.read().decode()])
        else:
            await worker.send([message, "listening"])
            async with anynet.create_server(fd=handle) as server:
                async with await server.accept() as connection:
                    await connection.send(b"taken")


async def accept_and_send() -> None:
    """Send each connection to the primary without having read from it."""
    async with anynet.create_server(host="127.0.0.1") as server:
        await me().send("listening")
        async for connection in server:
            await me().send("yours", connection)


async def block(seconds: float) -> None:
    """Hold the event loop up."""
    await me().send("blocking")
    time.sleep(seconds)  # noqa: ASYNC251 - that is the point


async def fail() -> None:
    raise ArithmeticError("it does not work")


async def end_at_once() -> None:
    pass


async def tell_and_end() -> None:
    await me().send("done")


not_a_function = 42


def plain(options: dict[str, Any]) -> int:
    """No async function."""
    return len(options)


async def serve_nonsense() -> None:
    """Give a server options that exclude each other."""
    await anynet.serve(tell_pid, host="127.0.0.1", path="socket")


async def hang(socket: anynet.Socket) -> None:
    """Hold the event loop up for good."""
    await socket.send(b".")
    while True:
        pass


async def fail_when_asked(options: dict[str, Any]) -> None:
    """End by an exception as soon as somebody has connected."""
    async with anynet.create_server(**options) as server:
        async with await server.accept() as connection:
            await tell_pid(connection)
        raise ArithmeticError("asked for")


async def fail_when_asked_and_end_slowly(options: dict[str, Any]) -> None:
    """The same, in a process that has much to do before it is gone."""
    atexit.register(time.sleep, 1.5)
    await fail_when_asked(options)


async def fail_once(path: str, options: dict[str, Any]) -> None:
    """Fail where the file does not exist yet, which another worker is to find."""
    if not os.path.exists(path):
        with open(path, "w", encoding="ascii"):
            raise ArithmeticError("not at once")
    await serve_pid(options)


async def listen_too_late(path: str) -> None:
    """Listen when the primary is not connected any more, and leave a file that says how it went."""
    await me().send("here")
    await me().draining.wait()
    try:
        async with anynet.create_server(tell_pid, host="127.0.0.1"):
            text = "it listens"
    except OSError as error:
        text = str(error)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(path + ".new", path)


async def listen_after_a_cancellation(options: dict[str, Any]) -> None:
    """Be cancelled while the primary opens the socket, and ask for the same at once."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve_pid, options)
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()
    await serve_pid(options)


async def tell_signals_of_a_child() -> None:
    """Send whether a process that this one starts ignores SIGHUP, and has Python's SIGINT."""
    code = (
        "import signal as s; print(s.getsignal(s.SIGHUP) == s.SIG_IGN,"
        " s.getsignal(s.SIGINT) == s.default_int_handler)"
    )
    done = await anyio.run_process([sys.executable, "-c", code])
    await me().send(done.stdout.decode().strip())
    await me().draining.wait()


async def fail_when_told(socket: anynet.Socket) -> None:
    """Say who serves; raise what the client says, else send it back."""
    await socket.send(b"%d\n" % os.getpid())
    async for chunk in socket:
        if chunk == b"fail":
            raise ArithmeticError("asked for")
        if chunk == b"exit":
            sys.exit(3)
        await socket.send(chunk)


async def apologize(error: Exception, socket: anynet.Socket) -> None:
    """Answer to a failure of the handler."""
    await socket.send(f"sorry: {error}".encode())
    await socket.aclose()


async def say_bye(socket: anynet.Socket) -> None:
    """Say who serves, and end when the server does."""
    await socket.send(b"%d\n" % os.getpid())
    assert socket.server is not None
    await socket.server.closing.wait()
    assert me().draining.is_set()
    await socket.send(b"bye")


def no_coroutine_function(socket: anynet.Socket) -> None:
    """No handler."""
