"""Another network than the system's below a server and a connect, which notice nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

import anynet
from anynet._rules.options import ConnectOptions, ListenOptions, SocketOptions
from anynet._rules.values.events import ConnectEvent
from anynet._transport.dialing.connect import Connected
from anynet._transport.listening.listener import Listener
from anynet._transport.listening.open import listen_unix_now
from anynet._transport.network.network import SystemNetwork, current_network
from anynet._transport.sockets.machine import SYSTEM, Machine
from tests.support import echo

pytestmark = pytest.mark.anyio


class PortsAreFiles(SystemNetwork):
    """A network whose ports are Unix sockets in a directory, and whose clock stands still."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def _path(self, port: object) -> str:
        return str(self._directory / str(port))

    async def open_listeners(
        self, options: ListenOptions, machine: Machine = SYSTEM
    ) -> list[Listener]:
        return [listen_unix_now(self._path(port)) for port in options.port or ()]

    async def connect(
        self,
        options: ConnectOptions,
        socket_options: SocketOptions,
        on_event: Callable[[ConnectEvent], object],
        machine: Machine = SYSTEM,
    ) -> Connected:
        there = ConnectOptions(path=self._path(options.port))
        return await SystemNetwork.connect(there, socket_options, on_event)

    def time(self) -> float:
        return 5.0


async def test_a_server_and_a_client_meet_in_it(tmp_path: Path) -> None:
    before = current_network.set(PortsAreFiles(tmp_path))
    async with anynet.create_server(echo, host="192.0.2.1", port=[80, 81]) as server:
        assert server.addresses == (str(tmp_path / "80"), str(tmp_path / "81"))
        async with anynet.connect("somewhere.invalid", 81) as client:
            assert client.remote_address == str(tmp_path / "81")
            await client.send(b"hello")
            assert await client.receive() == b"hello"
            await client.send_eof()
        assert (await server.shutdown()).elapsed == 0
    current_network.reset(before)
    assert list(tmp_path.iterdir()) == []


async def test_the_network_of_the_system() -> None:
    network = current_network.get()
    assert isinstance(network, SystemNetwork)
    before = anyio.current_time()
    assert before <= network.time() <= anyio.current_time()
    assert await network.resolve("localhost", "ipv4") == [anynet.SocketAddress("127.0.0.1")]
    (listener,) = await network.open_listeners(ListenOptions(host="127.0.0.1", port=0))
    connected = await network.connect(
        ConnectOptions(host="127.0.0.1", port=listener.sock.getsockname()[1]),
        SocketOptions(),
        lambda event: None,
    )
    with connected.sock, listener.accept()[0] as accepted:
        assert connected.peername == listener.sock.getsockname()
        assert accepted.getpeername() == connected.sock.getsockname()
    listener.close()
