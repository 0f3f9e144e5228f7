"""A name service in place of the system's: names that answer, and names that hang."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import pytest

from anynet._transport.sockets import lookup_threads

#: What names that are not known to hang have as their address.
ADDRESS = "127.0.0.1"


class NameService:
    """In the place of ``socket.getaddrinfo``: names with ``hung`` in them wait for ``release``."""

    def __init__(self) -> None:
        #: The names that were asked, in order.
        self.asked: list[str] = []
        self.answers: dict[str, str | Exception] = {}
        self.release = threading.Event()

    def getaddrinfo(self, host: Any, *args: Any, **options: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else host
        self.asked.append(name)
        if "hung" in name:
            self.release.wait()
        answer = self.answers.get(name, ADDRESS)
        if isinstance(answer, Exception):
            raise answer
        if ":" in answer:
            return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (answer, 0, 0, 0))]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, 0))]


@contextmanager
def name_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameService]:
    """A name service, and a pool of threads that knows of nothing else."""
    service = NameService()
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", service.getaddrinfo)
        # Else those of many tests would be there at once.
        patch.setattr(lookup_threads, "IDLE_TIME", 0.1)
        patch.setattr(lookup_threads, "_pool", type(lookup_threads._pool)())
        try:
            yield service
        finally:
            service.release.set()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what other threads do."""
    while not condition():  # noqa: ASYNC110 - it is not the loop in which it happens
        await anyio.sleep(0.001)
