"""Crowds of clients: silent ones, fast ones, many from one address. Who means it gets in."""

from __future__ import annotations

import contextlib
import itertools
import select
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

import anynet
from anynet._core.servers.handshake_queue import HandshakeQueue
from anynet._core.servers.server_connection import ServerConnection
from anynet._transport.streams.socket_stream import SocketStream
from tests.core.server_peers import sees, turns, until
from tests.support import echo, in_thread

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]

#: The prelude of a server, its options, and what an honest client sends before anything else.
PRELUDES = ["tls", "proxy"]
CROWD = 200
LINE = b"PROXY TCP4 %s 198.51.100.7 56324 443\r\n"


def loopback() -> anynet.BlockList:
    addresses = anynet.BlockList()
    addresses.add_subnet("127.0.0.0/8")
    return addresses


@pytest.fixture
def contexts(
    server_context: ssl.SSLContext, client_context: ssl.SSLContext
) -> dict[str, ssl.SSLContext]:
    return {"server": server_context, "client": client_context}


def options_for(prelude: str, contexts: dict[str, ssl.SSLContext]) -> dict[str, Any]:
    if prelude == "tls":
        return {"tls": contexts["server"]}
    return {"proxy_protocol": "require", "proxy_trust": loopback()}


@asynccontextmanager
async def echo_server(handler: bool, **options: Any) -> AsyncIterator[anynet.Server]:
    """A server that sends everything back, by a handler or by tasks that accept."""
    options = {"host": "127.0.0.1", "port": 0, "grace_period": 0, **options}
    async with anynet.create_server(echo if handler else None, **options) as server:
        async with anyio.create_task_group() as tasks:
            if not handler:
                tasks.start_soon(_serve, server, tasks)
            yield server
            tasks.cancel_scope.cancel()


async def _serve(server: anynet.Server, tasks: anyio.abc.TaskGroup) -> None:
    async for sock in server:
        tasks.start_soon(_echo_one, sock)


async def _echo_one(sock: anynet.Socket) -> None:
    with contextlib.suppress(anyio.BrokenResourceError):
        async with sock:
            await echo(sock)


def client_from(source: str, server: anynet.Server) -> socket.socket:
    """A blocking client with that address."""
    address = server.address
    assert isinstance(address, anynet.SocketAddress)
    target = (address.address, address.port)
    return socket.create_connection(target, timeout=60, source_address=(source, 0))


@contextmanager
def crowd_of(count: int, server: anynet.Server, source: str = "127.0.0.1") -> Iterator[list[Any]]:
    with contextlib.ExitStack() as opened:
        yield [opened.enter_context(client_from(source, server)) for _ in range(count)]


def served(
    server: anynet.Server,
    prelude: str,
    contexts: dict[str, ssl.SSLContext],
    source: str = "127.0.0.1",
) -> bytes:
    """What an honest client gets back; to be called in a thread."""
    with client_from(source, server) as plain:
        client = plain
        if prelude == "tls":
            client = contexts["client"].wrap_socket(plain, server_hostname="127.0.0.1")
        else:
            client.sendall(LINE % b"192.0.2.1")
        with client:
            client.sendall(b"hello")
            return client.recv(10)


def readable(*clients: socket.socket) -> list[socket.socket]:
    """Those to which the server has sent something, or an end."""
    return select.select(clients, [], [], 0)[0]


# -- silent clients -------------------------------------------------------------------------------


async def test_a_crowd_lets_other_tasks_run() -> None:
    async with echo_server(handler=True) as server:
        with contextlib.ExitStack() as clients:
            for _ in range(64):  # They wait in the backlog: no other task runs meanwhile.
                client = clients.enter_context(socket.socket())
                client.setblocking(False)
                client.connect_ex(("127.0.0.1", server.port))
            accepted = [0]
            while accepted[-1] < 64:
                await anyio.lowlevel.checkpoint()
                accepted.append(server.statistics().accepted)
    steps = {later - earlier for earlier, later in itertools.pairwise(accepted)}
    assert 1 < max(steps) <= 16  # Trio may run one task twice before another.


@pytest.mark.parametrize("handler", [True, False], ids=["handler", "accept"])
@pytest.mark.parametrize("prelude", PRELUDES)
async def test_an_honest_client_is_served_while_two_hundred_are_silent(
    prelude: str, handler: bool, contexts: dict[str, ssl.SSLContext]
) -> None:
    options = {"tls_handshake_timeout": 600, "proxy_timeout": 600}
    options |= options_for(prelude, contexts)
    async with echo_server(handler, **options) as server:
        with crowd_of(CROWD, server):
            for _ in range(3):
                assert await in_thread(served, server, prelude, contexts) == b"hello"
            # They came first, so all were accepted, and none was sent away for it.
            statistics = server.statistics()
            assert statistics.handshakes == CROWD
            assert statistics.handshakes_evicted == statistics.tls_failures == 0


@pytest.mark.parametrize("handler", [True, False], ids=["handler", "accept"])
@pytest.mark.parametrize("prelude", PRELUDES)
async def test_at_the_bound_the_oldest_of_the_fullest_address_goes(
    prelude: str, handler: bool, contexts: dict[str, ssl.SSLContext]
) -> None:
    options = {"max_handshakes": 4, "tls_handshake_timeout": 600, "proxy_timeout": 600}
    options |= options_for(prelude, contexts)
    async with echo_server(handler, **options) as server:
        events = server.events()
        assert isinstance(await anext(events), anynet.Listening)
        with (
            crowd_of(1, server, "127.0.0.2") as (alone,),
            crowd_of(3, server) as (first, second, third),
        ):
            await until(lambda: server.statistics().handshakes == 4)
            assert await in_thread(served, server, prelude, contexts, "127.0.0.3") == b"hello"
            assert await sees(first) is ConnectionResetError
            with crowd_of(1, server, "127.0.0.4"):
                # The honest client has left its prelude, so there was room for this one.
                await until(lambda: server.statistics().handshakes == 4)
                with crowd_of(1, server):
                    assert await sees(second) is ConnectionResetError
                    assert not readable(alone, third)
        statistics = server.statistics()
        assert statistics.handshakes_evicted == 2
        assert (statistics.tls_failures, statistics.proxy_failures) == (0, 0)
        if handler:
            drop = await anext(events)
            while not isinstance(drop, anynet.Drop):
                drop = await anext(events)
            assert drop.local_address == server.address
            assert isinstance(drop.remote_address, anynet.SocketAddress)
            assert drop.remote_address.address == "127.0.0.1"
            assert drop.reason == "max_handshakes"


class SlowClient:
    """A TLS client whose handshake goes on only when told to; its calls belong in a thread."""

    def __init__(self, context: ssl.SSLContext, plain: socket.socket) -> None:
        self._plain = plain
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname="127.0.0.1")
        with pytest.raises(ssl.SSLWantReadError):
            self._tls.do_handshake()
        self._hello = self._outgoing.read()
        plain.sendall(self._hello[:5])

    def _step(self, call: Callable[..., Any], *args: Any) -> Any:
        while True:
            try:
                return call(*args)
            except ssl.SSLWantReadError:
                data = self._plain.recv(65536)
                assert data, "the server has sent the slow client away"
                self._incoming.write(data)
            finally:
                self._plain.sendall(self._outgoing.read())

    def shake_hands(self) -> None:
        """Send the rest of the handshake."""
        self._plain.sendall(self._hello[5:])
        self._step(self._tls.do_handshake)

    def echo(self) -> bytes:
        """What comes back, after the handshake."""
        self._step(self._tls.write, b"hello")
        answer: bytes = self._step(self._tls.read, 10)
        return answer

    def finish(self) -> bytes:
        """Send the rest of the handshake, and return what comes back."""
        self.shake_hands()
        return self.echo()


@pytest.mark.parametrize("handler", [True, False], ids=["handler", "accept"])
async def test_a_flood_from_one_address_keeps_nobody_else_out(
    handler: bool, contexts: dict[str, ssl.SSLContext]
) -> None:
    """Of a thousand connections: clients of other addresses get in, and a slow one stays in."""
    options = {"tls": contexts["server"], "max_handshakes": 16, "tls_handshake_timeout": 600}
    async with echo_server(handler, **options) as server:
        with client_from("127.0.0.2", server) as plain:
            slow = SlowClient(contexts["client"], plain)
            await until(lambda: server.statistics().handshakes == 1)
            for _ in range(10):
                with crowd_of(100, server):
                    # It comes last, so by then they have all been accepted.
                    arguments = (server, "tls", contexts, "127.0.0.3")
                    assert await in_thread(served, *arguments) == b"hello"
            statistics = server.statistics()
            assert statistics.accepted == 1 + 10 * (100 + 1)
            assert statistics.handshakes_evicted >= 10 * (100 - 16)
            assert await in_thread(slow.finish) == b"hello"


async def test_a_header_moves_a_connection_to_the_address_of_its_client(
    contexts: dict[str, ssl.SSLContext],
) -> None:
    """Behind one proxy it is the client with most handshakes that pays, not the proxy's oldest."""
    options = {"tls_handshake_timeout": 600, "proxy_timeout": 600}
    options |= options_for("proxy", contexts) | options_for("tls", contexts)
    async with echo_server(True, max_handshakes=3, **options) as server:
        with crowd_of(3, server) as (alone, first, second):
            for client, source in ((alone, b"192.0.2.1"), (first, b"192.0.2.2")):
                client.sendall(LINE % source)
                await turns()
            second.sendall(LINE % b"192.0.2.2")
            await turns()
            await until(lambda: server.statistics().handshakes == 3)
            with client_from("127.0.0.1", server):
                assert await sees(first) is ConnectionResetError
                assert not readable(alone, second)


# -- preludes and slots ---------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["pause", "drop"])
@pytest.mark.parametrize("handler", [True, False], ids=["handler", "accept"])
@pytest.mark.parametrize("prelude", PRELUDES)
async def test_silent_clients_take_no_slot(
    prelude: str, handler: bool, policy: str, contexts: dict[str, ssl.SSLContext]
) -> None:
    options = {"max_connections": 2, "max_connections_policy": policy}
    options |= options_for(prelude, contexts)
    async with echo_server(handler, **options) as server:
        with crowd_of(10, server):
            await until(lambda: server.statistics().handshakes == 10)
            assert await in_thread(served, server, prelude, contexts) == b"hello"
        assert server.statistics().dropped == 0


@pytest.mark.parametrize("handler", [True, False], ids=["handler", "accept"])
async def test_a_prelude_that_ends_while_the_server_is_full_waits_for_a_slot(
    handler: bool, contexts: dict[str, ssl.SSLContext]
) -> None:
    options = options_for("proxy", contexts)
    async with echo_server(handler, max_connections=1, **options) as server:
        with crowd_of(3, server) as clients:
            await until(lambda: server.statistics().handshakes == 3)
            for number, client in enumerate(clients):
                client.sendall(LINE % b"192.0.2.1" + b"number %d" % number)
                await turns()
            for number, client in enumerate(clients):
                assert await sees(client) == b"number %d" % number
                await turns()
                assert len(server.connections) == 1
                assert server.statistics().handshakes == 2 - number
                client.close()
        assert server.statistics().dropped == 0


async def test_a_prelude_that_ends_while_the_server_is_full_is_dropped(
    contexts: dict[str, ssl.SSLContext],
) -> None:
    options = {"max_connections": 1, "max_connections_policy": "drop"}
    options |= options_for("proxy", contexts)
    async with echo_server(True, **options) as server:
        with crowd_of(2, server) as (first, second):
            await until(lambda: server.statistics().handshakes == 2)
            first.sendall(LINE % b"192.0.2.1" + b"hello")
            assert await sees(first) == b"hello"
            second.sendall(LINE % b"192.0.2.2" + b"hello")
            assert await sees(second) in (b"", ConnectionResetError)
            statistics = server.statistics()
            assert (statistics.accepted, statistics.dropped, statistics.open) == (2, 1, 1)


@pytest.mark.parametrize("how", ["close", "shutdown", "exception", "cancel"])
async def test_the_end_of_the_server_ends_those_who_wait_for_a_slot(
    how: str, contexts: dict[str, ssl.SSLContext]
) -> None:
    options = options_for("proxy", contexts)
    with contextlib.ExitStack() as opened:
        with contextlib.suppress(KeyError), anyio.CancelScope() as scope:
            async with anynet.create_server(
                echo, host="127.0.0.1", port=0, grace_period=0, max_connections=1, **options
            ) as server:
                first, second = opened.enter_context(crowd_of(2, server))
                await until(lambda: server.statistics().handshakes == 2)
                first.sendall(LINE % b"192.0.2.1" + b"hello")
                assert await sees(first) == b"hello"
                second.sendall(LINE % b"192.0.2.2" + b"hello")
                await turns()
                if how == "exception":
                    raise KeyError
                if how == "cancel":
                    scope.cancel()
                    await anyio.lowlevel.checkpoint()
                server.close()
                if how == "shutdown":
                    report = await server.shutdown(0)
                    assert len(report.connections) == 2
        assert await sees(second) in (b"", ConnectionResetError)


# -- the end of a server without a handler --------------------------------------------------------


async def test_a_close_in_the_turn_of_an_accept_raises_nothing() -> None:
    """The task of the connection begins when nothing is accepted any more."""
    ran: list[object] = []

    async def run(_scope: object, connection: ServerConnection, handler: object) -> None:
        ran.append(connection)

    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        from_accept: list[Any] = [ServerConnection(SocketStream(ours), in_header=False)]

        async def accept() -> ServerConnection:
            if not from_accept:
                raise anyio.ClosedResourceError
            connection: ServerConnection = from_accept.pop()
            return connection

        async with anyio.create_task_group() as tasks:
            queue = HandshakeQueue(accept, run, tasks)
            with pytest.raises(anyio.ClosedResourceError):
                await queue.take()
        assert len(ran) == 1


@pytest.mark.parametrize("prelude", PRELUDES)
async def test_closing_while_clients_come_raises_nothing(
    prelude: str, contexts: dict[str, ssl.SSLContext]
) -> None:
    for turn in range(12):
        async with anynet.create_server(
            host="127.0.0.1", port=0, grace_period=0, **options_for(prelude, contexts)
        ) as server:
            with anyio.move_on_after(0):
                await server.accept()  # From now on connections are taken through their preludes.
            with crowd_of(8, server):
                await turns(turn)
                server.close()


# -- limits of an address -------------------------------------------------------------------------


@pytest.mark.parametrize("handler", [True, False], ids=["handler", "accept"])
async def test_an_address_has_so_many_connections_and_no_more(handler: bool) -> None:
    async with echo_server(handler, max_connections_per_address=2) as server:
        with crowd_of(2, server) as clients:
            await until(lambda: server.statistics().open == 2)
            for _ in range(3):
                with client_from("127.0.0.1", server) as refused:
                    assert await sees(refused) == b""
            with client_from("127.0.0.2", server) as other:
                other.sendall(b"hello")
                assert await sees(other) == b"hello"
            clients[0].close()
            await until(lambda: server.statistics().open == 1)
            with client_from("127.0.0.1", server) as later:
                later.sendall(b"hello")
                assert await sees(later) == b"hello"
        statistics = server.statistics()
        assert (statistics.accepted, statistics.address_full) == (4, 3)
        assert (statistics.dropped, statistics.address_too_fast) == (0, 0)


async def test_an_address_that_comes_too_fast() -> None:
    # So slow that no machine, however busy, lets a token come back while the test runs.
    async with echo_server(True, accept_rate=1 / 3600) as server:
        events = server.events()
        assert isinstance(await anext(events), anynet.Listening)
        with client_from("127.0.0.1", server) as first:
            first.sendall(b"hello")
            assert await sees(first) == b"hello"
        for _ in range(3):
            with client_from("127.0.0.1", server) as refused:
                source = refused.getsockname()
                assert await sees(refused) == b""
        with client_from("127.0.0.2", server) as other:
            other.sendall(b"hello")
            assert await sees(other) == b"hello"
        statistics = server.statistics()
        assert (statistics.accepted, statistics.address_too_fast) == (2, 3)
        drops: list[anynet.Drop] = []
        while len(drops) < 3:
            event = await anext(events)
            if isinstance(event, anynet.Drop):
                drops.append(event)
        remote = anynet.SocketAddress(*source)
        assert drops[-1] == anynet.Drop(server.address, remote, "accept_rate")


async def test_peers_on_unix_sockets_are_limited_by_none_of_it(tmp_path: Path) -> None:
    async with anynet.create_server(
        echo, path=tmp_path / "server", max_connections_per_address=1, accept_rate=0.001
    ) as server:
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(answered, str(tmp_path / "server"))
        assert server.statistics().accepted == 3


async def answered(path: str) -> None:
    async with anynet.connect(path=path) as client:
        await client.send(b"hello")
        assert await client.receive() == b"hello"


@pytest.mark.parametrize(
    ("options", "counter"),
    [
        ({"max_connections_per_address": 1}, "address_full"),
        ({"accept_rate": 1 / 3600}, "address_too_fast"),
    ],
    ids=["connections", "rate"],
)
async def test_behind_a_proxy_the_limits_are_those_of_the_client(
    options: dict[str, Any], counter: str, contexts: dict[str, ssl.SSLContext]
) -> None:
    async with echo_server(True, **options, **options_for("proxy", contexts)) as server:
        with crowd_of(4, server) as clients:
            # Four connections of the proxy, and three clients behind it.
            for client, source in zip(clients, (1, 2, 3, 1), strict=True):
                client.sendall(LINE % (b"192.0.2.%d" % source) + b"hello")
                await turns()
            *first, again = clients
            for client in first:
                assert await sees(client) == b"hello"
            assert await sees(again) in (b"", ConnectionResetError)
            statistics = server.statistics()
            assert getattr(statistics, counter) == 1
            assert (statistics.accepted, statistics.dropped, statistics.open) == (4, 0, 3)


async def test_a_close_resets_who_waits_for_a_slot_after_a_handshake(
    contexts: dict[str, ssl.SSLContext],
) -> None:
    """Its task is not cancelled, and the one that has the slot goes on."""
    options = {"max_connections": 1, "grace_period": 60, **options_for("tls", contexts)}
    async with echo_server(True, **options) as server:
        with crowd_of(2, server) as (plain, waiting):
            await until(lambda: server.statistics().handshakes == 2)
            slow = SlowClient(contexts["client"], plain)
            assert await in_thread(slow.finish) == b"hello"
            second = SlowClient(contexts["client"], waiting)
            await in_thread(second.shake_hands)
            await turns()
            assert len(server.connections) == 1
            server.close()
            await until(lambda: server.statistics().open == 1)
            assert await in_thread(slow.echo) == b"hello"
