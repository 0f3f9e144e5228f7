"""A steady load of new connections to the servers of ``cluster_site``, which tell who they are."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType

import attrs

#: Seconds that a step of a request may take, and a test may wait.
PATIENCE = 60
HOST = "127.0.0.1"
REQUEST = b"what comes back whole" * 3


@attrs.frozen(kw_only=True)
class Failure:
    """A request that went wrong."""

    at: float
    #: How far it had got: "connect", "greeting" or "echo".
    stage: str
    error: str
    #: The process that answered it, if it had said so.
    pid: int | None


class Client:
    """One connection, blocking. It must say which process it is served by, and whose it is."""

    def __init__(self, port: int, local_host: str = HOST) -> None:
        self.stage = "connect"
        self.pid: int | None = None
        self.sock = socket.create_connection(
            (HOST, port), timeout=PATIENCE, source_address=(local_host, 0)
        )

    def greeting(self) -> int:
        self.stage = "greeting"
        line = self._read(lambda data: data.endswith(b"\n")).decode()
        pid, address = line.split()
        own_host, own_port = self.sock.getsockname()
        assert address == f"{own_host}:{own_port}"
        self.pid = int(pid)
        return self.pid

    def echo(self) -> None:
        self.stage = "echo"
        self.sock.sendall(REQUEST)
        assert self._read(lambda data: len(data) >= len(REQUEST)) == REQUEST

    def _read(self, is_whole: Callable[[bytes], bool]) -> bytes:
        data = b""
        while not is_whole(data):
            chunk = self.sock.recv(4096)
            if not chunk:
                raise EOFError(f"the end, after {data!r}")
            data += chunk
        return data

    def is_lost(self) -> bool:
        """Does it not work any more?"""
        try:
            self.echo()
        except (OSError, EOFError):
            return True
        return False

    def close(self) -> None:
        self.sock.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class SteadyLoad:
    """Makes one request after the other, each with a connection of its own, in several threads."""

    def __init__(self, port: int, clients: int = 4) -> None:
        self._port = port
        self._stopping = False
        self._changed = threading.Condition()
        #: Of each answer the time and the process.
        self.answers: list[tuple[float, int]] = []
        self.failures: list[Failure] = []
        hosts = [f"127.0.1.{number}" for number in range(1, clients + 1)]
        self._threads = [threading.Thread(target=self._run, args=(host,)) for host in hosts]

    def __enter__(self) -> SteadyLoad:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopping = True
        for thread in self._threads:
            thread.join()

    def _run(self, local_host: str) -> None:
        while not self._stopping:
            outcome = self._request(local_host)
            with self._changed:
                if isinstance(outcome, Failure):
                    self.failures.append(outcome)
                else:
                    self.answers.append((time.monotonic(), outcome))
                self._changed.notify_all()
            if isinstance(outcome, Failure):
                time.sleep(0.01)  # Enough of them to be seen, and not thousands.

    def _request(self, local_host: str) -> int | Failure:
        client: Client | None = None
        try:
            with Client(self._port, local_host) as client:
                pid = client.greeting()
                client.echo()
                return pid
        except (OSError, EOFError, ValueError, AssertionError) as error:
            stage, pid_so_far = (client.stage, client.pid) if client else ("connect", None)
            return Failure(at=time.monotonic(), stage=stage, error=repr(error), pid=pid_so_far)

    def wait_for_answers(self, count: int) -> None:
        """Wait for so many more answers."""
        with self._changed:
            enough = len(self.answers) + count
            assert self._changed.wait_for(lambda: len(self.answers) >= enough, PATIENCE)

    def wait_for_others(self, than: set[int]) -> float:
        """Wait for the first answer from another process than these; returns its time."""
        with self._changed:
            begin = len(self.answers)

            def first() -> float | None:
                fresh = itertools.islice(self.answers, begin, None)
                return next((at for at, pid in fresh if pid not in than), None)

            found = self._changed.wait_for(first, PATIENCE)
            assert found
            return found
