"""The load of the soak: honest clients beside others that do what goes wrong in networks."""

from __future__ import annotations

import random
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TypeAlias

import attrs

HOST = "127.0.0.1"
#: Seconds that an honest client waits for its answer before that is a failure.
PATIENCE = 30
#: Seconds that who says nothing, or takes nothing, stays.
STALL = 0.5
FLOOD = bytes(2_000_000)


@attrs.frozen(kw_only=True)
class Face:
    """A server to talk to."""

    name: str
    port: int
    tls: ssl.SSLContext | None = None
    #: Whether it greets with a line.
    greets: bool = False
    #: Whether it speaks lines of text.
    lines: bool = False

    def connect(self) -> socket.socket:
        plain = socket.create_connection((HOST, self.port), timeout=PATIENCE)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = plain if self.tls is None else self.tls.wrap_socket(plain, server_hostname=HOST)
        if self.greets:
            while receive(client, 1) != b"\n":
                pass
        return client


def receive(client: socket.socket, size: int) -> bytes:
    """So many bytes; EOFError if the end comes first."""
    data = b""
    while len(data) < size:
        chunk = client.recv(size - len(data))
        if not chunk:
            raise EOFError(f"the end after {len(data)} of {size} bytes")
        data += chunk
    return data


def message(chance: random.Random, face: Face) -> bytes:
    size = chance.choice([1, 60, 1000, 20_000])
    data = chance.randbytes(size // 2 + 1).hex().encode()[:size]
    return data + b"\n" if face.lines else data


def reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


# -- what goes wrong: each has a connection that was greeted, and closes it -----------------------

Fault: TypeAlias = Callable[[socket.socket, random.Random, Face], None]


def leave(client: socket.socket, chance: random.Random, face: Face) -> None:
    """In the middle of an answer."""
    client.sendall(message(chance, face) * 10)


def leave_by_reset(client: socket.socket, chance: random.Random, face: Face) -> None:
    client.sendall(message(chance, face))
    reset(client)


def say_nothing(client: socket.socket, chance: random.Random, face: Face) -> None:
    time.sleep(STALL)


def take_nothing(client: socket.socket, chance: random.Random, face: Face) -> None:
    """Send until the server's answers fill the way back, and wait."""
    client.settimeout(STALL)
    client.sendall(FLOOD)


def talk_nonsense(client: socket.socket, chance: random.Random, face: Face) -> None:
    """A line that is too long, and no text; elsewhere these are bytes like others."""
    client.sendall(b"\xff\xfe\n" + b"x" * 40_000)
    client.settimeout(STALL)
    client.recv(100)


def end_at_once(client: socket.socket, chance: random.Random, face: Face) -> None:
    client.shutdown(socket.SHUT_WR)
    client.settimeout(STALL)
    client.recv(100)


FAULTS: Sequence[Fault] = (
    leave,
    leave_by_reset,
    say_nothing,
    take_nothing,
    talk_nonsense,
    end_at_once,
)


def break_the_handshake(face: Face, chance: random.Random) -> None:
    """Begin a TLS handshake, or a PROXY header, and leave."""
    with socket.create_connection((HOST, face.port), timeout=PATIENCE) as client:
        client.sendall(chance.choice([b"", b"\x16\x03\x01\x02\x00", b"PROXY TCP4 "]))
        time.sleep(chance.choice([0, STALL]))


# -- the load -------------------------------------------------------------------------------------


class Load:
    """Clients in threads, each with one connection after the other, as long as the block runs."""

    def __init__(self, faces: Sequence[Face], *, clients: int, seed: int) -> None:
        self._faces = faces
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self.counts: Counter[str] = Counter()
        #: What went wrong for honest clients.
        self.failures: list[str] = []
        #: Seconds of the round trips since they were last taken.
        self._latencies: list[float] = []
        chances = [random.Random(f"{seed} {number}") for number in range(clients)]
        self._threads = [threading.Thread(target=self._run, args=(each,)) for each in chances]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def take_latencies(self) -> list[float]:
        """The round trips since the last call, sorted."""
        with self._lock:
            taken, self._latencies = self._latencies, []
        return sorted(taken)

    def _run(self, chance: random.Random) -> None:
        while not self._stopping.is_set():
            face = chance.choice(self._faces)
            if chance.random() < 0.7:
                self._be_honest(face, chance)
            elif face.tls is not None and chance.random() < 0.5:
                self._do_wrong("break_the_handshake", break_the_handshake, face, chance)
            else:
                fault = chance.choice(FAULTS)
                self._do_wrong(fault.__name__, _with_connection(fault), face, chance)

    def _be_honest(self, face: Face, chance: random.Random) -> None:
        try:
            with face.connect() as client:
                for _ in range(chance.randint(1, 20)):
                    self._round_trip(client, message(chance, face))
                if face.tls is None:
                    client.shutdown(socket.SHUT_WR)
                    end = client.recv(1)
                    assert end == b"", f"{end!r} instead of the end"
        except Exception as error:
            with self._lock:
                self.failures.append(f"{face.name}: {error!r}")
        with self._lock:
            self.counts["honest"] += 1

    def _round_trip(self, client: socket.socket, data: bytes) -> None:
        began = time.perf_counter()
        client.sendall(data)
        assert receive(client, len(data)) == data, "other bytes than were sent"
        taken = time.perf_counter() - began
        with self._lock:
            self._latencies.append(taken)

    def _do_wrong(
        self,
        name: str,
        act: Callable[[Face, random.Random], None],
        face: Face,
        chance: random.Random,
    ) -> None:
        try:
            act(face, chance)
        except (OSError, EOFError):
            pass  # Whatever the server does to it is fine.
        with self._lock:
            self.counts[name] += 1


def _with_connection(fault: Fault) -> Callable[[Face, random.Random], None]:
    def act(face: Face, chance: random.Random) -> None:
        with face.connect() as client:
            fault(client, chance, face)

    return act


def percentile(values: Sequence[float], part: float) -> float:
    """Of sorted values; 0 of none."""
    return values[min(len(values) - 1, int(len(values) * part))] if values else 0.0


def faces_of(prefix: str, ports: Mapping[str, int], context: ssl.SSLContext) -> list[Face]:
    """The faces of a process of ``tests.soak.server``."""
    return [
        Face(
            name=f"{prefix} {name}",
            port=port,
            tls=context if name == "tls" else None,
            lines=name == "lines",
        )
        for name, port in ports.items()
    ]
