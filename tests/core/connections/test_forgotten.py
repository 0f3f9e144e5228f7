"""A socket that the program forgets while it is open warns, names its peer, and is closed."""

from __future__ import annotations

import gc
import os
import ssl
import threading
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

import anynet
from anynet._rules.values.addresses import shown_address
from tests.core.server_peers import PATIENCE, answer, sees, turns, until
from tests.support import client_of, echo, plain_client
from tests.testing.pairs import tcp_sockets

pytestmark = pytest.mark.anyio

Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


@pytest.fixture
def contexts(server_context: ssl.SSLContext, client_context: ssl.SSLContext) -> Contexts:
    return server_context, client_context


@contextmanager
def one_warning(*texts: str, by_us: bool = True) -> Iterator[None]:
    """Exactly one socket is forgotten in the block, and the warning holds the texts.

    A socket that is collected with all that belongs to it may also warn as one of the standard
    library's, unless ``by_us``.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
        gc.collect()
    messages = [str(each.message) for each in caught if each.category is ResourceWarning]
    assert len(messages) == 1, messages
    assert not by_us or "was forgotten without a close" in messages[0]
    assert [text for text in texts if text not in messages[0]] == []


@contextmanager
def no_warning() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
        gc.collect()


async def accept_one(server: anynet.Server) -> anynet.Socket:
    return await server.accept()


async def iterate(server: anynet.Server) -> anynet.Socket:
    async for accepted in server:
        return accepted
    raise AssertionError("it ended")


async def next_event(server: anynet.Server) -> anynet.Socket:
    async for event in server.events():
        if isinstance(event, anynet.Connection):
            return event.socket
    raise AssertionError("it ended")


TAKE: dict[str, Callable[[anynet.Server], Awaitable[anynet.Socket]]] = {
    "accept": accept_one,
    "async for": iterate,
    "events": next_event,
}


@pytest.mark.parametrize("used", [True, False], ids=["used", "unused"])
@pytest.mark.parametrize("take", TAKE)
async def test_an_accepted_socket(take: str, used: bool) -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        with plain_client(server) as client:
            peer = "{}:{}".format(*client.getsockname())
            accepted = [await TAKE[take](server)]
            if used:  # Where the loop watches it, the loop holds its stream.
                await _park_once(accepted[0])
                await accepted[0].send(b"bye")
            assert server.connections == tuple(accepted)
            with one_warning(peer, str(server.address)):
                accepted.clear()
                await until(lambda: server.statistics().open == 0)
            assert server.connections == ()
            assert (await sees(client)) == (b"bye" if used else b"")
            assert not used or await sees(client) == b""


async def _park_once(sock: anynet.Socket) -> None:
    with anyio.move_on_after(0) as scope:
        scope.deadline = anyio.current_time() + 0.001
        await sock.receive()
    await turns()  # The loop holds what cancelled it, and the frames of that, for this turn.


async def test_an_accepted_socket_over_a_unix_path(tmp_path: Path) -> None:
    async with anynet.create_server(path=tmp_path / "socket") as server:
        async with client_of(server) as client:
            with one_warning(str(tmp_path / "socket")):
                await server.accept()
                with pytest.raises(anyio.EndOfStream):
                    await client.receive()


async def test_an_accepted_socket_after_its_handshake(contexts: Contexts) -> None:
    async with anynet.create_server(host="127.0.0.1", port=0, tls=contexts[0]) as server:
        clients: list[anynet.Socket] = []
        async with anyio.create_task_group() as tasks:

            async def connect() -> None:
                clients.append(await client_of(server, tls=contexts[1]))

            tasks.start_soon(connect)
            accepted = [await server.accept()]
        assert server.connections == tuple(accepted)
        with one_warning(str(clients[0].local_address)):
            accepted.clear()
            await until(lambda: server.statistics().open == 0)
        with pytest.raises(anyio.BrokenResourceError):  # TLS was not ended: it looks cut off.
            await clients[0].receive()
        await clients[0].aclose()


@pytest.mark.parametrize("with_tls", [False, True])
async def test_a_connected_socket(with_tls: bool, contexts: Contexts) -> None:
    server_options: dict[str, Any] = {"tls": contexts[0]} if with_tls else {}
    client_options: dict[str, Any] = {"tls": contexts[1]} if with_tls else {}
    async with anynet.create_server(echo, host="127.0.0.1", port=0, **server_options) as server:
        client = [await client_of(server, **client_options)]
        assert await answer(client[0]) == b"hello"
        with one_warning(str(server.address)):
            client.clear()
            await until(lambda: server.statistics().open == 0)


async def test_time_limits_and_callbacks_do_not_keep_it() -> None:
    closed: list[bool] = []
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        client = [await client_of(server, idle_timeout=100, receive_timeout=100, max_lifetime=100)]
        client[0].when_closed(lambda: closed.append(True))
        assert await answer(client[0]) == b"hello"
        with one_warning(str(server.address)):
            client.clear()
            await until(lambda: closed)


async def test_a_message_that_was_cut_off_does_not_end_cleanly() -> None:
    peer, own = tcp_sockets()
    with peer:
        socks = [anynet.Socket.from_fd(own)]
        with anyio.move_on_after(0.05):
            await socks[0].send(bytes(50_000_000))
        with one_warning(str(peer.getsockname()[1])):
            socks.clear()
            await turns()
        while isinstance(seen := await sees(peer), bytes):
            assert seen, "it looks whole"
        assert seen is ConnectionResetError


async def test_the_thread_that_drops_it_does_not_matter() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        with plain_client(server) as client:
            accepted = [await server.accept()]
            await _park_once(accepted[0])
            with one_warning("127.0.0.1"):
                thread = threading.Thread(target=accepted.clear)
                thread.start()
                await anyio.to_thread.run_sync(thread.join)
                await until(lambda: server.statistics().open == 0)
            assert await sees(client) == b""


class Holder:
    sock: anynet.Socket


async def test_in_a_cycle_it_is_found_by_the_garbage_collector() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        with plain_client(server) as client:
            holder: Any = Holder()
            holder.sock, holder.self = await server.accept(), holder
            with one_warning("127.0.0.1"):
                del holder
                gc.collect()
                await until(lambda: server.statistics().open == 0)
            assert await sees(client) == b""


async def test_in_a_cycle_with_all_that_belongs_to_it_it_warns_once() -> None:
    """The collector then finalizes the standard library's socket too, before or after ours."""
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        holder: Any = Holder()
        holder.sock, holder.self = await client_of(server), holder
        with one_warning(str(server.port), by_us=False):
            del holder
            gc.collect()
            await until(lambda: server.statistics().open == 0)


def test_after_its_loop_has_ended_it_is_closed_at_once(
    anyio_backend: tuple[str, dict[str, Any]],
) -> None:
    one, other = tcp_sockets()
    left: list[anynet.Socket] = []

    async def leave_open() -> None:
        left.append(anynet.Socket.from_fd(one))

    name, options = anyio_backend
    anyio.run(leave_open, backend=name, backend_options=options)
    with other, one_warning(str(other.getsockname()[1])):
        left.clear()
        other.settimeout(PATIENCE)
        assert other.recv(1) == b""


async def test_in_a_forked_child_it_is_a_copy_and_its_close_no_matter() -> None:
    peer, own = tcp_sockets()
    fd = own.fileno()
    socks = [anynet.Socket.from_fd(own)]
    del own
    await _park_once(socks[0])
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                socks.clear()
                assert not os.path.exists(f"/proc/self/fd/{fd}")
            status = len(caught)
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0  # noqa: ASYNC222 - it ends by itself
    with peer:
        async with socks[0]:
            peer.send(b"hello")
            assert await socks[0].receive() == b"hello"
            await socks[0].send(b"still open")
        assert peer.recv(100) == b"still open"


# -- what is not forgotten ------------------------------------------------------------------------


async def test_a_handler_may_drop_its_argument() -> None:
    async def handler(sock: anynet.Socket) -> None:
        del sock
        gc.collect()
        own = anynet.current_connection()
        assert own is not None
        await echo(own)

    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        with no_warning():
            async with client_of(server) as client:
                assert await answer(client) == b"hello"


@pytest.mark.parametrize("name", ["receive", "__anext__"])
async def test_an_operation_holds_its_socket(name: str) -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        clients = [await client_of(server)]
        receiving = getattr(clients[0], name)()
        sending = clients[0].send(b"hello")
        with one_warning("127.0.0.1"), anyio.fail_after(PATIENCE):
            clients.clear()
            await turns()
            await sending
            assert await receiving == b"hello"
            await until(lambda: server.statistics().open == 0)


async def test_events_hold_their_socket_and_the_connection_does_not_hold_them() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        client = await client_of(server)
        await client.send(b"hello")
        events = client.events()
        with no_warning():
            del client
            gc.collect()
            async for event in events:
                if isinstance(event, anynet.Data):
                    break
        with one_warning("127.0.0.1"):
            del events
            await until(lambda: server.statistics().open == 0)


async def test_a_stream_over_a_socket_leaves_the_warning_to_it(contexts: Contexts) -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        below = await client_of(server)
        above = anynet.Socket.from_stream(below)
        with no_warning():
            del above
        assert await answer(below) == b"hello"
        above = anynet.Socket.from_stream(below)
        with one_warning(str(server.port), by_us=False):
            del above, below
            gc.collect()  # What stands between them is a cycle.
            await until(lambda: server.statistics().open == 0)


async def test_what_was_closed_or_given_away_does_not_warn() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        with no_warning():
            await (await client_of(server)).aclose()
            (await client_of(server)).reset()
            (await client_of(server)).detach().close()
            adopted = anynet.Socket.adopt((await client_of(server)).release())
            assert await answer(adopted) == b"hello"
            await adopted.aclose()


def test_an_abstract_name_is_shown_as_it_is_given() -> None:
    assert shown_address("\0name") == "@name"
    assert shown_address("/run/a\nb") == "/run/a?b"
    assert shown_address(anynet.SocketAddress("::1", 80)) == "[::1]:80"
