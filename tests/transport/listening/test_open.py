"""Opening, adopting and accepting."""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from anynet._rules.options import ListenOptions
from anynet._rules.values.addresses import SocketAddress
from anynet._transport.listening import open as listening
from anynet._transport.listening.listener import Listener
from anynet._transport.listening.open import open_listeners
from anynet._transport.listening.unix_path import bind_unix_path
from anynet.testing import unused_port
from tests.transport.listeners import addresses, answers, open_descriptors, opened

pytestmark = pytest.mark.anyio


@contextmanager
def closing(listeners: Sequence[Listener]) -> Iterator[Sequence[Listener]]:
    try:
        yield listeners
    finally:
        for listener in listeners:
            listener.close()


# -- TCP --------------------------------------------------------------------------------------


async def test_nothing_given_is_any_port_for_both_families() -> None:
    with closing(await opened()) as listeners:
        ((host, port),) = addresses(listeners)
        assert host == "::"
        assert port > 0
        assert answers("127.0.0.1", port)
        assert answers("::1", port)
        assert not listeners[0].sock.get_inheritable()
        assert listeners[0].sock.gettimeout() == 0
        assert listeners[0].fd == listeners[0].sock.fileno()
    assert not answers("::1", port)


def refuse_ipv6(monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    """No IPv6 socket can be made, of whatever class."""
    make = socket.socket.__init__

    def refuse(self: socket.socket, family: int = -1, *args: Any, **kwargs: Any) -> None:
        if family == socket.AF_INET6:
            raise error
        make(self, family, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "__init__", refuse)


async def test_without_ipv6_it_is_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_ipv6(
        monkeypatch, OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
    )
    with closing(await opened(port=0)) as listeners:
        assert addresses(listeners)[0][0] == "0.0.0.0"
    with closing(await opened(host="localhost")) as listeners:
        assert [host for host, _ in addresses(listeners)] == ["127.0.0.1"]
    with pytest.raises(OSError, match=r"cannot listen on \[::\]:0: Address family not") as caught:
        await opened(ipv6_only=True)
    assert caught.value.errno == errno.EAFNOSUPPORT
    with pytest.raises(OSError, match=r"cannot listen on \[::1\]:0: "):
        await opened(host="::1")


async def test_an_error_that_does_not_mean_a_machine_without_ipv6(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuse_ipv6(monkeypatch, OSError(errno.EMFILE, "Too many open files"))
    with pytest.raises(OSError, match="Too many open files"):
        await opened()


async def test_ipv6_only() -> None:
    with closing(await opened(ipv6_only=True)) as listeners:
        ((host, port),) = addresses(listeners)
        assert host == "::"
        assert answers("::1", port)
        assert not answers("127.0.0.1", port)


async def test_the_wildcard_of_ipv6_by_itself_takes_both_families() -> None:
    with closing(await opened(host="::")) as listeners:
        assert answers("127.0.0.1", addresses(listeners)[0][1])


async def test_both_wildcards_share_a_port() -> None:
    with closing(await opened(host=["0.0.0.0", "::"])) as listeners:
        (first, second) = addresses(listeners)
        assert (first[0], second[0]) == ("0.0.0.0", "::")
        assert first[1] == second[1]


async def test_localhost_is_both_families_on_one_port() -> None:
    for name in ("localhost", "LOCALHOST"):
        with closing(await opened(host=name)) as listeners:
            (first, second) = addresses(listeners)
            assert (first[0], second[0]) == ("127.0.0.1", "::1")
            assert first[1] == second[1]
            assert answers(*first)
            assert answers(*second)


async def test_a_name_is_resolved_and_all_its_addresses_are_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    def resolve(host: object, *args: object, **options: object) -> list[Any]:
        asked.append(host)
        v4 = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.2", 0))
        v6 = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 0, 0, 0))
        return [v4, v6, v4]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with closing(await opened(host="some.name.test")) as listeners:
        (first, second) = addresses(listeners)
        assert (first[0], second[0]) == ("127.0.0.2", "::1")
        assert first[1] == second[1]
    assert asked == ["some.name.test"]


async def test_a_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: object, *args: object, **options: object) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(socket.gaierror, match=r"cannot listen on 'no.test': Name or") as caught:
        await opened(host="no.test", port=80)
    assert caught.value.errno == socket.EAI_NONAME


async def test_a_name_that_cannot_be_one() -> None:
    with pytest.raises(ValueError, match="host cannot be a host name"):
        await opened(host="\u200d", port=80)


async def test_a_name_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: [])
    with pytest.raises(OSError, match=r"cannot listen on 'empty.test': .* has no address$"):
        await opened(host="empty.test", port=80)


async def test_several_hosts_and_ports_are_all_combinations() -> None:
    ports = [unused_port(), unused_port()]
    with closing(await opened(host=["127.0.0.1", "127.0.0.2"], port=ports)) as listeners:
        expected = [(host, port) for port in ports for host in ("127.0.0.1", "127.0.0.2")]
        assert addresses(listeners) == expected
        assert all(answers(*pair) for pair in expected)


async def test_duplicates_are_dropped() -> None:
    port = unused_port()
    hosts = ["::1", "0:0:0:0:0:0:0:1", "127.0.0.1", "localhost"]
    with closing(await opened(host=hosts, port=[port, port])) as listeners:
        assert addresses(listeners) == [("::1", port), ("127.0.0.1", port)]


async def test_port_0_twice_is_two_ports() -> None:
    with closing(await opened(host=["127.0.0.1", "::1"], port=[0, 0])) as listeners:
        ports = [port for _, port in addresses(listeners)]
        assert ports[0] == ports[1] != ports[2] == ports[3]


async def test_a_port_that_is_taken_at_the_second_address_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bind = listening._bind
    blockers: list[socket.socket] = []
    before = open_descriptors()

    def bind_after_another(address: SocketAddress, *rest: Any) -> socket.socket:
        if address.port and len(blockers) < 3:
            family = socket.AF_INET6 if address.family == "ipv6" else socket.AF_INET
            blocker = socket.create_server(address.to_sockaddr(), family=family)
            blockers.append(blocker)
        return bind(address, *rest)

    monkeypatch.setattr(listening, "_bind", bind_after_another)
    with closing(await opened(host=["127.0.0.1", "::1"])) as listeners:
        (first, second) = addresses(listeners)
        assert first[1] == second[1]
        taken = [blocker.getsockname()[1] for blocker in blockers]
        assert len(taken) == 3
        assert first[1] not in taken
    for blocker in blockers:
        blocker.close()
    assert open_descriptors() == before


async def test_no_port_is_free_at_all_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    bind = listening._bind
    before = open_descriptors()

    def bind_first_only(address: SocketAddress, *args: Any) -> socket.socket:
        if address.port:
            raise OSError(errno.EADDRINUSE, f"cannot listen on {address}: Address already in use")
        return bind(address, *args)

    monkeypatch.setattr(listening, "_bind", bind_first_only)
    with pytest.raises(OSError, match=r"cannot listen on \[::1\]:\d+: Address already") as caught:
        await opened(host=["127.0.0.1", "::1"])
    assert caught.value.errno == errno.EADDRINUSE
    assert open_descriptors() == before


async def test_a_port_in_use() -> None:
    with closing(await opened(host="127.0.0.1")) as listeners:
        ((_, port),) = addresses(listeners)
        before = open_descriptors()
        message = rf"^\[Errno {errno.EADDRINUSE}\] cannot listen on 127.0.0.1:{port}: Address alre"
        with pytest.raises(OSError, match=message) as caught:
            await opened(host=["127.0.0.2", "127.0.0.1"], port=[unused_port(), port])
        assert caught.value.errno == errno.EADDRINUSE
        assert open_descriptors() == before


async def test_an_address_that_is_not_ours() -> None:
    with pytest.raises(OSError, match=r"cannot listen on 192.0.2.1:0: Cannot assign") as caught:
        await opened(host="192.0.2.1", port=0)
    assert caught.value.errno == errno.EADDRNOTAVAIL


async def test_a_port_without_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(sock: socket.socket, address: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(PermissionError, match=r"cannot listen on 127.0.0.1:80: Permission denied"):
        await opened(host="127.0.0.1", port=80)


async def test_a_port_can_be_used_again_at_once() -> None:
    with closing(await opened(host="127.0.0.1", port=unused_port())) as listeners:
        ((host, port),) = addresses(listeners)
        client = socket.create_connection((host, port))
        accepted, _ = listeners[0].accept()
        accepted.close()  # Closed first on this side, so that it stays in TIME_WAIT here.
        assert client.recv(1) == b""
        client.close()
    with closing(await opened(host=host, port=port)):
        assert answers(host, port)


async def test_reuse_port() -> None:
    with closing(await opened(host="127.0.0.1", reuse_port=True)) as first:
        ((host, port),) = addresses(first)
        with closing(await opened(host=host, port=port, reuse_port=True)) as second:
            assert addresses(second) == [(host, port)]
        with pytest.raises(OSError, match="Address already in use"):
            await opened(host=host, port=port)


async def test_reuse_port_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "SO_REUSEPORT")
    before = open_descriptors()
    with pytest.raises(NotImplementedError, match="reuse_port needs SO_REUSEPORT"):
        await opened(reuse_port=True)
    assert open_descriptors() == before


async def test_the_backlog(tmp_path: Path) -> None:
    with closing(await opened(path=tmp_path / "socket", backlog=2)) as listeners:
        outcomes = []
        for _ in range(5):
            with socket.socket(socket.AF_UNIX) as client:
                client.setblocking(False)
                outcomes.append(client.connect_ex(str(tmp_path / "socket")))
        assert outcomes == [0, 0, 0, errno.EAGAIN, errno.EAGAIN]
        for _ in range(3):  # Linux takes one more than it was told.
            listeners[0].accept()[0].close()
        with pytest.raises(BlockingIOError):
            listeners[0].accept()


async def test_a_huge_backlog_is_as_many_as_the_system_takes() -> None:
    with closing(await opened(host="127.0.0.1", backlog=2**40)) as listeners:
        assert answers(*addresses(listeners)[0])


# -- Unix paths -------------------------------------------------------------------------------


async def test_several_paths(tmp_path: Path) -> None:
    paths = [str(tmp_path / "one"), str(tmp_path / "two"), "\0anynet listening"]
    before = open_descriptors()
    with closing(await opened(path=paths, mode=0o600)) as listeners:
        assert [listener.address for listener in listeners] == paths
        assert os.stat(paths[0]).st_mode & 0o777 == 0o600
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(paths[1])
            accepted, peername = listeners[1].accept()
            accepted.close()
            assert peername == ""
    assert os.listdir(tmp_path) == []
    assert open_descriptors() == before


async def test_a_path_that_fails_closes_those_before(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    before = open_descriptors()
    with pytest.raises(OSError, match="Address already in use"):
        await opened(path=[tmp_path / "one", tmp_path / "file"])
    assert os.listdir(tmp_path) == ["file"]
    assert open_descriptors() == before


async def test_cancellation_closes_those_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bind = bind_unix_path
    before = open_descriptors()
    with anyio.CancelScope() as scope:

        async def bind_and_cancel(path: str, **options: Any) -> Any:
            bound = await bind(path, **options)
            scope.cancel()
            return bound

        monkeypatch.setattr(listening, "bind_unix_path", bind_and_cancel)
        await opened(path=[tmp_path / "one", tmp_path / "two"])
    assert scope.cancelled_caught
    assert os.listdir(tmp_path) == []
    assert open_descriptors() == before


async def test_cancellation_at_entry() -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        await opened()
    assert scope.cancelled_caught


async def test_cancellation_during_the_resolution() -> None:
    async def resolver(host: str, family: object) -> list[str]:
        await anyio.sleep_forever()
        return []

    before = open_descriptors()
    options = ListenOptions(host=["127.0.0.1", "some.test"], resolver=resolver)
    async with anyio.create_task_group() as nursery:
        nursery.start_soon(open_listeners, options)
        await anyio.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert open_descriptors() == before


# -- adoption ---------------------------------------------------------------------------------


async def test_adopting_a_descriptor() -> None:
    port = socket.create_server(("127.0.0.1", 0))
    address = port.getsockname()
    fd = port.detach()
    with closing(await opened(fd=fd)) as (listener,):
        assert listener.fd == fd
        assert listener.address == SocketAddress(*address)
        assert listener.sock.gettimeout() == 0
        with socket.create_connection(address) as client:
            accepted, peername = listener.accept()
            assert peername == client.getsockname()
            accepted.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


async def test_adopting_sockets_of_all_families(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    unix = socket.socket(socket.AF_UNIX)
    unix.bind(path)
    unix.listen()
    ipv6 = socket.create_server(("::1", 0), family=socket.AF_INET6)
    with closing(await opened(fd=[unix, ipv6.fileno()])) as listeners:
        ipv6.detach()
        assert listeners[0].sock is unix
        assert [listener.address for listener in listeners] == [
            path,
            SocketAddress("::1", listeners[1].sock.getsockname()[1]),
        ]
    assert unix.fileno() == -1
    assert os.listdir(tmp_path) == ["socket"]  # Not ours to unlink.


def tcp_that_does_not_listen() -> socket.socket:
    sock = socket.socket(socket.AF_INET)
    sock.bind(("127.0.0.1", 0))
    return sock


def connected() -> socket.socket:
    left, right = socket.socketpair()
    right.close()
    return left


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM), "is not a stream socket but"),
        (lambda: socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET), "is not a stream socket"),
        (tcp_that_does_not_listen, "is not listening"),
        (connected, "is not listening"),
        (
            lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
            "is not a TCP or Unix socket but",
        ),
    ],
)
@pytest.mark.parametrize("as_socket", [False, True])
async def test_adopting_the_wrong_socket(
    make: Callable[[], socket.socket], message: str, as_socket: bool
) -> None:
    with make() as wrong, socket.create_server(("127.0.0.1", 0)) as right:
        before = open_descriptors()
        with pytest.raises(ValueError, match=f"^fd {wrong.fileno()} {message}"):
            await opened(fd=[right, wrong] if as_socket else [right.fileno(), wrong.fileno()])
        assert open_descriptors() == before
        for sock in (wrong, right):  # Both are as they were.
            assert sock.getblocking()
            assert os.get_blocking(sock.fileno())


async def test_adopting_a_socket_twice() -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        for twice in ([sock, sock], [sock, sock.fileno()], [sock.fileno()] * 2):
            with pytest.raises(ValueError, match=f"fd {sock.fileno()} is given twice"):
                await opened(fd=twice)
        assert answers(*sock.getsockname())


async def test_adopting_what_is_no_socket(tmp_path: Path) -> None:
    fd = os.open(tmp_path / "file", os.O_CREAT)
    with pytest.raises(ValueError, match=f"fd {fd} is not a socket: Socket operation on non-soc"):
        await opened(fd=fd)
    os.close(fd)
    with pytest.raises(ValueError, match=f"fd {fd} is not a socket: Bad file descriptor"):
        await opened(fd=fd)
    for number in (-1, 2**40, 2**70):
        with pytest.raises(ValueError, match=rf"fd must be in 0\.\.2147483647, not {number}"):
            await opened(fd=number)
    closed = socket.socket()
    closed.close()
    with pytest.raises(ValueError, match="fd must be an open socket, but it has been closed"):
        await opened(fd=closed)


# -- accepting --------------------------------------------------------------------------------


async def test_accept() -> None:
    with closing(await opened(host="127.0.0.1")) as (listener,):
        with pytest.raises(BlockingIOError):
            listener.accept()
        with socket.create_connection(addresses([listener])[0]) as client:
            accepted, peername = listener.accept()
            with accepted:
                assert peername == client.getsockname()
                assert not accepted.get_inheritable()


async def test_a_connection_that_was_reset_before_it_was_accepted() -> None:
    with closing(await opened(host="127.0.0.1")) as (listener,):
        client = socket.create_connection(addresses([listener])[0])
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        accepted, _ = listener.accept()
        with accepted, pytest.raises(ConnectionResetError):
            accepted.recv(1)


async def test_closing_twice(tmp_path: Path) -> None:
    (listener,) = await opened(path=tmp_path / "socket")
    assert not listener.closed
    listener.close()
    listener.close()
    assert listener.closed
    assert os.listdir(tmp_path) == []
