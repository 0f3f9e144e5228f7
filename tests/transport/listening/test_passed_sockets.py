"""Sockets that systemd passed: in this process, with descriptors of ours."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from anynet._rules.options import ListenOptions
from anynet._transport.listening import open as listening
from anynet._transport.listening import passed_sockets as systemd
from anynet._transport.listening.open import open_listeners
from anynet._transport.listening.passed_sockets import (
    PassedSockets,
)
from tests.transport.listeners import open_descriptors

#: In the tests the first of the descriptors that are passed; 3 may be anybody's here.
FIRST = 700

Pass = Callable[..., PassedSockets]


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID"):
        monkeypatch.setenv(name, "")  # so that it is put back what is removed
        monkeypatch.delenv(name)


@pytest.fixture
def pass_sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pass]:
    """A function that passes sockets, or descriptors, to this process, as a launcher would."""
    monkeypatch.setattr(systemd, "_FIRST_FD", FIRST)
    passed: list[int] = []

    def pass_these(*given: socket.socket | int, **variables: str) -> PassedSockets:
        for fd, each in enumerate(given, FIRST + len(passed)):
            os.dup2(each if isinstance(each, int) else each.fileno(), fd)
            passed.append(fd)
        told = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": str(len(given))} | variables
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        return PassedSockets()

    yield pass_these
    for fd in passed:
        os.close(fd)


@pytest.fixture
def tcp() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def unix(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "passed.sock"))
        listener.listen()
        yield listener


def names_of(taken: list[socket.socket]) -> list[object]:
    names = [sock.getsockname() for sock in taken]
    for sock in taken:
        sock.close()
    return names


# -- which sockets ----------------------------------------------------------------------------


def test_true_is_all_of_them(pass_sockets: Pass, tcp: socket.socket, unix: socket.socket) -> None:
    passed = pass_sockets(tcp, unix)
    assert names_of(passed.take(True)) == [tcp.getsockname(), unix.getsockname()]


def test_names_are_those_of_the_sockets_in_the_order_asked_for(
    pass_sockets: Pass, tcp: socket.socket, unix: socket.socket
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        passed = pass_sockets(tcp, unix, other, LISTEN_FDNAMES="web:local:web")
        assert names_of(passed.take(["local"])) == [unix.getsockname()]
        assert names_of(passed.take(["web"])) == [tcp.getsockname(), other.getsockname()]
        assert names_of(passed.take(["local", "web"])) == [
            unix.getsockname(),
            tcp.getsockname(),
            other.getsockname(),
        ]


def test_without_names_each_is_called_unknown(pass_sockets: Pass, tcp: socket.socket) -> None:
    assert names_of(pass_sockets(tcp).take(["unknown"])) == [tcp.getsockname()]


def test_what_is_taken_is_non_blocking_and_close_on_exec(
    pass_sockets: Pass, tcp: socket.socket
) -> None:
    (taken,) = pass_sockets(tcp).take(True)
    with taken:
        assert taken.gettimeout() == 0
        assert not taken.get_inheritable()
    assert not os.get_inheritable(FIRST)


def test_children_inherit_none_of_the_variables(pass_sockets: Pass, tcp: socket.socket) -> None:
    passed = pass_sockets(tcp, LISTEN_FDNAMES="web", LISTEN_PIDFDID="7")
    names_of(passed.take(True))
    assert [name for name in os.environ if name.startswith("LISTEN_")] == []


def test_the_variables_are_removed_when_they_are_for_another_process(
    pass_sockets: Pass, tcp: socket.socket
) -> None:
    passed = pass_sockets(tcp, LISTEN_PID="1")
    with pytest.raises(ValueError, match="LISTEN_PID is 1, but this is process"):
        passed.take(True)
    assert "LISTEN_FDS" not in os.environ
    assert os.get_inheritable(FIRST)  # It is somebody else's.


# -- using them again -------------------------------------------------------------------------


def test_a_socket_in_use_is_not_taken_twice(
    pass_sockets: Pass, tcp: socket.socket, unix: socket.socket
) -> None:
    passed = pass_sockets(tcp, unix, LISTEN_FDNAMES="web:local")
    (taken,) = passed.take(["web"])
    with taken:
        before = open_descriptors()
        for wanted in (["web"], ["local", "web"], True):
            with pytest.raises(OSError, match=r"'web' \(fd 700\) is in use by a server") as caught:
                passed.take(wanted)
            assert caught.value.errno == errno.EADDRINUSE
        assert open_descriptors() == before
        assert names_of(passed.take(["local"])) == [unix.getsockname()]


def test_a_socket_can_be_taken_again_once_it_was_closed(
    pass_sockets: Pass, tcp: socket.socket
) -> None:
    passed = pass_sockets(tcp)
    for message in (b"first", b"second"):
        with socket.create_connection(tcp.getsockname(), timeout=10) as client:  # in the backlog
            (taken,) = passed.take(True)
            with taken:
                accepted, _ = taken.accept()
                with accepted:
                    client.sendall(message)
                    accepted.setblocking(True)
                    assert accepted.recv(100) == message


# -- what makes no sense ----------------------------------------------------------------------


def test_nothing_was_passed() -> None:
    message = "systemd passed no sockets to this process: LISTEN_FDS is not set"
    with pytest.raises(ValueError, match=message):
        PassedSockets().take(True)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"LISTEN_FDS": "0"}, "to this process: LISTEN_FDS is 0"),
        ({"LISTEN_FDS": "many"}, "LISTEN_FDS must be a number, not 'many'"),
        ({"LISTEN_FDS": "-1"}, "LISTEN_FDS must be a number, not '-1'"),
        ({"LISTEN_FDS": "1" * 5000}, "LISTEN_FDS must be a number, not '111"),
        ({"LISTEN_FDS": "2000000000"}, "LISTEN_FDS is 2000000000, but fd 701 is not open"),
        ({"LISTEN_PID": "self"}, "LISTEN_PID must be a number, not 'self'"),
        ({"LISTEN_PID": ""}, "LISTEN_PID must be a number, not ''"),
        ({"LISTEN_FDNAMES": "a:b"}, "LISTEN_FDNAMES has 2 names, but LISTEN_FDS is 1"),
    ],
)
def test_variables_that_make_no_sense(
    pass_sockets: Pass, tcp: socket.socket, variables: dict[str, str], message: str
) -> None:
    passed = pass_sockets(tcp, **variables)
    for _ in range(2):  # The variables are gone the second time, and the reason stays.
        with pytest.raises(ValueError, match=f"systemd passed no sockets.*{message}"):
            passed.take(True)


def test_a_count_without_a_process_is_for_nobody(
    pass_sockets: Pass, tcp: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = pass_sockets(tcp)
    monkeypatch.delenv("LISTEN_PID")
    with pytest.raises(ValueError, match="LISTEN_PID is not set"):
        passed.take(True)


def test_a_name_that_was_not_passed(
    pass_sockets: Pass, tcp: socket.socket, unix: socket.socket
) -> None:
    passed = pass_sockets(tcp, unix, LISTEN_FDNAMES="web:local")
    message = "systemd passed no socket named 'wbe', but 'web', 'local'"
    with pytest.raises(ValueError, match=message):
        passed.take(["web", "wbe"])
    assert len(names_of(passed.take(True))) == 2


def test_a_datagram_socket(pass_sockets: Pass) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dgram:
        dgram.bind(("127.0.0.1", 0))
        passed = pass_sockets(dgram, LISTEN_FDNAMES="dns")
    with pytest.raises(ValueError, match=r"systemd socket 'dns' \(fd 700\) is not a stream socket"):
        passed.take(True)


def test_a_socket_of_another_family(pass_sockets: Pass) -> None:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        passed = pass_sockets(netlink)
    with pytest.raises(ValueError, match="'unknown'.* is not a TCP or Unix socket"):
        passed.take(True)


def test_a_connected_socket(pass_sockets: Pass, tcp: socket.socket) -> None:
    with socket.create_connection(tcp.getsockname()) as connected:
        passed = pass_sockets(connected)
    with pytest.raises(ValueError, match=r"'unknown' \(fd 700\) is not listening"):
        passed.take(True)


def test_a_pipe_beside_a_socket(pass_sockets: Pass, tcp: socket.socket) -> None:
    reading, writing = os.pipe()
    passed = pass_sockets(tcp, reading, LISTEN_FDNAMES="web:pipe")
    os.close(reading)
    os.close(writing)
    before = open_descriptors()
    with pytest.raises(ValueError, match=r"'pipe' \(fd 701\) is not a socket"):
        passed.take(True)
    assert open_descriptors() == before
    assert names_of(passed.take(["web"])) == [tcp.getsockname()]


def test_a_descriptor_that_somebody_closed(pass_sockets: Pass, tcp: socket.socket) -> None:
    passed = pass_sockets(tcp)
    names_of(passed.take(True))
    os.close(FIRST)
    try:
        with pytest.raises(ValueError, match=r"\(fd 700\) has been closed"):
            passed.take(True)
    finally:
        os.dup2(tcp.fileno(), FIRST)  # for the fixture to close


# -- the option -------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_listening_on_them(
    pass_sockets: Pass,
    tcp: socket.socket,
    unix: socket.socket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passed = pass_sockets(tcp, unix, LISTEN_FDNAMES="web:local")
    monkeypatch.setattr(listening, "PASSED_SOCKETS", passed)
    web, local = await open_listeners(ListenOptions(systemd=True))
    assert str(web.address) == f"127.0.0.1:{tcp.getsockname()[1]}"
    assert local.address == unix.getsockname()
    for listener in (web, local):
        listener.close()
    assert os.path.exists(unix.getsockname())
    (local,) = await open_listeners(ListenOptions(systemd="local"))
    local.disown()
    assert local.sock.fileno() == -1
    with closing((await open_listeners(ListenOptions(systemd=["local"])))[0]) as again:
        assert again.address == unix.getsockname()
    assert os.path.exists(unix.getsockname())


@pytest.mark.parametrize(
    ("value", "means"),
    [(None, False), (False, False), (True, True), ("a", ("a",)), (iter("ab"), ("a", "b"))],
)
def test_what_the_option_takes(value: Any, means: object) -> None:
    options = ListenOptions(systemd=value)
    assert options.systemd == means
    assert options.is_tcp == (means is False)
