"""What becomes of the exceptions of handlers: by default a line of the log, and nothing else."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
import trio

import anynet
from anynet.framing import LineStream
from anynet.testing import HandlerFailures
from tests.core.server_peers import HandlerBug, answer, reset, sees, turns, until
from tests.support import client_of, plain_client

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]

Handler = Callable[[anynet.Socket], Awaitable[object]]
LOG = "anynet.server"


async def fail_or_echo(sock: anynet.Socket) -> None:
    """Fail at b"fail", else send it back."""
    async for chunk in sock:
        if chunk == b"fail":
            raise HandlerBug("on purpose")
        await sock.send(chunk)


async def fail_once(server: anynet.Server) -> None:
    """Have a handler fail, and see its connection reset."""
    with plain_client(server) as client:
        client.sendall(b"fail")
        assert await sees(client) is ConnectionResetError


async def serves(server: anynet.Server) -> bool:
    async with client_of(server) as client:
        return await answer(client) == b"hello"


# -- log --------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"on_handler_error": "log"}], ids=["default", "log"])
async def test_a_bug_is_logged_and_ends_its_connection_alone(
    options: dict[str, Any], caplog: pytest.LogCaptureFixture, handler_failures: HandlerFailures
) -> None:
    async with anynet.create_server(fail_or_echo, host="127.0.0.1", port=0, **options) as server:
        async with client_of(server) as other:
            assert await answer(other) == b"hello"
            with plain_client(server) as client:
                port = client.getsockname()[1]
                client.sendall(b"fail")
                assert await sees(client) is ConnectionResetError
            assert await answer(other) == b"hello"
        await until(lambda: server.statistics().open == 0)
        assert server.statistics().handler_failures == 1
        assert server.statistics().peer_failures == 0
    (record,) = caplog.records
    assert (record.name, record.levelno) == (LOG, logging.ERROR)
    assert record.getMessage() == (
        f"the handler of 127.0.0.1:{port} failed: HandlerBug: on purpose"
    )
    assert "in fail_or_echo" in caplog.text
    assert record.exc_info is not None
    assert record.exc_info[1] is handler_failures.claim(HandlerBug)


async def test_listener_serve_follows_the_option(handler_failures: HandlerFailures) -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        async with anyio.create_task_group() as tasks, anyio.create_task_group() as handlers:
            tasks.start_soon(server.serve, fail_or_echo, handlers)
            await fail_once(server)
            assert await serves(server)
            server.close()
    handler_failures.claim(HandlerBug)


async def test_serve_follows_the_option(handler_failures: HandlerFailures) -> None:
    async def run(task_status: Any) -> None:
        await anynet.serve(fail_or_echo, host="127.0.0.1", port=0, task_status=task_status)

    async with anyio.create_task_group() as tasks:
        server = await tasks.start(run)
        await fail_once(server)
        assert await serves(server)
        await server.shutdown()
    handler_failures.claim(HandlerBug)


async def test_a_flood_of_failures_is_counted_and_not_logged(
    caplog: pytest.LogCaptureFixture, handler_failures: HandlerFailures
) -> None:
    began = anyio.current_time()
    async with anynet.create_server(fail_or_echo, host="127.0.0.1", port=0) as server:
        for _ in range(50):
            await fail_once(server)
        assert server.statistics().handler_failures == 50
    took = anyio.current_time() - began
    first, *more = caplog.records
    assert first.exc_info is not None
    # One line a second at most, and one at the end of the server for what is left.
    assert 1 <= len(more) <= took + 1
    for record in more:
        assert not record.exc_info
        assert record.getMessage().startswith("the handler of 127.0.0.1:")
    assert "like this since the last line" in caplog.text
    handler_failures.claim(HandlerBug)


async def test_what_was_kept_back_is_logged_when_its_second_is_over(
    caplog: pytest.LogCaptureFixture, handler_failures: HandlerFailures
) -> None:
    async with anynet.create_server(fail_or_echo, host="127.0.0.1", port=0) as server:
        for _ in range(3):
            await fail_once(server)
        await until(lambda: len(caplog.records) > 1)
        assert server.listening
    handler_failures.claim(HandlerBug)


async def test_text_of_the_peer_makes_no_line_of_its_own(
    caplog: pytest.LogCaptureFixture, handler_failures: HandlerFailures
) -> None:
    async def handler(sock: anynet.Socket) -> None:
        raise ValueError((await sock.receive()).decode())

    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        with plain_client(server) as client:
            client.sendall(b"x\nERROR root: all is lost\n" + b"y" * 1000)
            assert await sees(client) is ConnectionResetError
    (record,) = caplog.records
    assert "ValueError: x\\nERROR" in record.getMessage()
    assert "\n" not in record.getMessage()
    assert len(record.getMessage()) < 300
    handler_failures.claim(ValueError)


# -- peers ------------------------------------------------------------------------------------


async def test_a_failure_of_the_peer_is_a_line_for_those_who_look(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def receive(sock: anynet.Socket) -> None:
        while True:
            await sock.receive()

    with caplog.at_level(logging.DEBUG, LOG):
        async with anynet.create_server(receive, host="127.0.0.1", port=0) as server:
            client = plain_client(server)
            port = client.getsockname()[1]
            await until(lambda: server.connections)
            reset(client)
            await until(lambda: server.statistics().peer_failures == 1)
    (record,) = [each for each in caplog.records if each.name == LOG]
    assert record.levelno == logging.DEBUG
    assert record.getMessage() == (
        f"the connection of 127.0.0.1:{port} was ended by its peer: "
        "ConnectionBroken: the connection is broken: Connection reset by peer"
    )
    assert not record.exc_info


async def several_bugs() -> None:
    async with anyio.create_task_group() as outer, anyio.create_task_group() as inner:
        outer.start_soon(bug)
        inner.start_soon(bug)


async def single_bug() -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(bug)


async def bug() -> None:
    raise HandlerBug("on purpose")


@pytest.mark.parametrize(
    ("fail", "more"), [(single_bug, ""), (several_bugs, " (the first of 2 exceptions)")]
)
async def test_of_a_group_the_log_says_what_is_in_it(
    fail: Callable[[], Awaitable[None]],
    more: str,
    caplog: pytest.LogCaptureFixture,
    handler_failures: HandlerFailures,
) -> None:
    async def handler(sock: anynet.Socket) -> None:
        await fail()

    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        with plain_client(server) as client:
            port = client.getsockname()[1]
            assert await sees(client) is ConnectionResetError
    assert caplog.messages == [
        f"the handler of 127.0.0.1:{port} failed: HandlerBug: on purpose{more}"
    ]
    handler_failures.claim(ExceptionGroup)


async def test_a_failure_of_the_peer_in_a_task_of_the_handler_is_told_by_its_own_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def read(sock: anynet.Socket) -> None:
        async for _ in LineStream(sock, max_line=5):
            pass

    async def handler(sock: anynet.Socket) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read, sock)

    with caplog.at_level(logging.DEBUG, LOG):
        async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
            with plain_client(server) as client:
                client.sendall(b"far too long\n")
                assert await sees(client) is ConnectionResetError
    (line,) = [each.getMessage() for each in caplog.records if each.name == LOG]
    assert "FrameTooLong: a" in line
    assert "longer than 5 bytes" in line


async def test_peers_that_fail_again_and_again_fill_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def receive(sock: anynet.Socket) -> None:
        while True:
            await sock.receive()

    began = anyio.current_time()
    with caplog.at_level(logging.DEBUG, LOG):
        async with anynet.create_server(receive, host="127.0.0.1", port=0) as server:
            for _ in range(50):
                plain_client(server).close()
            await until(lambda: server.statistics().peer_failures == 50)
    took = anyio.current_time() - began
    lines = [each for each in caplog.records if each.name == LOG]
    assert 2 <= len(lines) <= took + 2


# -- exceptions with odd attributes -----------------------------------------------------------


class Unhashable(Exception):
    origin: list[int] = []


class OddProperty(Exception):
    @property
    def origin(self) -> object:
        raise RuntimeError("nobody asks me")

    def __str__(self) -> str:
        raise RuntimeError("nor me")


class EqualToAll(Exception):
    class Origin:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    origin = Origin()


class NumberOfAConnection(Exception):
    origin = 1


class CannotBeSplit(ExceptionGroup[Exception]):
    def derive(self, excs: Any, /) -> Any:
        raise RuntimeError("not me")


ODD: dict[str, Callable[[], Exception]] = {
    "unhashable": Unhashable,
    "property": OddProperty,
    "equal to all": EqualToAll,
    "number": NumberOfAConnection,
    "group": lambda: CannotBeSplit("odd", [HandlerBug(), Unhashable()]),
    "in a group": lambda: ExceptionGroup("odd", [OddProperty(), EqualToAll()]),
}


@pytest.mark.parametrize("make", ODD.values(), ids=ODD)
@pytest.mark.parametrize("policy", ["log", "call"])
async def test_odd_exceptions_are_the_handlers(
    make: Callable[[], Exception], policy: str, handler_failures: HandlerFailures
) -> None:
    taken: list[Exception] = []

    async def handler(sock: anynet.Socket) -> None:
        if await sock.receive() == b"fail":
            raise make()
        await sock.send(b"hello")

    options: dict[str, Any] = {}
    if policy == "call":
        options["on_handler_error"] = lambda error, sock: taken.append(error)
    async with anynet.create_server(handler, host="127.0.0.1", port=0, **options) as server:
        await fail_once(server)
        assert await serves(server)
        assert server.statistics().handler_failures == 1
        assert server.statistics().peer_failures == 0
    if policy == "call":
        assert type(taken[0]) is type(make())
    else:
        handler_failures.claim(type(make()))


async def test_a_traceback_that_cannot_be_shown_is_left_out(
    handler_failures: HandlerFailures,
) -> None:
    class Strict(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.exc_info:
                raise RuntimeError("no tracebacks here")
            lines.append(record.getMessage())

    lines: list[str] = []
    strict = Strict()
    logging.getLogger(LOG).addHandler(strict)
    try:
        async with anynet.create_server(fail_or_echo, host="127.0.0.1", port=0) as server:
            await fail_once(server)
            assert await serves(server)
    finally:
        logging.getLogger(LOG).removeHandler(strict)
    assert len(lines) == 1
    handler_failures.claim(HandlerBug)


# -- what ends the program --------------------------------------------------------------------


class Ends(BaseException):
    """Like pytest's failures, for example."""


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, Ends])
async def test_what_ends_the_program_leaves_the_server_bare(kind: type[BaseException]) -> None:
    error = kind("now")

    async def handler(sock: anynet.Socket) -> None:
        if await sock.receive() == b"end":
            raise error
        await sock.send(b"ready")
        await anyio.sleep_forever()

    with pytest.raises(kind) as caught:
        async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
            other, client = plain_client(server), plain_client(server)
            other.sendall(b"hello")
            assert await sees(other) == b"ready"
            client.sendall(b"end")
            await anyio.sleep_forever()
    assert caught.value is error
    for each in (client, other):
        with each:
            assert await sees(each) is ConnectionResetError


async def test_of_a_mixed_group_what_ends_the_program_leaves_and_the_rest_is_logged(
    handler_failures: HandlerFailures,
) -> None:
    async def handler(sock: anynet.Socket) -> None:
        raise BaseExceptionGroup("mixed", [HandlerBug(), SystemExit(3)])

    for policy in ("log", "raise"):
        with pytest.raises(SystemExit) as caught:
            async with anynet.create_server(
                handler, host="127.0.0.1", port=0, on_handler_error=policy
            ) as server:
                with plain_client(server):
                    await anyio.sleep_forever()
        assert caught.value.code == 3
        assert server.statistics().handler_failures == 1
        handler_failures.claim(HandlerBug)


async def test_an_exit_and_an_error_of_the_body_leave_in_a_group() -> None:
    async def handler(sock: anynet.Socket) -> None:
        raise SystemExit(3)

    with pytest.raises(BaseExceptionGroup) as caught:
        async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
            with plain_client(server):
                try:
                    await anyio.sleep_forever()
                finally:
                    raise HandlerBug
    assert [type(each) for each in caught.value.exceptions] == [SystemExit, HandlerBug]


async def test_an_exit_under_listener_serve_leaves_the_server() -> None:
    async def handler(sock: anynet.Socket) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit) as caught:
        async with anynet.create_server(host="127.0.0.1", port=0) as server:
            with plain_client(server):
                await server.serve(handler)
    assert caught.value.code == 3


async def test_an_exit_in_the_grace_period_leaves_the_server() -> None:
    async def handler(sock: anynet.Socket) -> None:
        assert sock.server is not None
        await sock.server.closing.wait()
        raise SystemExit(3)

    with pytest.raises(SystemExit) as caught:
        async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
            client = plain_client(server)
            await until(lambda: server.connections)
    client.close()
    assert caught.value.code == 3


@pytest.mark.parametrize("grouped", [False, True])
async def test_an_internal_error_of_trio_passes(grouped: bool, anyio_backend_name: str) -> None:
    if anyio_backend_name != "trio":
        assert not issubclass(trio.TrioInternalError, asyncio.CancelledError)
        return
    error = trio.TrioInternalError("the run loop is broken")

    async def handler(sock: anynet.Socket) -> None:
        raise ExceptionGroup("", [error]) if grouped else error

    with pytest.raises(ExceptionGroup) as caught:
        async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
            with plain_client(server):
                await anyio.sleep_forever()
    assert caught.group_contains(trio.TrioInternalError)
    assert server.statistics().handler_failures == 0


# -- what nobody asked for --------------------------------------------------------------------


async def generator_exit(sock: anynet.Socket) -> None:
    raise GeneratorExit


async def generator_exit_in_a_group(sock: anynet.Socket) -> None:
    raise BaseExceptionGroup("", [GeneratorExit(), HandlerBug()])


async def another_ones_cancellation(sock: anynet.Socket) -> None:
    """Raise the backend's cancellation, which some other task got."""
    caught: BaseException | None = None
    with anyio.CancelScope() as scope:
        scope.cancel()
        try:
            await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class() as error:
            caught = error
            raise
    assert caught is not None
    raise caught


async def another_ones_in_a_group(sock: anynet.Socket) -> None:
    try:
        await another_ones_cancellation(sock)
    except anyio.get_cancelled_exc_class() as error:
        raise BaseExceptionGroup("", [error]) from None


STRAY: dict[str, Handler] = {
    each.__name__: each
    for each in (
        generator_exit,
        generator_exit_in_a_group,
        another_ones_cancellation,
        another_ones_in_a_group,
    )
}


async def native_cancel(sock: anynet.Socket) -> None:
    """Only asyncio has it."""
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await anyio.sleep_forever()


async def task_of_somebody_else(sock: anynet.Socket) -> None:
    task = asyncio.create_task(asyncio.sleep(10))
    task.cancel()
    await task


NATIVE: dict[str, Handler] = {
    each.__name__: each for each in (native_cancel, task_of_somebody_else)
}


def strays_of(backend: str) -> dict[str, Handler]:
    return STRAY if backend == "trio" else STRAY | NATIVE


@pytest.mark.parametrize("policy", ["log", "raise", "call", "await"])
@pytest.mark.parametrize("name", STRAY | NATIVE)
async def test_a_stray_cancellation_is_the_handlers(
    name: str, policy: str, anyio_backend_name: str, handler_failures: HandlerFailures
) -> None:
    handler = strays_of(anyio_backend_name).get(name, another_ones_cancellation)
    taken: list[Exception] = []

    async def fail_first(sock: anynet.Socket) -> None:
        await (handler(sock) if await sock.receive() == b"fail" else sock.send(b"hello"))

    async def take_later(error: Exception, sock: anynet.Socket) -> None:
        await anyio.sleep(0.01)
        taken.append(error)

    hooks: dict[str, Any] = {
        "call": lambda error, sock: taken.append(error),
        "await": take_later,
    }
    options: dict[str, Any] = {"on_handler_error": hooks.get(policy, policy)}
    if policy == "raise":
        with pytest.raises(ExceptionGroup) as caught:
            async with anynet.create_server(
                fail_first, host="127.0.0.1", port=0, **options
            ) as server:
                with plain_client(server) as client:
                    client.sendall(b"fail")
                    await anyio.sleep_forever()
        assert caught.group_contains(anynet.HandlerStopped)
        return
    async with anynet.create_server(fail_first, host="127.0.0.1", port=0, **options) as server:
        await fail_once(server)
        assert await serves(server)
        assert server.statistics().handler_failures == 1
    if policy == "log":
        stopped = handler_failures.claim(anynet.HandlerStopped)
        assert isinstance(
            stopped.__cause__, (GeneratorExit, trio.Cancelled, asyncio.CancelledError)
        )
    else:
        assert len(taken) == 1


async def test_a_cancellation_of_the_server_is_none_of_the_handlers() -> None:
    async with anyio.create_task_group() as tasks:
        started = anyio.Event()

        async def run() -> None:
            async with anynet.create_server(fail_or_echo, host="127.0.0.1", port=0) as server:
                with plain_client(server):
                    await until(lambda: server.connections)
                    started.set()
                    await anyio.sleep_forever()

        tasks.start_soon(run)
        await started.wait()
        tasks.cancel_scope.cancel()


# -- the callable -----------------------------------------------------------------------------


async def test_the_peer_may_leave_while_the_callable_answers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What the connection raises in it is the peer's doing, and ends nothing else."""

    async def handler(sock: anynet.Socket) -> None:
        await sock.receive()
        raise HandlerBug

    async def apologize(error: Exception, sock: anynet.Socket) -> None:
        while True:
            await sock.send(b"sorry" * 10_000)

    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, on_handler_error=apologize
    ) as server:
        client = plain_client(server)
        client.sendall(b"x")
        await anyio.wait_readable(client)
        reset(client)
        await until(lambda: server.statistics().accepted == 1 and not server.statistics().open)
        statistics = server.statistics()
        assert (statistics.handler_failures, statistics.peer_failures) == (1, 1)
    assert caplog.records == []


async def test_a_cancellation_in_the_callable_is_passed_on() -> None:
    began = anyio.Event()

    async def take(error: Exception, sock: anynet.Socket) -> None:
        began.set()
        await anyio.sleep_forever()

    async with anynet.create_server(
        fail_or_echo, host="127.0.0.1", port=0, on_handler_error=take, grace_period=0
    ) as server:
        with plain_client(server) as client:
            client.sendall(b"fail")
            await began.wait()
            await turns()
            await server.shutdown(0)
            assert await sees(client) is ConnectionResetError


async def test_a_unix_peer_has_no_name_to_log(
    tmp_path: Any, caplog: pytest.LogCaptureFixture, handler_failures: HandlerFailures
) -> None:
    path = str(tmp_path / "s")
    async with anynet.create_server(fail_or_echo, path=path) as server:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            client.sendall(b"fail")
            await until(lambda: server.statistics().handler_failures)
    assert caplog.messages == ["the handler of an unnamed peer failed: HandlerBug: on purpose"]
    handler_failures.claim(HandlerBug)
