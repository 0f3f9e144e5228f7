"""The credentials of a Unix peer."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import attrs
import pytest

from anynet._transport.sockets.peer_credentials import PeerCredentials, peer_credentials


def test_both_ends_of_a_connection_know_each_other(tmp_path: Path) -> None:
    ours = PeerCredentials(pid=os.getpid(), uid=os.geteuid(), gid=os.getegid())
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)
        accepted, _ = server.accept()
        with accepted:
            assert peer_credentials(accepted) == ours
            assert peer_credentials(client) == ours


def test_a_socket_that_is_not_unix() -> None:
    sock = socket.socket(socket.AF_INET)
    with sock, pytest.raises(ValueError, match="need a Unix socket, not AF_INET"):
        peer_credentials(sock)


def test_a_platform_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "SO_PEERCRED")
    left, right = socket.socketpair()
    with left, right, pytest.raises(NotImplementedError, match="peer_credentials needs SO_PEER"):
        peer_credentials(left)


def test_they_are_values() -> None:
    credentials = PeerCredentials(pid=1, uid=2, gid=3)
    assert credentials == PeerCredentials(pid=1, uid=2, gid=3)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        credentials.pid = 4  # type: ignore[misc]  # the point of the test
