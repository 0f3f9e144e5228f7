"""The system's look-ups under sockets and servers of the adapter: given up with them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import pytest

from anynet import lookup_statistics
from anynet._transport.sockets.lookup_threads import MAX_RUNNING
from anynet.node._loop.runtime import runtime
from anynet.node._loop.timers import setImmediate
from anynet.node._net.servers.server import Server, createServer
from anynet.node._net.sockets.connect import connect
from anynet.node._net.sockets.socket import Socket
from tests.name_service import NameService, name_service, until
from tests.node.stream_traces import Trace

pytestmark = pytest.mark.anyio

EVENTS = ("lookup", "listening", "error", "close")


def port_of(server: Server) -> int:
    address = server.address()
    assert isinstance(address, dict)
    return address["port"]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameService]:
    with name_service(monkeypatch) as service:
        yield service


async def test_destroyed_sockets_hold_neither_names_nor_the_runtime(service: NameService) -> None:
    trace = Trace()
    async with runtime():
        for batch in range(2):
            hung = [connect(80, f"hung{number + 30 * batch}.test") for number in range(30)]
            await until(lambda: lookup_statistics().running == 30)
            for client in hung:
                client.destroy()
            await until(lambda: lookup_statistics().running == 0)
        assert lookup_statistics().hanging == 60
        server = createServer(lambda peer: peer.end()).listen(0, "good.test")

        def start() -> None:
            client = connect(port_of(server), "good.test")
            trace.watch(client, EVENTS).resume()
            client.on("close", lambda _: server.close())

        server.on("listening", start)
    # It has ended, though all of them hang.
    assert lookup_statistics().hanging == 60
    assert trace[0] == "lookup None '127.0.0.1' 4 'good.test'"
    assert trace[-1] == "close False"


@pytest.mark.parametrize("again", [False, True])
async def test_a_closed_server_holds_neither(service: NameService, again: bool) -> None:
    trace = Trace()
    async with runtime():
        server = trace.watch(createServer(), EVENTS).listen(0, "hung.test")
        await until(lambda: lookup_statistics().running == 1)
        if again:
            server.listen(0, "good.test")
            server.on("listening", lambda: setImmediate(server.close))
        else:
            server.close()
    assert trace == (["listening", "close"] if again else ["close"])
    assert lookup_statistics().hanging == 1


async def test_one_address_is_an_event_of_a_destroyed_socket_too(service: NameService) -> None:
    trace = Trace()
    async with runtime():
        client = trace.watch(Socket(), EVENTS)
        client.connect(port=1, host="hung.test", family=4)
        await until(lambda: lookup_statistics().running == 1)
        client.on("close", lambda _: service.release.set())
        client.destroy()
    assert trace == ["close False", "lookup None '127.0.0.1' 4 'hung.test'"]


@pytest.mark.parametrize(
    "options", [{"family": 4}, {"family": 6}, {"autoSelectFamily": False}, {}], ids=str
)
async def test_any_look_up_is_given_up_where_none_listens_for_it(
    options: dict[str, Any], service: NameService
) -> None:
    async with runtime():
        client = connect({"port": 1, "host": "hung.test", **options})
        client.on("close", lambda _: None)
        await until(lambda: lookup_statistics().running == 1)
        client.destroy()
    # It has ended, though the name hangs.
    assert lookup_statistics().hanging == 1


@pytest.mark.parametrize("family", [0, 4])
async def test_a_look_up_by_a_coroutine_is_given_up_too(family: int) -> None:
    cancelled = anyio.Event()

    async def lookup(*_: object) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            cancelled.set()

    async with runtime():
        client = connect(port=1, host="a.test", family=family, lookup=lookup)
        setImmediate(client.destroy)
    assert cancelled.is_set()


@pytest.mark.parametrize("family", [0, 4])
async def test_a_coroutine_that_has_answered_may_go_on(family: int) -> None:
    """Its socket is destroyed by the answer, and by what follows."""
    saved = anyio.Event()

    async def lookup(_host: str, options: Any, callback: Callable[..., object]) -> None:
        address = {"address": "127.0.0.1", "family": 4}
        callback(None, *([[address]] if options.get("all") else address.values()))
        await anyio.wait_all_tasks_blocked()
        saved.set()

    async with runtime():
        client = connect(port=1, host="a.test", family=family, lookup=lookup)
        client.on("lookup", lambda *_: client.destroy())
    assert saved.is_set()


async def test_localhost_waits_for_no_other_name(service: NameService) -> None:
    async with runtime():
        hung = [connect(80, f"hung{number}.test") for number in range(MAX_RUNNING + 1)]
        await until(lambda: lookup_statistics().waiting == 1)
        server = createServer(lambda peer: peer.end()).listen(0, "localhost")

        def start() -> None:
            client = connect(port_of(server))
            client.resume()
            client.on("close", finish)

        def finish(*_: Any) -> None:
            server.close()
            for each in hung:
                each.destroy()

        server.on("listening", start)
    assert service.asked.count("localhost") == 2


async def test_too_many_hang(service: NameService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anynet._transport.sockets.lookup_threads.MAX_HANGING", 0)
    trace = Trace()
    async with runtime():
        trace.watch(connect(80, "good.test"), EVENTS)
        trace.watch(createServer(), EVENTS).listen(0, "good.test")
    assert sorted(trace) == [
        "close True",
        "error EAI_AGAIN",
        "error EAI_AGAIN",
        "lookup EAI_AGAIN None None 'good.test'",
    ]


async def test_an_error_has_the_code_of_node(service: NameService) -> None:
    service.answers["bad.test"] = socket.gaierror(socket.EAI_FAIL, "broken")
    trace = Trace()
    async with runtime():
        trace.watch(connect(80, "bad.test"), EVENTS)
    assert trace == ["lookup EAI_FAIL None None 'bad.test'", "error EAI_FAIL", "close True"]
