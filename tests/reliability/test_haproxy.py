"""Two servers behind a real HAProxy, which sends PROXY headers and checks their health."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import anyio
import pytest
from anyio.abc import TaskStatus

import anynet
from tests.core.server_peers import nothing_left_open

pytestmark = pytest.mark.anyio

HOST = "127.0.0.1"
BLOCKED = "127.0.0.9"
CLIENT = anynet.SocketAddress("192.0.2.1", 1234)
PATIENCE = 20
#: Debian installs it where only the administrator's PATH leads.
PROGRAM = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin")

CONFIGURATION = """\
global
    maxconn 500
    nbthread 1
defaults
    mode tcp
    timeout connect 5s
    timeout client 20s
    timeout server 20s
frontend in
    bind fd@{fd}
    default_backend out
backend out
    balance roundrobin
    option redispatch 1
    default-server check inter 50ms rise 1 fall 1 send-proxy-v2 proxy-v2-options crc32c,unique-id
{servers}
"""


@contextmanager
def haproxy(directory: Path, ports: Sequence[int]) -> Iterator[int]:
    """A HAProxy in front of servers at ``ports``; gives the port where it listens."""
    assert PROGRAM is not None, "these tests run HAProxy: install Debian's package haproxy"
    lines = [f"    server s{index} {HOST}:{port}" for index, port in enumerate(ports)]
    configuration = directory / "haproxy.cfg"
    with socket.create_server((HOST, 0)) as listener, (directory / "log").open("w+") as log:
        text = CONFIGURATION.format(fd=listener.fileno(), servers="\n".join(lines))
        configuration.write_text(text)
        with subprocess.Popen(
            [PROGRAM, "-db", "-f", str(configuration)],
            pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        ) as process:
            try:
                yield listener.getsockname()[1]
                assert process.poll() is None, (directory / "log").read_text()
            finally:
                process.kill()


class Site:
    """Servers with one handler, each on a listening socket that outlives it."""

    def __init__(self, listeners: Sequence[socket.socket]) -> None:
        self.listeners = listeners
        self.servers: list[anynet.Server] = []
        self.checked = anyio.Event()

    async def handle(self, index: int, sock: anynet.Socket) -> None:
        assert sock.proxy_header is not None
        if sock.proxy_header.local:
            self.checked.set()
        try:
            request = await sock.receive()
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            return
        line = f"{index} {sock.remote_address} {sock.local_address} "
        await sock.send(line.encode() + request)

    @asynccontextmanager
    async def server(self, index: int) -> AsyncIterator[anynet.Server]:
        trusted, blocked = anynet.BlockList(), anynet.BlockList()
        trusted.add_address(HOST)
        blocked.add_address(BLOCKED)

        async def handler(sock: anynet.Socket) -> None:
            await self.handle(index, sock)

        async with anynet.create_server(
            handler,
            fd=self.listeners[index].dup(),
            proxy_protocol="require",
            proxy_trust=trusted,
            block_list=blocked,
        ) as server:
            self.servers.append(server)
            yield server

    async def run(self, index: int, *, task_status: TaskStatus[anynet.Server]) -> None:
        async with self.server(index) as server:
            task_status.started(server)
            await server.wait_closed()

    def count(self, name: str) -> int:
        """The sum of one counter over all servers that there were."""
        return sum(getattr(server.statistics(), name) for server in self.servers)


@pytest.fixture
def site(anyio_backend: object) -> Iterator[Site]:
    with nothing_left_open():
        listeners = [socket.create_server((HOST, 0), backlog=500) for _ in range(2)]
        yield Site(listeners)
        for listener in listeners:
            listener.close()


def port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


async def ask(port: int, local_host: str = HOST) -> int:
    """Which server answers, the answer being right."""
    async with anynet.connect(HOST, port, local_host=local_host) as client:
        own = client.local_address
        await client.send(b"hello")
        answer = b"".join([chunk async for chunk in client]).decode()
    assert answer[1:] == f" {own} {HOST}:{port} hello"
    return int(answer[0])


async def is_sent_away(port: int, local_host: str, header: anynet.ProxyHeader | None) -> bool:
    async with anynet.connect(HOST, port, local_host=local_host, proxy_header=header) as client:
        try:
            return not await client.receive()
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            return True


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    while not await condition():  # noqa: ASYNC110 - the other process tells no event
        await anyio.sleep(0.01)


async def test_servers_see_the_clients_of_haproxy(site: Site, tmp_path: Path) -> None:
    ports = [port_of(listener) for listener in site.listeners]
    with anyio.fail_after(PATIENCE), haproxy(tmp_path, ports) as port:
        async with site.server(0), site.server(1):
            answers = [await ask(port, f"127.0.0.{number}") for number in range(2, 8)]
            assert sorted(answers) == [0, 0, 0, 1, 1, 1]

            assert site.count("blocked") == 0
            assert await is_sent_away(port, BLOCKED, None)
            assert site.count("blocked") == 1

            # Nobody gets round the proxy with a header of their own making.
            forged = anynet.ProxyHeader(source=CLIENT, destination=CLIENT)
            assert await is_sent_away(ports[0], "127.0.0.2", forged)
            assert site.count("proxy_untrusted") == 1
        assert site.count("proxy_failures") == 0


async def test_haproxy_passes_over_a_server_that_is_down(site: Site, tmp_path: Path) -> None:
    ports = [port_of(listener) for listener in site.listeners]
    with anyio.fail_after(PATIENCE), haproxy(tmp_path, ports) as port:
        async with site.server(0):
            async with site.server(1) as second:
                # The checks come with a header that says that no client is behind them.
                await site.checked.wait()
                assert {await ask(port), await ask(port)} == {0, 1}
                site.listeners[1].close()
                await second.shutdown()

            async def only_one_answers() -> bool:
                return {await ask(port) for _ in range(6)} == {0}

            await until(only_one_answers)


async def test_servers_are_replaced_under_load(site: Site, tmp_path: Path) -> None:
    """The listening socket goes from the old server to the new one, so no client notices."""
    ports = [port_of(listener) for listener in site.listeners]
    answers: list[int] = []
    replaced = False

    async def client(port: int) -> None:
        while not replaced:
            answers.append(await ask(port))

    async def more_answers() -> None:
        enough = len(answers) + 25
        while len(answers) < enough:  # noqa: ASYNC110 - several clients add to it
            await anyio.sleep(0.001)

    with anyio.fail_after(PATIENCE), haproxy(tmp_path, ports) as port:
        async with anyio.create_task_group() as servers:
            running = [await servers.start(site.run, index) for index in (0, 1)]
            async with anyio.create_task_group() as clients:
                for _ in range(4):
                    clients.start_soon(client, port)
                for index in (0, 1, 0, 1):
                    await more_answers()
                    old, running[index] = running[index], await servers.start(site.run, index)
                    await old.shutdown()
                await more_answers()
                replaced = True
            for server in running:
                await server.shutdown()
    assert {0, 1} == set(answers)
    assert site.count("accepted") >= len(answers) >= 125
    assert site.count("proxy_failures") == site.count("peer_failures") == 0
