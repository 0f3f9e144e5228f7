"""Connections and listeners that move from one event loop to another, in another thread."""

from __future__ import annotations

import gc
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import anyio
import pytest
from anyio.from_thread import BlockingPortal

import anynet
from tests.core.connections.test_other_threads import forked
from tests.core.server_peers import PATIENCE, answer, nothing_left_open, sees, until
from tests.support import client_of, echo, in_thread, tcp_pair
from tests.testing.pairs import PAIRS, plain_and_ours

pytestmark = pytest.mark.anyio


async def in_loop(portal: BlockingPortal, function: Callable[..., Any], *args: Any) -> Any:
    """``function(*args)`` in the other event loop, without blocking this one."""
    return await in_thread(portal.call, function, *args)


# -- connections ----------------------------------------------------------------------------------


async def test_only_what_was_released_is_adopted() -> None:
    for value in (5, None):
        with pytest.raises(TypeError, match=r"takes what release\(\) returned, not"):
            anynet.Socket.adopt(cast(Any, value))


async def test_a_connection_goes_on_in_another_loop(portal: BlockingPortal) -> None:
    """What was received and not used, what was counted, and the options of TCP go along."""
    with plain_and_ours() as (peer, ours):
        ours.set_no_delay()
        await ours.send(b"before")
        peer.sendall(b"left over")
        assert await ours.receive(4) == b"left"

        async def go_on(released: anynet.Released) -> tuple[bytes, int, int, bool]:
            async with anynet.Socket.adopt(released) as taken:
                received = await taken.receive()
                await taken.send(b", after")
                sock = taken.extra(anyio.abc.SocketAttribute.raw_socket)
                no_delay = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                return received, taken.bytes_received, taken.bytes_sent, bool(no_delay)

        released = ours.release()
        assert released.remote_address is not None
        assert await in_loop(portal, go_on, released) == (b" over", 9, len("before, after"), True)
        assert peer.recv(100) == b"before, after"
        assert peer.recv(100) == b""
        assert released.closed


async def test_the_sides_that_have_ended_stay_so(portal: BlockingPortal) -> None:
    with plain_and_ours() as (peer, ours):
        peer.shutdown(socket.SHUT_WR)
        with pytest.raises(anyio.EndOfStream):
            await ours.receive()
        await ours.send_eof()

        async def state(released: anynet.Released) -> anynet.ConnectionState:
            async with anynet.Socket.adopt(released) as taken:
                with pytest.raises(anyio.EndOfStream):
                    await taken.receive()
                with pytest.raises(anyio.ClosedResourceError):
                    await taken.send(b"after our end")
                return taken.state

        assert await in_loop(portal, state, ours.release()) is anynet.ConnectionState.ENDED


async def test_a_cut_message_stays_cut(portal: BlockingPortal) -> None:
    with plain_and_ours() as (_, ours):
        with anyio.move_on_after(0.01):
            await ours.send(bytes(1 << 26))

        async def send(released: anynet.Released) -> None:
            async with anynet.Socket.adopt(released) as taken:
                with pytest.raises(anyio.BrokenResourceError, match="cut off"):
                    await taken.send(b"as if nothing had happened")

        await in_loop(portal, send, ours.release())


async def test_an_accepted_one_is_served_elsewhere(portal: BlockingPortal, tidy: None) -> None:
    """The server takes it for ended: it takes no slot, and a shutdown does not wait for it."""

    async def serve(released: anynet.Released) -> None:
        async with anynet.Socket.adopt(released) as sock:
            await echo(sock)

    async def hand_over(sock: anynet.Socket) -> None:
        served.append(await in_thread(portal.start_task_soon, serve, sock.release()))

    served: list[Any] = []
    async with anynet.create_server(hand_over, host="127.0.0.1", port=0) as server:
        async with client_of(server) as client:
            assert await answer(client) == b"hello"
            await until(lambda: not server.connections)
            report = await server.shutdown()
            assert await answer(client, b"again") == b"again"
    assert all(each.outcome is anynet.Outcome.FINISHED for each in report.connections)
    for each in served:
        await in_thread(each.result)


async def test_limits_are_given_anew_and_the_half_open_rule_is_kept(
    portal: BlockingPortal,
) -> None:
    with plain_and_ours(allow_half_open=False) as (peer, ours):

        async def receive(released: anynet.Released) -> None:
            async with anynet.Socket.adopt(released, idle_timeout=0.01) as taken:
                with pytest.raises(anynet.IdleTimeout):
                    await taken.receive()

        await in_loop(portal, receive, ours.release())
        assert peer.recv(1) == b""

    with plain_and_ours(allow_half_open=False) as (peer, ours):

        async def ends(released: anynet.Released) -> None:
            async with anynet.Socket.adopt(released) as taken:
                with pytest.raises(anyio.EndOfStream):
                    await taken.receive()
                with pytest.raises(anyio.BrokenResourceError):
                    await taken.send(b"after the peer's end")

        peer.shutdown(socket.SHUT_WR)
        await in_loop(portal, ends, ours.release())


async def test_of_many_who_adopt_one_gets_it() -> None:
    with plain_and_ours() as (_, ours):
        released = ours.release()
        won: list[anynet.Socket] = []

        async def adopt() -> None:
            try:
                won.append(anynet.Socket.adopt(released))
            except anyio.ClosedResourceError:
                pass

        def run(name: str) -> None:
            start.wait()
            anyio.run(adopt, backend=name)

        start = threading.Barrier(8)
        threads = [threading.Thread(target=run, args=(name,)) for name in ["trio", "asyncio"] * 4]
        for thread in threads:
            thread.start()
        for thread in threads:
            await in_thread(thread.join)
        assert len(won) == 1
        won[0].reset()


def test_outside_of_an_event_loop_nothing_is_taken() -> None:
    one, other = socket.socketpair()
    with other:
        released: list[anynet.Released] = []

        async def release() -> None:
            released.append(anynet.Socket.from_fd(one).release())

        anyio.run(release)
        with pytest.raises(anyio.NoEventLoopError):
            anynet.Socket.adopt(released[0])
        assert not released[0].closed
        released[0].close()
        assert other.recv(1) == b""


@contextmanager
def warned() -> Iterator[None]:
    """A ResourceWarning for what was not adopted."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
        gc.collect()
    (text,) = {str(each.message) for each in caught if each.category is ResourceWarning}
    assert "was not adopted, and is closed now" in text


@pytest.mark.parametrize("kind", ["tcp v4", "unix", "tls"])
async def test_one_that_nobody_adopts_closes_and_warns(kind: str) -> None:
    with nothing_left_open():
        async with PAIRS[kind]() as (one, other):
            with warned():
                one.release()
            with (
                anyio.fail_after(PATIENCE),
                pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)),
            ):
                await other.receive()


async def test_a_cut_one_that_nobody_adopts_is_reset() -> None:
    with plain_and_ours() as (peer, ours):
        with anyio.move_on_after(0.01):
            await ours.send(bytes(1 << 26))
        with warned():
            ours.release()
        while (seen := await sees(peer)) and isinstance(seen, bytes):
            pass
        assert seen is ConnectionResetError


async def test_a_forked_child_drops_its_copy_without_a_word() -> None:
    with plain_and_ours() as (peer, ours):
        held = [ours.release()]

        def drop() -> None:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                held.clear()
                gc.collect()
            assert caught == []

        with forked(drop):
            pass
        async with anynet.Socket.adopt(held[0]) as taken:
            await taken.send(b"still there")
        assert peer.recv(100) == b"still there"


@pytest.mark.parametrize("kind", ["tls", "memory sockets"])
async def test_what_is_over_another_stream_stays_in_its_loop(
    kind: str, portal: BlockingPortal
) -> None:
    async with PAIRS[kind]() as (one, other):
        released = one.release()

        async def adopt() -> None:
            with pytest.raises(RuntimeError, match="stays where it is"):
                anynet.Socket.adopt(released)

        await in_loop(portal, adopt)
        async with anynet.Socket.adopt(released) as taken:
            await other.send(b"as before")
            assert await taken.receive() == b"as before"


# -- what listens ---------------------------------------------------------------------------------


async def serve_until(released: anynet.ReleasedListeners) -> tuple[anynet.Address, ...]:
    """A server in another loop, which ends once it has served a connection."""
    stop = anyio.Event()

    async def handler(sock: anynet.Socket) -> None:
        await echo(sock)
        stop.set()

    async with anynet.create_server(handler, adopt=released) as server:
        await stop.wait()
        return server.addresses


async def test_a_server_goes_on_in_another_loop(portal: BlockingPortal, tidy: None) -> None:
    """Its connections stay; who comes meanwhile waits in the backlog."""
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        async with client_of(server) as before:
            assert await answer(before) == b"hello"
            addresses = server.addresses
            released = server.release()
            assert released.addresses == addresses
            assert not server.listening
            assert server.closing.is_set()
            with pytest.raises(anyio.ClosedResourceError):
                server.release()
            async with client_of(server) as waiting:
                await waiting.send(b"who")
                result = await in_thread(portal.start_task_soon, serve_until, released)
                with anyio.fail_after(PATIENCE):
                    assert await waiting.receive() == b"who"
            assert await answer(before, b"still here") == b"still here"
    assert await in_thread(result.result) == addresses


async def test_a_path_is_unlinked_by_its_last_owner(portal: BlockingPortal, tmp_path: Path) -> None:
    path = tmp_path / "socket"
    async with anynet.create_server(echo, path=path) as server:
        released = server.release()
    assert path.exists()
    result = await in_thread(portal.start_task_soon, serve_until, released)
    async with anynet.connect(path=path) as client:
        assert await answer(client) == b"hello"
    await in_thread(result.result)
    assert not path.exists()


async def test_who_accepts_learns_that_the_server_has_left() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        async with anyio.create_task_group() as tasks:

            async def accept() -> None:
                with pytest.raises(anyio.ClosedResourceError):
                    await server.accept()

            tasks.start_soon(accept)
            await anyio.wait_all_tasks_blocked()
            server.release().close()


async def test_listeners_that_nobody_adopts_close_and_warn(tidy: None) -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        with warned():
            server.release()
        with pytest.raises(anynet.ConnectRefused):
            await client_of(server)


async def test_listeners_are_adopted_once_and_exclude_other_places() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        released = server.release()
        with pytest.raises(ValueError, match="port and adopt exclude each other"):
            anynet.create_server(echo, port=1, adopt=released)
        with pytest.raises(TypeError, match="adopt must be what a server has released"):
            anynet.create_server(echo, adopt=server)  # type: ignore[arg-type]
        async with anynet.create_server(echo, adopt=released):
            with pytest.raises(anyio.ClosedResourceError, match="was adopted"):
                async with anynet.create_server(echo, adopt=released):
                    pass


# -- what another thread must not do --------------------------------------------------------------


def of_socket(name: str, *args: Any) -> Callable[[anynet.Socket], Any]:
    return lambda sock: getattr(sock, name)(*args)


def set_type_of_service(sock: anynet.Socket) -> None:
    sock.type_of_service = 0


SOCKET_OPERATIONS: dict[str, Callable[[anynet.Socket], Any]] = {
    "receive": of_socket("receive"),
    "iterate": lambda sock: sock.__anext__(),
    "receive_into": of_socket("receive_into", bytearray(1)),
    "send": of_socket("send", b"x"),
    "send_many": of_socket("send_many", [b"x"]),
    "send_eof": of_socket("send_eof"),
    "aclose": of_socket("aclose"),
    "aclose with linger": lambda sock: sock.aclose(linger=1),
    "reset": of_socket("reset"),
    "detach": of_socket("detach"),
    "release": of_socket("release"),
    "hand_over": of_socket("hand_over"),
    "wait_peer_closed": of_socket("wait_peer_closed"),
    "when_closed": of_socket("when_closed", print),
    "events": of_socket("events"),
    "set_idle_timeout": of_socket("set_idle_timeout", 1),
    "set_no_delay": of_socket("set_no_delay"),
    "set_keep_alive": of_socket("set_keep_alive", True),
    "type_of_service": set_type_of_service,
}

SERVER_OPERATIONS: dict[str, Callable[[anynet.Server], Any]] = {
    "accept": lambda server: server.accept(),
    "iterate": lambda server: server.__anext__(),
    "listen": lambda server: server.listen(host="127.0.0.1", port=0),
    "serve": lambda server: server.serve(echo),
    "events": lambda server: server.events(),
    "wait_closed": lambda server: server.wait_closed(),
    "shutdown": lambda server: server.shutdown(),
    "aclose": lambda server: server.aclose(),
    "close": lambda server: server.close(),
    "release": lambda server: server.release(),
}


async def refused(use: Callable[[Any], Any], thing: Any) -> None:
    with pytest.raises(RuntimeError, match="belongs to the thread of its event loop"):
        outcome = use(thing)
        if isinstance(outcome, Coroutine):
            await outcome


@pytest.mark.parametrize("readable", [True, False], ids=["readable", "drained"])
@pytest.mark.parametrize("use", SOCKET_OPERATIONS)
async def test_a_socket_in_another_loop(use: str, readable: bool, portal: BlockingPortal) -> None:
    async with tcp_pair() as (client, sock):
        await client.send(b"first")
        assert await sock.receive() == b"first"
        if readable:
            await client.send(b"second")
        await in_loop(portal, refused, SOCKET_OPERATIONS[use], sock)
        assert not sock.closed
        await client.send(b"third")
        expected = b"secondthird" if readable else b"third"
        received = b""
        while len(received) < len(expected):
            received += await sock.receive()
        assert received == expected
        assert await in_thread(lambda: (sock.bytes_received, str(sock.remote_address), repr(sock)))


@pytest.mark.parametrize("use", SERVER_OPERATIONS)
async def test_a_server_in_another_loop(use: str, portal: BlockingPortal) -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        await in_loop(portal, refused, SERVER_OPERATIONS[use], server)
        assert server.listening
        async with client_of(server) as client, await server.accept() as accepted:
            await client.send(b"hello")
            assert await accepted.receive() == b"hello"
        assert (await in_thread(server.statistics)).accepted == 1


async def test_an_operation_made_elsewhere_and_run_here() -> None:
    """As by ``asyncio.run_coroutine_threadsafe``."""
    with plain_and_ours() as (peer, ours):
        peer.sendall(b"hello")
        made = await in_thread(lambda: [ours.receive(), ours.send(b"answer")])
        assert await made[0] == b"hello"
        await made[1]
        assert peer.recv(100) == b"answer"


@pytest.mark.parametrize("use", ["put", "put_nowait"])
async def test_an_outbox_in_another_loop(use: str, portal: BlockingPortal) -> None:
    with plain_and_ours() as (peer, ours):
        async with anynet.Outbox(ours) as outbox:
            await in_loop(portal, refused, lambda box: getattr(box, use)(b"lost"), outbox)
            assert await outbox.put(b"sent")
        assert peer.recv(100) == b"sent"


async def test_events_in_another_loop(portal: BlockingPortal) -> None:
    with plain_and_ours() as (_, ours):
        await in_loop(portal, refused, lambda events: events.__anext__(), ours.events())


@pytest.mark.parametrize("secured", [True, False])
@pytest.mark.parametrize("released", [True, False])
async def test_a_server_says_whether_it_was_closed_or_released(
    released: bool, secured: bool
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if secured else None
    async with anynet.create_server(host="127.0.0.1", tls=tls) as server:
        words = "was released" if released else "has been closed"
        async with anyio.create_task_group() as tasks:

            async def accept() -> None:
                with pytest.raises(anyio.ClosedResourceError, match=words):
                    await server.accept()

            tasks.start_soon(accept)
            await anyio.wait_all_tasks_blocked()
            if released:
                server.release().close()
            else:
                server.close()
        with pytest.raises(anyio.ClosedResourceError, match=words):
            server.release()
        with pytest.raises(anyio.ClosedResourceError, match=words):
            await server.listen(host="127.0.0.1", port=0)
