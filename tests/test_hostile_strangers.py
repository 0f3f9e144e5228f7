"""No stranger can end a server that the documentation or an example shows, as written there.

The programs of the pages run whole: once a server of theirs listens (or, without a handler, once it
has accepted the first connection of the program), all of ``tests/strangers.py`` is let loose on it.
Some strangers stay until the server is to end, which would wait for them. Then the program goes on,
and its own honest clients must get what it says.
"""

from __future__ import annotations

import contextlib
import gc
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest

import anynet
from anynet import node as net
from anynet.cluster import Cluster
from tests.documents import PAGES, Block, blocks_of, modules_of
from tests.strangers import siege

SERVES = re.compile(r"create_server\(|createServer\(|net\.Server\(|Cluster\(")
#: Servers that no client reaches, by what their program shows.
UNREACHABLE = {
    "anynet.ConnectRefused as error": "is closed before anybody connects, to have a free port",
    "block_list.add_subnet(": "blocks everybody",
}
SERVERS = [
    block
    for page in PAGES
    for block in blocks_of(page, "python")
    if SERVES.search(block.code) and not any(text in block.code for text in UNREACHABLE)
]


class Sieges:
    """The sieges of one program, which all last until one of its servers is to end."""

    def __init__(self) -> None:
        self.count = 0
        self._open = contextlib.ExitStack()

    def lay(self, addresses: tuple[anynet.Address, ...]) -> None:
        """Let the strangers loose; blocks, so call it in a thread."""
        self._open.enter_context(siege(*addresses))
        self.count += 1

    def lift(self) -> None:
        self._open.close()


@pytest.fixture
def sieges() -> Iterator[Sieges]:
    sieges = Sieges()
    yield sieges
    sieges.lift()


def besiege_servers(sieges: Sieges, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers with a handler as they are entered, others as they hand over their first socket."""
    besieged: set[anynet.Server] = set()
    handlers: set[anynet.Server] = set()
    create, enter, accept = anynet.create_server, anynet.Server.__aenter__, anynet.Server.accept

    async def lay(server: anynet.Server) -> None:
        if server not in besieged:
            besieged.add(server)
            await anyio.to_thread.run_sync(sieges.lay, server.addresses)

    def created(handler: Any = None, **options: Any) -> anynet.Server:
        server = create(handler, **options)
        if handler is not None:
            handlers.add(server)
        return server

    async def entered(server: anynet.Server) -> anynet.Server:
        await enter(server)
        if server in handlers:
            await lay(server)
        return server

    async def accepted(server: anynet.Server) -> anynet.Socket:
        socket = await accept(server)
        await lay(server)
        return socket

    def lifted(method: str) -> None:
        end = getattr(anynet.Server, method)

        def ended(server: anynet.Server, *arguments: Any) -> Any:
            sieges.lift()
            return end(server, *arguments)

        monkeypatch.setattr(anynet.Server, method, ended)

    lifted("__aexit__")
    lifted("shutdown")
    monkeypatch.setattr(anynet, "create_server", created)
    monkeypatch.setattr(anynet.Server, "__aenter__", entered)
    monkeypatch.setattr(anynet.Server, "accept", accepted)


def besiege_clusters(sieges: Sieges, monkeypatch: pytest.MonkeyPatch) -> None:
    wait_listening = Cluster.wait_listening

    async def listening(cluster: Cluster) -> tuple[anynet.Address, ...]:
        addresses = await wait_listening(cluster)
        if not sieges.count:
            await anyio.to_thread.run_sync(sieges.lay, addresses)
        return addresses

    monkeypatch.setattr(Cluster, "wait_listening", listening)


def besiege_node_servers(sieges: Sieges, monkeypatch: pytest.MonkeyPatch) -> None:
    """``listening`` is emitted once the siege is laid; the loop serves the strangers meanwhile."""
    emit = net.Server.emit

    def emitted(server: net.Server, name: Any, *values: Any) -> bool:
        if name != "listening" or not server.listening:
            return emit(server, name, *values)
        where = server.address()
        address = where if isinstance(where, str) else f"{where['address']}:{where['port']}"
        parsed = anynet.SocketAddress.parse(address) or address
        thread = threading.Thread(target=sieges.lay, args=((parsed,),))
        thread.start()

        def look() -> None:
            if not thread.is_alive():
                net.clearInterval(interval)
                emit(server, name, *values)

        interval = net.setInterval(look, 10)
        return True

    close = net.Server.close

    def closed(server: net.Server, *arguments: Any) -> net.Server:
        sieges.lift()
        return close(server, *arguments)

    monkeypatch.setattr(net.Server, "emit", emitted)
    monkeypatch.setattr(net.Server, "close", closed)


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
@pytest.mark.parametrize("block", SERVERS, ids=str)
def test_a_documented_server_serves_on(
    block: Block,
    backend: str,
    sieges: Sieges,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    run = anyio.run
    for name, code in modules_of(block.page).items():
        (tmp_path / name).write_text(code, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    besiege_servers(sieges, monkeypatch)
    besiege_clusters(sieges, monkeypatch)
    besiege_node_servers(sieges, monkeypatch)

    def run_here(function: Callable[[], Awaitable[None]], **_: object) -> None:
        async def bounded() -> None:
            with anyio.fail_after(40):
                await function()
                sieges.lift()

        run(bounded, backend=backend)

    monkeypatch.setattr(anyio, "run", run_here)
    lines_before = "\n" * (block.line - 1)
    exec(compile(lines_before + block.code, str(block.page), "exec"), {"__name__": "__main__"})
    gc.collect()
    assert sieges.count
    promised = re.findall(r"# -> (.*)", block.code)
    assert set(promised) <= set(capsys.readouterr().out.splitlines())
