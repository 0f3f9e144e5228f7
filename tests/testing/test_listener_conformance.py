"""The conformance suite of listeners on ours and AnyIO's, and on listeners that break a rule."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from anyio.abc import ByteStream, Listener, SocketAttribute, TaskGroup

import anynet
from anynet.testing import ConformanceCase, MakeListener, check_listener, listener_cases
from anynet.testing._kit import Dial, all_parked
from tests.testing.pairs import tls_contexts

pytestmark = pytest.mark.anyio


def ours(
    wrap: Callable[[anynet.Server], Listener[ByteStream]] = lambda server: server, **options: Any
) -> MakeListener:
    """A server of ours, as it is or wrapped."""

    @asynccontextmanager
    async def make() -> AsyncIterator[tuple[Listener[ByteStream], Dial]]:
        where: dict[str, Any] = {} if "path" in options else {"host": "127.0.0.1", "port": 0}
        async with anynet.create_server(**where, **options, grace_period=0) as server:
            address = server.address

            async def dial() -> anynet.Socket:
                if isinstance(address, str):
                    return await anynet.connect(path=address)
                if "tls" in options:
                    return await anynet.connect(
                        address.address,
                        address.port,
                        tls=tls_contexts()[0],
                        server_hostname="localhost",
                    )
                return await anynet.connect(address.address, address.port)

            yield wrap(server), dial

    return make


@asynccontextmanager
async def anyios() -> AsyncIterator[tuple[Listener[ByteStream], Dial]]:
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        port = listener.extra(SocketAttribute.local_port)

        async def dial() -> ByteStream:
            return await anyio.connect_tcp("127.0.0.1", port)

        yield listener, dial


@pytest.mark.parametrize("case", listener_cases(ours()), ids=str)
async def test_a_server_without_a_handler(case: ConformanceCase) -> None:
    await case.run()


async def test_a_server_at_a_path(tmp_path: Path) -> None:
    await check_listener(ours(path=str(tmp_path / "socket")))


async def test_a_server_over_tls() -> None:
    await check_listener(ours(tls=tls_contexts()[1]))


@pytest.mark.parametrize("case", listener_cases(anyios), ids=str)
async def test_a_listener_of_anyio(case: ConformanceCase, anyio_backend_name: str) -> None:
    """Theirs on asyncio loses what it has accepted when it is cancelled in that very turn."""
    if str(case) == "cancelled_serve_loses_no_connection" and anyio_backend_name == "asyncio":
        return
    await case.run()


# -- the suite sees what is wrong ---------------------------------------------------------------


class Wrapped(Listener[ByteStream]):
    """A listener that keeps every promise; each subclass breaks one."""

    def __init__(self, server: anynet.Server) -> None:
        self.server = server

    async def serve(
        self, handler: Callable[[ByteStream], Any], task_group: TaskGroup | None = None
    ) -> None:
        await self.server.serve(handler, task_group)

    async def aclose(self) -> None:
        await self.server.aclose()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        return self.server.extra_attributes


class ServesOnlySome(Wrapped):
    served = 0

    async def serve(
        self, handler: Callable[[ByteStream], Any], task_group: TaskGroup | None = None
    ) -> None:
        async def handle(stream: anynet.Socket) -> None:
            self.served += 1
            if self.served != 3:
                await handler(stream)

        await self.server.serve(handle, task_group)


class ServesOneByOne(Wrapped):
    async def serve(
        self, handler: Callable[[ByteStream], Any], task_group: TaskGroup | None = None
    ) -> None:
        turn = anyio.Lock()

        async def handle(stream: anynet.Socket) -> None:
            async with turn:
                await handler(stream)

        await self.server.serve(handle, task_group)


class DropsWhoIsEarly(Wrapped):
    async def serve(
        self, handler: Callable[[ByteStream], Any], task_group: TaskGroup | None = None
    ) -> None:
        early = True

        async def handle(stream: anynet.Socket) -> None:
            if not early:
                await handler(stream)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.server.serve, handle, task_group)
            await all_parked()
            early = False


class IgnoresCancellationAtEntry(Wrapped):
    async def serve(
        self, handler: Callable[[ByteStream], Any], task_group: TaskGroup | None = None
    ) -> None:
        if not anyio.get_current_task().has_pending_cancellation():
            await self.server.serve(handler, task_group)


class ServesOnlyOnce(Wrapped):
    async def serve(
        self, handler: Callable[[ByteStream], Any], task_group: TaskGroup | None = None
    ) -> None:
        await anyio.lowlevel.checkpoint_if_cancelled()
        try:
            await self.server.serve(handler, task_group)
        finally:
            self.server.close()


class LosesWhatItAccepted(Wrapped):
    async def serve(
        self, handler: Callable[[ByteStream], Any], task_group: TaskGroup | None = None
    ) -> None:
        async with AsyncExitStack() as stack:
            if task_group is None:
                task_group = await stack.enter_async_context(anyio.create_task_group())
            async for stream in self.server:
                try:
                    for _ in range(10):
                        await anyio.lowlevel.checkpoint()
                except BaseException:
                    stream.reset()
                    raise
                task_group.start_soon(handler, stream)


class KeepsHandlersToItself(Wrapped):
    async def serve(
        self, handler: Callable[[ByteStream], Any], task_group: TaskGroup | None = None
    ) -> None:
        await self.server.serve(handler)


class LeavesHandlersBehind(Wrapped):
    def __init__(self, server: anynet.Server, tasks: TaskGroup | None = None) -> None:
        super().__init__(server)
        self.tasks = tasks

    async def serve(
        self, handler: Callable[[ByteStream], Any], task_group: TaskGroup | None = None
    ) -> None:
        await self.server.serve(handler, task_group or self.tasks)


class EndsWithTheWrongError(Wrapped):
    async def serve(
        self, handler: Callable[[ByteStream], Any], task_group: TaskGroup | None = None
    ) -> None:
        await self.server.serve(handler, task_group)
        raise RuntimeError("the server has gone")


class CannotBeClosed(Wrapped):
    closed = False
    scope: anyio.CancelScope | None = None

    async def serve(
        self, handler: Callable[[ByteStream], Any], task_group: TaskGroup | None = None
    ) -> None:
        if self.closed:
            raise anyio.ClosedResourceError
        with anyio.CancelScope() as self.scope:
            await self.server.serve(handler, task_group)

    async def aclose(self) -> None:
        self.closed = True
        if self.scope is not None:
            self.scope.cancel()
        await anyio.lowlevel.checkpoint()


class IgnoresACancelledClose(Wrapped):
    async def aclose(self) -> None:
        await anyio.lowlevel.checkpoint()
        await self.server.aclose()


class ForgetsItsAddress(Wrapped):
    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        return {SocketAttribute.local_address: object}


#: Which check is to fail, before any other.
BROKEN: dict[type[Wrapped], str] = {
    ServesOnlySome: "every_connection_is_handled",
    ServesOneByOne: "handlers_run_beside_each_other",
    DropsWhoIsEarly: "early_connection_is_handled",
    IgnoresCancellationAtEntry: "serve_cancelled_at_entry",
    ServesOnlyOnce: "serve_can_be_cancelled_and_called_again",
    KeepsHandlersToItself: "handlers_run_in_the_given_group",
    LosesWhatItAccepted: "cancelled_serve_loses_no_connection",
    LeavesHandlersBehind: "cancelled_serve_cancels_its_handlers",
    EndsWithTheWrongError: "close_ends_serve",
    CannotBeClosed: "closed_listener_serves_nobody",
    IgnoresACancelledClose: "cancelled_close_closes_the_listener",
    ForgetsItsAddress: "attributes_can_be_read",
}
#: In these the check waits for what never comes: only time tells, and no more of it than needed.
HANG = {ServesOneByOne, CannotBeClosed}


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
async def test_a_broken_promise_is_named(kind: type[Wrapped]) -> None:
    named = BROKEN[kind]
    async with anyio.create_task_group() as tasks:

        def wrap(server: anynet.Server) -> Wrapped:
            return kind(server, tasks) if kind is LeavesHandlersBehind else kind(server)

        for case in listener_cases(ours(wrap)):
            if str(case) == named:
                break
            await case.run()
        # Only the check that is to fail may run out of time, however busy the machine is.
        seconds = 0.3 if kind in HANG else 50
        cases = {str(each): each for each in listener_cases(ours(wrap), seconds=seconds)}
        with pytest.raises((AssertionError, TimeoutError, ExceptionGroup)) as raised:
            await cases[named].run()
        assert raised.value.__notes__ == [f"in the check {named}"]
        assert isinstance(raised.value, TimeoutError) == (kind in HANG)
        tasks.cancel_scope.cancel()


def test_every_check_has_been_seen_to_fail() -> None:
    assert set(BROKEN.values()) == {str(case) for case in listener_cases(ours())}
