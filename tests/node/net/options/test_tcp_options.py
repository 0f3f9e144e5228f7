"""What is wanted of TCP: set when it changes, and not again when it does not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from anynet.node._net.options import tcp_options
from anynet.node._net.options.tcp_options import TcpOptions


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """The settings that reach the system."""
    found: list[tuple[str, Any]] = []

    def noting(name: str) -> Any:
        return lambda _sock, value: found.append((name, value))

    for name in ("no_delay", "keep_alive", "type_of_service"):
        monkeypatch.setitem(tcp_options._SETTERS, name, noting(name))
    return found


@pytest.fixture
def sock() -> Iterator[socket.socket]:
    with socket.socket() as found:
        yield found


def test_what_is_wanted_already_is_not_set_again(
    calls: list[tuple[str, Any]], sock: socket.socket
) -> None:
    """As in Node; a program may ask for it at every message."""
    options = TcpOptions()
    options.want_no_delay(False, sock)
    options.want_keep_alive(None, sock)
    assert calls == []
    for _ in range(2):
        options.want_no_delay(True, sock)
        options.want_keep_alive(5, sock)
    assert calls == [("no_delay", True), ("keep_alive", 5)]
    options.want_keep_alive(6, sock)
    options.want_keep_alive(None, sock)
    options.want_no_delay(False, sock)
    assert calls[2:] == [("keep_alive", 6), ("keep_alive", None), ("no_delay", False)]


def test_what_was_set_at_the_connect_is_not_set_again(
    calls: list[tuple[str, Any]], sock: socket.socket
) -> None:
    options = TcpOptions(no_delay=True, keep_alive=0)
    options.apply(sock)
    options.want_no_delay(True, sock)
    options.want_keep_alive(0, sock)
    assert calls == [("no_delay", True), ("keep_alive", 0)]
    options.want_type_of_service(16, sock)
    options.want_type_of_service(16, sock)
    assert calls[2:] == [("type_of_service", 16)] * 2
