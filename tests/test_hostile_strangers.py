"""No stranger can end a server that the documentation or an example shows, as written there.

The programs of the pages run whole: once a server of theirs listens (or, without a handler, once it
has accepted the first connection of the program), a siege of :class:`HostileClients` is laid to it.
Some strangers stay until the server is to end, which would wait for them. Then the program goes on,
and its own honest clients must get what it says. Examples that serve until they are ended run in a
process of their own, and an honest client of ours comes while the strangers are there, and after.
"""

from __future__ import annotations

import gc
import itertools
import re
import runpy
import select
import signal
import socket
import sys
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
from anynet.testing import HostileClients
from tests.activation import activated_by_launcher, launched
from tests.documents import PAGES, Block, blocks_of, modules_of
from tests.example_processes import EXAMPLES, client_of, running, running_server

SERVES = re.compile(r"create_server\(|createServer\(|net\.Server\(|Cluster\(")
#: Servers that no client reaches, by what their program shows.
UNREACHABLE = {
    "network.host(": "lives in a network of its own, in one process",
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
        self.source: str | None = None
        self._clients = HostileClients()

    def lay(self, addresses: tuple[anynet.Address, ...]) -> None:
        """Let the strangers loose; blocks, so call it in a thread."""
        for address in addresses:
            self._clients.siege(address, source=self.source)
        self.count += 1

    def lift(self) -> None:
        self._clients.close()


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

        def ended(server: anynet.Server, *arguments: Any, **options: Any) -> Any:
            sieges.lift()
            return end(server, *arguments, **options)

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
    if "max_connections_per_address" in block.code:
        sieges.source = "127.0.0.2"  # They have their limit, and the honest have theirs.
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
    # Numbers are counts of connections, and the strangers count too.
    promised = {line for line in re.findall(r"# -> (.*)", block.code) if not line.isdecimal()}
    assert promised <= set(capsys.readouterr().out.splitlines())


# -- examples -----------------------------------------------------------------------------------

TALKS = itertools.count()


def answer_of(client: socket.socket, question: bytes) -> bytes:
    """All that a server answers to a client that half-closes."""
    with client, client.makefile("rb") as answer:
        client.sendall(question)
        client.shutdown(socket.SHUT_WR)
        return answer.read()


def an_echo(port: int) -> None:
    assert answer_of(client_of(port), b"hello") == b"hello"


def a_greeting_and_an_echo(port: int) -> None:
    assert answer_of(client_of(port), b"me too") == b"hello\r\nme too"


def a_goodbye(port: int) -> None:
    assert answer_of(client_of(port), b"") == b"goodbye\n"


def a_length(port: int) -> None:
    assert answer_of(client_of(port), b"12345") == b"5 bytes\n"


def a_value(port: int) -> None:
    assert answer_of(client_of(port), b"SET a 1\nGET a\n") == b"ok\n1\n"


def a_line_with_the_number_of_a_worker(port: int) -> None:
    assert re.fullmatch(rb"\d: hello\n", answer_of(client_of(port), b"hello\n"))


def a_greeting(port: int) -> None:
    assert answer_of(client_of(port), b"x").startswith(b"hello, ")


def a_web_page(port: int) -> None:
    request = b"GET /hello/you HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert answer_of(client_of(port), request).endswith(b"\r\n\r\nhello, you")


def a_talk(port: int) -> None:
    """Two members talk. Their names are new: those of the last talk may still be taken."""
    number, heard = next(TALKS), b""
    with client_of(port) as ann, client_of(port) as bob:
        ann.sendall(b"ann %d\n" % number)
        bob.sendall(b"bob %d\n" % number)
        ann.setblocking(False)
        question = b"bob %d: are you there?" % number
        while question not in heard:
            # She hears him as soon as both are known.
            bob.sendall(b"are you there?\n")
            if select.select([ann], [], [], 0.05)[0]:
                chunk = ann.recv(65536)
                assert chunk, "an honest member was sent away"
                heard = heard[-100:] + chunk


def hold_out(port: int, honest: Callable[[int], None]) -> None:
    with client_of(port) as probe:
        host = probe.getpeername()[0]  # Which of the addresses of localhost it is.
    with HostileClients() as clients:
        clients.siege(anynet.SocketAddress(host, port))
        assert clients.staying
        honest(port)
    honest(port)


#: The examples that serve, each with what an honest client of it must be able to do.
EXAMPLE_SERVERS: dict[str, Callable[[int], None]] = {
    "echo_server.py": an_echo,
    "graceful_shutdown.py": a_length,
    "chat.py": a_talk,
    "line_protocol.py": a_value,
    "cluster_server.py": a_line_with_the_number_of_a_worker,
    "behind_proxy.py": a_greeting,
    "integrations/starlette_site.py": a_web_page,
}


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
@pytest.mark.parametrize("name", EXAMPLE_SERVERS)
def test_an_example_serves_on(name: str, backend: str) -> None:
    with running_server(name, backend) as (_, port):
        hold_out(port, EXAMPLE_SERVERS[name])


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
def test_the_example_of_a_relay_serves_on(backend: str) -> None:
    with (
        running_server("echo_server.py", backend) as (_, target_port),
        running_server("relay.py", backend, "--target-port", str(target_port)) as (_, port),
    ):
        hold_out(port, an_echo)


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
def test_the_example_of_a_service_serves_on(backend: str, tmp_path: Path) -> None:
    command = (sys.executable, "-W", "error", str(EXAMPLES / "systemd_service.py"))
    with activated_by_launcher(tmp_path, *command, "local", "web", "--backend", backend) as service:
        for client in service.clients():  # From then on it listens.
            assert answer_of(client, b"hello") == b"hello"
        with HostileClients() as clients:
            clients.siege(anynet.SocketAddress(*service.address))
            clients.siege(str(service.path))
            for client in service.clients():
                assert answer_of(client, b"hello") == b"hello"
        for client in service.clients():
            assert answer_of(client, b"hello") == b"hello"


#: What a proxy says of the client that it has connected.
PROXIED = b"PROXY TCP4 192.0.2.%d 192.0.2.1 4000 80\r\n"


@pytest.mark.parametrize("header", [b"", PROXIED % 66], ids=["past the proxy", "through it"])
def test_the_example_behind_a_proxy_serves_on(header: bytes, tmp_path: Path) -> None:
    """It runs on one backend, in two processes; strangers may find the way to its own port."""

    def greeted(client: socket.socket) -> bool:
        return answer_of(client, PROXIED % 7) == b"hello, 192.0.2.7:4000\n"

    path = EXAMPLES / "behind_haproxy" / "web.py"
    command = (sys.executable, "-W", "error", str(path))
    with socket.create_server(("127.0.0.1", 0)) as web:
        address = web.getsockname()
        with launched([web], *command, variables={"LISTEN_FDNAMES": "web"}) as program:

            def client() -> socket.socket:
                return socket.create_connection(address, timeout=10)

            assert greeted(client())  # From then on it listens.
            with HostileClients() as clients:
                clients.siege(anynet.SocketAddress(*address), header=header)
                assert clients.staying
                # One for each of the processes, and another one.
                assert all(greeted(client()) for _ in range(3))
            assert all(greeted(client()) for _ in range(3))
            code, output, errors = program.end(signal.SIGTERM)
    assert (code, output) == (0, "")
    assert "Traceback" not in errors


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
@pytest.mark.parametrize(
    ("name", "honest"),
    [("echo_server.py", a_greeting_and_an_echo), ("goodbye_server.py", a_goodbye)],
)
def test_an_example_of_node_serves_on(
    name: str, honest: Callable[[int], None], backend: str
) -> None:
    arguments = ("--port", "0") if name == "echo_server.py" else ()
    with running(f"node/{name}", "--backend", backend, *arguments) as example:
        match = re.search(r"'port': (\d+)", example.line())
        assert match
        hold_out(int(match[1]), honest)


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
@pytest.mark.parametrize("name", ["tls.py", "unix_socket.py"])
def test_an_example_that_ends_by_itself_does_so(
    name: str, backend: str, sieges: Sieges, monkeypatch: pytest.MonkeyPatch
) -> None:
    besiege_servers(sieges, monkeypatch)
    monkeypatch.setattr(sys, "argv", [name, "--backend", backend])
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    assert sieges.count
