"""What a simulated socket answers to a system call is what a socket of the kernel answers."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from anynet.testing import Network
from anynet.testing._network.simulated_socket import SimulatedSocket

pytestmark = pytest.mark.anyio

LOCAL = ("127.0.0.1", 0)
NewSocket = Callable[[], socket.socket]


def answer(call: Callable[..., Any], *args: Any) -> Any:
    """What a call returns, or the name of its error."""
    try:
        return call(*args)
    except OSError as error:
        return errno.errorcode[error.errno or 0]


def unconnected(new: NewSocket) -> list[Any]:
    sock = new()
    calls: list[Any] = [
        *((sock.recv, 1), (sock.send, b"x"), (sock.shutdown, socket.SHUT_WR), (sock.accept,)),
        *((sock.getpeername,), (sock.bind, LOCAL), (sock.bind, LOCAL), (sock.recv, 1)),
        *((sock.listen, 1), (sock.listen, 1), (sock.accept,), (sock.recv, 1), (sock.send, b"x")),
    ]
    answers = [answer(*call) for call in calls]
    sock.close()
    return answers


def closed(new: NewSocket) -> list[Any]:
    sock = new()
    for _ in range(2):
        sock.close()
    return [answer(sock.recv, 1), answer(sock.send, b""), sock.fileno()]


def wildcard(new: NewSocket) -> list[Any]:
    """Listening at no address of its own gives a port of all; connecting from all gives one."""
    listener, client = new(), new()
    listener.listen()
    client.bind(("0.0.0.0", 0))
    target = ("127.0.0.1", listener.getsockname()[1])
    answers = [listener.getsockname()[0], errno.errorcode[client.connect_ex(target)]]
    answers += [client.getsockname()[0], client.getsockname()[1] > 0]
    listener.close()
    client.close()
    return answers


@pytest.mark.parametrize("calls", [unconnected, closed, wildcard])
async def test_as_of_the_kernel(calls: Callable[[NewSocket], list[Any]], network: Network) -> None:
    def real() -> socket.socket:
        sock = socket.socket()
        sock.setblocking(False)
        return sock

    simulated = network.host("a")._network.host_loop().new_socket
    assert calls(simulated) == calls(real)


async def test_while_it_connects(network: Network) -> None:
    """As the kernel's, which tells the same only of an address that does not answer."""
    network.set_address("192.0.2.9", "black-hole")
    sock = network.host("a")._network.host_loop().new_socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    target = ("192.0.2.9", 80)
    assert errno.errorcode[sock.connect_ex(target)] == "EINPROGRESS"
    assert errno.errorcode[sock.connect_ex(target)] == "EALREADY"
    assert answer(sock.recv, 1) == answer(sock.send, b"x") == "EAGAIN"
    await anyio.sleep(5)  # There is no peer that could keep it alive.
    assert answer(sock.recv, 1) == "EAGAIN"
    await anyio.sleep(200)
    assert answer(sock.recv, 1) == "ETIMEDOUT"
    sock.close()


async def test_while_it_is_connected(network: Network) -> None:
    new = network.host("a")._network.host_loop().new_socket
    listener, client = new(), new()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1000)
    assert client.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == 1000
    listener.listen()
    client.connect_ex(listener.getsockname())
    await anyio.sleep(1)
    assert errno.errorcode[client.connect_ex(listener.getsockname())] == "EISCONN"
    server, _ = listener.accept()
    assert isinstance(server, SimulatedSocket)
    assert client.send(bytes(5000)) == server.send(b"hello") * 200
    assert answer(client.send, b"x") == "EAGAIN"
    for how in (socket.SHUT_RD, socket.SHUT_WR, socket.SHUT_WR):
        client.shutdown(how)
    assert answer(client.send, b"x") == "EPIPE"
    await anyio.sleep(1)
    assert (client.recv(9), server.recv(9000), server.recv(1)) == (b"hello", bytes(1000), b"")
    for sock in (listener, client, server):
        sock.close()


async def test_there_are_no_unix_sockets(network: Network) -> None:
    with pytest.raises(NotImplementedError, match="has no Unix sockets"):
        network.host("a")._network.host_loop().new_socket(socket.AF_UNIX)
