"""Callbacks that can never work are refused when they are given, and nothing has happened then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from anynet import node as net
from anynet.node import cluster, dns, process, readline, stream, tls, worker_threads
from tests.conformance.identities import identity

pytestmark = pytest.mark.anyio

SERVER = {**identity("server")}


def keyword_only(*, needed: object) -> None:
    """No event could fill it."""


async def coroutine(*_: object) -> None:
    """What it returns is no answer."""


def readable() -> stream.Readable:
    return stream.Readable(read=lambda: None)


def writable() -> stream.Writable:
    return stream.Writable(write=lambda chunk, encoding, done: done())


def lines() -> readline.Interface:
    return readline.createInterface(input=readable())


TAKEN: dict[str, Callable[[Any], object]] = {
    "createServer": net.createServer,
    "createServer with options": lambda f: net.createServer({}, f),
    "Server": net.Server,
    "listen": lambda f: net.createServer().listen(0, f),
    "listen on a host": lambda f: net.createServer().listen(0, "127.0.0.1", f),
    "listen with options": lambda f: net.createServer().listen({"port": 0}, f),
    "close": lambda f: net.createServer().close(f),
    "getConnections": lambda f: net.createServer().getConnections(f),
    "connect": lambda f: net.connect(1, "127.0.0.1", f),
    "connect with options": lambda f: net.connect({"port": 1}, f),
    "createConnection": lambda f: net.createConnection("x", f),
    "Socket.connect": lambda f: net.Socket().connect(1, f),
    "lookup": lambda f: net.connect({"host": "x", "port": 1, "lookup": f}),
    "setTimeout of a socket": lambda f: net.Socket().setTimeout(1, f),
    "onread": lambda f: net.Socket({"onread": {"buffer": bytearray(1), "callback": f}}),
    "buffer of onread": lambda f: net.Socket({"onread": {"buffer": f, "callback": print}}),
    "on": lambda f: net.Socket().on("data", f),
    "once": lambda f: net.Socket().once("data", f),
    "prependListener": lambda f: net.Socket().prependListener("data", f),
    "prependOnceListener": lambda f: net.Socket().prependOnceListener("data", f),
    "a decorator": lambda f: net.Socket().on("data")(f),  # noqa: PLW0108
    "write": lambda f: writable().write(b"x", f),
    "end": lambda f: writable().end(b"x", f),
    "nextTick": net.nextTick,
    "process.nextTick": process.nextTick,
    "setImmediate": net.setImmediate,
    "setTimeout": net.setTimeout,
    "setInterval": net.setInterval,
    "pipeline": lambda f: stream.pipeline(readable(), writable(), f),
    "finished": lambda f: stream.finished(readable(), f),
    "read": lambda f: stream.Readable(read=f),
    "destroy": lambda f: stream.Readable(destroy=f),
    "construct": lambda f: stream.Duplex(construct=f),
    "writev": lambda f: stream.Writable(writev=f),
    "final": lambda f: stream.Writable(final=f),
    "transform": lambda f: stream.Transform(transform=f),
    "flush": lambda f: stream.Transform(flush=f),
    "line": lambda f: lines().on("line", f),
    "question": lambda f: lines().question("x", f),
    "dns.lookup": lambda f: dns.lookup("127.0.0.1", f),
    "tls.createServer": lambda f: tls.createServer(SERVER, f),
    "tls.connect": lambda f: tls.connect({"port": 1}, f),
    "checkServerIdentity": lambda f: tls.connect({"port": 1, "checkServerIdentity": f}),
    "ALPNCallback": lambda f: tls.createServer({**SERVER, "ALPNCallback": f}),
    "SNICallback": lambda f: tls.createServer({**SERVER, "SNICallback": f}),
    "addEventListener": lambda f: net.AbortController().signal.addEventListener("abort", f),
    "a signal": lambda f: process.on("SIGUSR2", f),
    "exit": lambda f: process.on("exit", f),
    "cluster.on": lambda f: cluster.on("online", f),
    "cluster.disconnect": cluster.disconnect,
    "a port": lambda f: worker_threads.MessageChannel().port1.on("message", f),
}
ANSWERING = ["checkServerIdentity", "ALPNCallback", "buffer of onread"]


@contextmanager
def refused(word: str) -> Iterator[None]:
    with pytest.raises(TypeError, match=word) as raised:
        yield
    error: Any = raised.value
    assert error.code == "ERR_INVALID_ARG_VALUE"


@pytest.mark.parametrize("name", TAKEN)
async def test_a_parameter_that_cannot_be_filled(name: str) -> None:
    async with net.runtime():
        with refused("keyword_only.*: needed$"):
            TAKEN[name](keyword_only)


@pytest.mark.parametrize("name", ANSWERING)
async def test_a_coroutine_function_whose_result_is_needed_at_once(name: str) -> None:
    async with net.runtime():
        with refused("coroutine function"):
            TAKEN[name](coroutine)


@pytest.mark.parametrize("name", ANSWERING)
async def test_a_partial_of_one(name: str) -> None:
    class Callback:
        async def __call__(self, *_: object) -> None: ...

    async with net.runtime():
        with refused("coroutine function"):
            TAKEN[name](Callback())


async def test_nothing_has_happened() -> None:
    async with net.runtime():
        server, sink, client = net.createServer(), writable(), net.Socket()
        refuse: Any = keyword_only
        for call in (
            lambda: server.listen(0, refuse),
            lambda: sink.write(b"x", refuse),
            lambda: sink.end(b"x", refuse),
            lambda: client.connect(1, refuse),
        ):
            with refused("needed"):
                call()
        assert not server.listening
        assert not sink.writableEnded
        assert not sink.writableNeedDrain
        assert sink.writableLength == 0
        assert not client.connecting
        server.listen(0)
        with refused("needed"):
            server.close(refuse)
        assert server.listening
        server.close()
        sink.destroy()
        client.destroy()
