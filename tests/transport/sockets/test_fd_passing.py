"""Descriptors passed over Unix sockets: they arrive, and none leaks when something is wrong."""

from __future__ import annotations

import array
import errno
import os
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from anynet._rules.values.errors import DescriptorsTruncated
from anynet._transport.sockets import fd_passing as descriptors
from anynet._transport.sockets.fd_passing import receive_with_descriptors, send_with_descriptors


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    left, right = socket.socketpair()
    with left, right:
        left.setblocking(False)
        right.setblocking(False)
        yield left, right


@pytest.fixture
def files(tmp_path: Path) -> Iterator[list[int]]:
    fds = [os.open(tmp_path / f"{number}", os.O_RDWR | os.O_CREAT) for number in range(3)]
    yield fds
    for fd in fds:
        os.close(fd)


def open_descriptors() -> set[str]:
    return set(os.listdir("/proc/self/fd"))


def send(sock: socket.socket, message: bytes, fds: list[int]) -> int:
    return send_with_descriptors(sock, memoryview(message), fds)


def test_descriptors_arrive_with_their_message(
    pair: tuple[socket.socket, socket.socket], files: list[int]
) -> None:
    assert send(pair[0], b"hello", files) == 5
    message, fds = receive_with_descriptors(pair[1], 100, 3)
    assert message == b"hello"
    assert [os.fstat(fd).st_ino for fd in fds] == [os.fstat(fd).st_ino for fd in files]
    assert not set(fds) & set(files)
    for fd in fds:
        assert not os.get_inheritable(fd)
        os.close(fd)


def test_a_message_without_descriptors(pair: tuple[socket.socket, socket.socket]) -> None:
    assert send(pair[0], b"hello", []) == 5
    assert receive_with_descriptors(pair[1], 3, 5) == (b"hel", [])
    assert receive_with_descriptors(pair[1], 3, 0) == (b"lo", [])
    pair[0].close()
    assert receive_with_descriptors(pair[1], 3, 5) == (b"", [])


def test_it_never_waits(pair: tuple[socket.socket, socket.socket]) -> None:
    with pytest.raises(BlockingIOError):
        receive_with_descriptors(pair[1], 1, 1)
    with pytest.raises(BlockingIOError):
        while True:
            send(pair[0], bytes(65536), [])


@pytest.mark.parametrize("maxfds", [0, 1, 2])
def test_more_than_asked_for_are_closed(
    pair: tuple[socket.socket, socket.socket], files: list[int], maxfds: int
) -> None:
    send(pair[0], b"hello", files)
    before = open_descriptors()
    with pytest.raises(DescriptorsTruncated, match=f"more than {maxfds} descriptors"):
        receive_with_descriptors(pair[1], 100, maxfds)
    assert open_descriptors() == before


def test_two_where_one_is_asked_for_and_the_padding_has_room_for_both(
    pair: tuple[socket.socket, socket.socket], files: list[int]
) -> None:
    send(pair[0], b"hello", files[:2])
    before = open_descriptors()
    with pytest.raises(DescriptorsTruncated):
        receive_with_descriptors(pair[1], 100, 1)
    assert open_descriptors() == before


def test_more_than_the_process_may_have_open(
    pair: tuple[socket.socket, socket.socket], files: list[int]
) -> None:
    send(pair[0], b"hello", files)
    before = open_descriptors()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    spare = os.dup(0)
    os.close(spare)
    resource.setrlimit(resource.RLIMIT_NOFILE, (spare + 1, hard))
    try:
        with pytest.raises(DescriptorsTruncated):
            receive_with_descriptors(pair[1], 100, 3)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert open_descriptors() == before


def test_without_close_on_exec_at_reception(
    pair: tuple[socket.socket, socket.socket],
    files: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(descriptors, "_CLOSE_ON_EXEC", 0)
    send(pair[0], b"x", files[:1])
    _, (fd,) = receive_with_descriptors(pair[1], 1, 1)
    assert not os.get_inheritable(fd)
    os.close(fd)

    def refuse(fd: int, inheritable: bool) -> None:
        raise OSError(errno.EIO, "no")

    monkeypatch.setattr(os, "set_inheritable", refuse)
    send(pair[0], b"x", files)
    before = open_descriptors()
    with pytest.raises(OSError, match="no"):
        receive_with_descriptors(pair[1], 1, 3)
    assert open_descriptors() == before


@pytest.mark.parametrize(
    ("msglen", "maxfds", "message"),
    [
        (0, 1, "msglen must be at least 1, not 0"),
        (-1, 1, "msglen must be at least 1, not -1"),
        (1, -1, "maxfds must be at least 0, not -1"),
    ],
)
def test_bad_sizes(
    pair: tuple[socket.socket, socket.socket], msglen: int, maxfds: int, message: str
) -> None:
    send(pair[0], b"kept", [])
    with pytest.raises(ValueError, match=message):
        receive_with_descriptors(pair[1], msglen, maxfds)
    assert receive_with_descriptors(pair[1], 10, 0) == (b"kept", [])


@pytest.mark.parametrize("bad", [-1, 2**40, 999_999])
def test_sending_a_descriptor_that_is_not_open(
    pair: tuple[socket.socket, socket.socket], files: list[int], bad: int
) -> None:
    with pytest.raises(ValueError, match="fds must hold open descriptors, not"):
        send(pair[0], b"hello", [*files, bad])
    with pytest.raises(BlockingIOError):
        pair[1].recv(1)


def test_sending_too_many(pair: tuple[socket.socket, socket.socket]) -> None:
    with pytest.raises(ValueError, match="at most 253 descriptors fit a message, not 254"):
        send(pair[0], b"hello", [0] * 254)
    assert send(pair[0], b"hello", [0] * 253) == 5
    message, fds = receive_with_descriptors(pair[1], 10, 1000)
    assert (message, len(fds)) == (b"hello", 253)
    for fd in fds:
        os.close(fd)


def test_sending_on_a_closed_socket(files: list[int]) -> None:
    left, right = socket.socketpair()
    right.close()
    with pytest.raises(BrokenPipeError):
        send(left, b"hello", files)
    left.close()
    with pytest.raises(OSError, match="Bad file descriptor") as caught:
        send(left, b"hello", files)
    assert caught.value.errno == errno.EBADF


def test_several_ancillary_messages_are_read_and_others_ignored() -> None:
    rights = array.array("i", [7, 8]).tobytes()
    ancillary = [
        (socket.SOL_SOCKET, socket.SCM_RIGHTS, rights + b"\0"),
        (socket.SOL_SOCKET, socket.SCM_CREDENTIALS, bytes(12)),
        (socket.IPPROTO_TCP, socket.SCM_RIGHTS, rights),
        (socket.SOL_SOCKET, socket.SCM_RIGHTS, rights),
    ]
    assert descriptors._descriptors(ancillary) == [7, 8, 7, 8]
