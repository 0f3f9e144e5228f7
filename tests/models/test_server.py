"""A server of lines, and clients that do anything: each gets its answers, and all is counted."""

from __future__ import annotations

import socket

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

import anynet
from anynet.framing import LineStream
from tests.conftest import BACKENDS
from tests.core.server_peers import HandlerBug, reset, sees, until
from tests.models.machines import LoopMachine, run_machine
from tests.support import plain_client

MOST = 3
MAX_LINE = 100
WORDS = st.text("abcß", min_size=1, max_size=20)
#: Which of the clients; there may be fewer.
ANY = st.integers(0, MOST - 1)


async def answer(sock: anynet.Socket) -> None:
    """Lines come back in reverse."""
    lines = LineStream(sock, max_line=MAX_LINE, encoding="utf-8")
    async for line in lines:
        if line == "bug":
            raise HandlerBug
        if line == "bye":
            return
        await lines.send(line[::-1])


class Served(LoopMachine):
    """The model: the clients that are open, with what each has begun to say, and the counters."""

    @initialize()
    def listen(self) -> None:
        self.server: anynet.Server = self.enter(
            anynet.create_server(
                answer,
                host="127.0.0.1",
                port=0,
                max_connections=MOST,
                max_connections_policy="drop",
                on_handler_error=lambda error, sock: None,
                grace_period=0,
            )
        )
        self.clients: list[socket.socket] = []
        self.begun: dict[socket.socket, str] = {}
        self.counts = dict.fromkeys(("accepted", "dropped", "peer_failures", "handler_failures"), 0)

    def say(self, client: socket.socket, data: bytes) -> bytes | type[OSError]:
        client.sendall(data)
        return self.hear(client)

    def hear(self, client: socket.socket) -> bytes | type[OSError]:
        answered: bytes | type[OSError] = self.step(sees, client)
        return answered

    def gone(self, client: socket.socket, counter: str | None = None) -> None:
        """It has left, or was sent away, and that was counted."""
        client.close()
        self.clients.remove(client)
        if counter is not None:
            self.counts[counter] += 1
        self.check()

    def check(self) -> None:
        def is_so() -> bool:
            now = self.server.statistics()
            counts = {name: getattr(now, name) for name in self.counts}
            return now.open == len(self.clients) and counts == self.counts

        self.step(until, is_so)

    @rule()
    def connect(self) -> None:
        client = plain_client(self.server)
        if len(self.clients) == MOST:
            self.counts["dropped"] += 1
            assert self.hear(client) in (b"", ConnectionResetError)
            client.close()
        else:
            self.counts["accepted"] += 1
            self.clients.append(client)
            self.begun[client] = ""
        self.check()

    @precondition(lambda self: self.clients)
    @rule(which=ANY, words=st.lists(WORDS, min_size=1, max_size=4))
    def ask(self, which: int, words: list[str]) -> None:
        client = self.clients[which % len(self.clients)]
        words[0] = self.begun[client] + words[0]
        said = "\n".join([words[0].removeprefix(self.begun[client]), *words[1:], ""])
        self.begun[client] = ""
        wanted = "".join(f"{word[::-1]}\n" for word in words).encode()
        answered = self.say(client, said.encode())
        while isinstance(answered, bytes) and len(answered) < len(wanted):
            more = self.hear(client)
            assert more and isinstance(more, bytes)
            answered += more
        assert answered == wanted

    @precondition(lambda self: self.clients)
    @rule(which=ANY, part=WORDS)
    def begin_a_line(self, which: int, part: str) -> None:
        client = self.clients[which % len(self.clients)]
        if len((self.begun[client] + part).encode()) < MAX_LINE // 2:
            client.sendall(part.encode())
            self.begun[client] += part

    @precondition(lambda self: self.clients)
    @rule(which=ANY, line=st.sampled_from([b"x" * (MAX_LINE + 1) + b"\n", b"\xff\n"]))
    def talk_nonsense(self, which: int, line: bytes) -> None:
        client = self.clients[which % len(self.clients)]
        assert self.say(client, line) is ConnectionResetError
        self.gone(client, "peer_failures")

    @precondition(lambda self: self.clients)
    @rule(which=ANY, word=st.sampled_from(["bug", "bye"]))
    def end_it(self, which: int, word: str) -> None:
        client = self.clients[which % len(self.clients)]
        if self.begun[client]:
            return
        seen = self.say(client, f"{word}\n".encode())
        assert seen == (ConnectionResetError if word == "bug" else b"")
        self.gone(client, "handler_failures" if word == "bug" else None)

    @precondition(lambda self: self.clients)
    @rule(which=ANY, how=st.sampled_from(["end", "reset"]))
    def leave(self, which: int, how: str) -> None:
        """In the middle of a line, that is a broken frame."""
        client = self.clients[which % len(self.clients)]
        if how == "reset":
            reset(client)
        elif self.begun[client]:
            client.shutdown(socket.SHUT_WR)
            assert self.hear(client) is ConnectionResetError
        self.gone(client, "peer_failures" if how == "reset" or self.begun[client] else None)

    def teardown(self) -> None:
        for client in getattr(self, "clients", ()):
            client.close()
        super().teardown()


@pytest.mark.parametrize("backend", BACKENDS)
def test_clients_that_do_anything(backend: str, request: pytest.FixtureRequest) -> None:
    run_machine(Served, backend, request.config)
