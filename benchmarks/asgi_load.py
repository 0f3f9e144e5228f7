"""A load of HTTP requests on kept connections, from one thread; each answer is looked at."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable

import attrs

from benchmarks.peers.asgi_app import BODY
from benchmarks.processes import MeasureError

HOST = "127.0.0.1"
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: load\r\nAccept: */*\r\n\r\n"
#: Seconds that any answer may take.
PATIENCE = 20.0


@attrs.define
class Load:
    """What became of the requests."""

    requests: int = 0
    #: What failed, in the order in which it did.
    failures: list[str] = attrs.field(factory=list)
    seconds: float = 0.0
    reconnects: int = 0

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


class Clients:
    """Connections to one server, each with one request under way."""

    def __init__(self, port: int, count: int) -> None:
        self.load = Load()
        self._port = port
        self._epoll = select.epoll()
        self._answers: dict[int, bytes] = {}
        self._sockets: dict[int, socket.socket] = {}
        for _ in range(count):
            self._open()

    def close(self) -> None:
        for fd in tuple(self._sockets):
            self._close(fd)
        self._epoll.close()

    def ask_as_long_as(self, goes_on: Callable[[Load], bool], pause: float = 0.0) -> Load:
        """Ask the next as soon as one is answered, or so many seconds later.

        ``goes_on`` is asked now and then.
        """
        began = time.perf_counter()
        while goes_on(self.load):
            ready = self._epoll.poll(PATIENCE)
            if not ready:
                raise MeasureError(f"no answer within {PATIENCE} seconds")
            if pause:
                time.sleep(pause)
            for fd, _ in ready:
                self._read(fd)
        self.load.seconds = time.perf_counter() - began
        return self.load

    def _open(self) -> None:
        sock = socket.create_connection((HOST, self._port), timeout=PATIENCE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        fd = sock.fileno()
        self._sockets[fd] = sock
        self._epoll.register(fd, select.EPOLLIN)
        self._ask(fd)

    def _close(self, fd: int) -> None:
        self._epoll.unregister(fd)
        self._sockets.pop(fd).close()

    def _ask(self, fd: int) -> None:
        self._answers[fd] = b""
        self._sockets[fd].sendall(REQUEST)

    def _read(self, fd: int) -> None:
        try:
            chunk = self._sockets[fd].recv(65536)
        except OSError as error:
            return self._fail(fd, repr(error))
        answer = self._answers[fd] + chunk
        head, _, body = answer.partition(b"\r\n\r\n")
        if not chunk:
            return self._fail(fd, f"the end, after {answer[:40]!r}")
        if not head.startswith(b"HTTP/1.1 200 "):
            return self._fail(fd, repr(answer[:40]))
        if not body.endswith(BODY):
            self._answers[fd] = answer
            return None
        self.load.requests += 1
        if b"connection: close" in head.lower():
            return self._reconnect(fd)
        return self._ask(fd)

    def _fail(self, fd: int, what: str) -> None:
        self.load.requests += 1
        self.load.failures.append(what)
        self._reconnect(fd)

    def _reconnect(self, fd: int) -> None:
        self.load.reconnects += 1
        self._close(fd)
        self._open()


def ask_many(
    port: int, connections: int, goes_on: Callable[[Load], bool], pause: float = 0.0
) -> Load:
    """Keep as many requests under way as there are connections, as long as ``goes_on`` says so."""
    clients = Clients(port, connections)
    try:
        return clients.ask_as_long_as(goes_on, pause)
    finally:
        clients.close()


def ask_for(port: int, connections: int, seconds: float) -> Load:
    """The same for so many seconds."""
    end = time.perf_counter() + seconds
    return ask_many(port, connections, lambda _: time.perf_counter() < end)
