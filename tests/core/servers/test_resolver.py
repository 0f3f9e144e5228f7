"""The option ``resolver``, of servers and of ``connect``: a program's own names."""

from __future__ import annotations

import socket
from typing import Any

import anyio
import pytest

import anynet
from tests.support import client_of, echo

pytestmark = pytest.mark.anyio

NAMES = {"four.test": ["127.0.0.2"], "both.test": ["127.0.0.1", "::1"]}


async def names(host: str, family: anynet.Family | None) -> list[str]:
    """A few names of our own; the others are the system's."""
    await anyio.lowlevel.checkpoint()
    return NAMES[host] if host in NAMES else await anynet.resolve(host, family)


def hosts_of(server: anynet.Server) -> list[str]:
    return [str(address).rpartition(":")[0] for address in server.addresses]


async def test_a_server_listens_where_its_resolver_says() -> None:
    hosts = ["both.test", "four.test", "127.0.0.3"]
    async with anynet.create_server(echo, host=hosts, port=0, resolver=names) as server:
        assert hosts_of(server) == ["127.0.0.1", "[::1]", "127.0.0.2", "127.0.0.3"]
        async with client_of(server) as client:
            await client.send(b"hello")
            assert await client.receive() == b"hello"


async def test_further_places_have_a_resolver_of_their_own() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        (address,) = await server.listen(host="four.test", port=0, resolver=names)
        assert str(address).startswith("127.0.0.2:")


async def test_serve_has_it_too() -> None:
    async with anyio.create_task_group() as tasks:
        server = await tasks.start(
            lambda task_status: anynet.serve(
                echo, host="four.test", port=0, resolver=names, task_status=task_status
            )
        )
        assert hosts_of(server) == ["127.0.0.2"]
        tasks.cancel_scope.cancel()


async def test_a_connect_asks_it() -> None:
    async with anynet.create_server(echo, host="127.0.0.2", port=0) as server:
        port = server.addresses[0].port  # type: ignore[union-attr]
        async with anynet.connect("four.test", port, resolver=names) as client:
            assert client.remote_address == server.address


async def test_it_is_asked_for_names_alone() -> None:
    async def never(host: str, family: object) -> list[str]:
        raise AssertionError(host)

    for host in ("localhost", "a.localhost", "127.0.0.1"):
        async with anynet.create_server(echo, host=host, port=0, resolver=never) as server:
            port = server.addresses[0].port  # type: ignore[union-attr]
            async with anynet.connect(host, port, resolver=never):
                pass


async def test_the_system_resolver_is_one() -> None:
    for resolver in (None, anynet.resolve):
        with pytest.raises(socket.gaierror, match=r"cannot listen on 'a\.\.b': "):
            async with anynet.create_server(host="a..b", resolver=resolver):
                pass
        with pytest.raises(anynet.ConnectError, match=r"cannot connect to a\.\.b:1: ") as failed:
            await anynet.connect("a..b", 1, resolver=resolver)
        assert isinstance(failed.value.__cause__, socket.gaierror)


async def listen_with(resolver: Any) -> None:
    async with anynet.create_server(host="name.test", resolver=resolver):
        raise AssertionError("it listens")


async def connect_with(resolver: Any) -> None:
    await anynet.connect("name.test", 1, resolver=resolver)


async def test_an_error_of_the_system_that_it_raises() -> None:
    async def unknown(host: str, family: object) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "nobody knows it")

    with pytest.raises(
        socket.gaierror, match="cannot listen on 'name.test': nobody knows it"
    ) as caught:
        await listen_with(unknown)
    assert caught.value.errno == socket.EAI_NONAME
    with pytest.raises(
        anynet.ConnectError, match="cannot connect to name.test:1: nobody knows it"
    ) as failed:
        await connect_with(unknown)
    assert failed.value.errno == socket.EAI_NONAME


@pytest.mark.parametrize("use", [listen_with, connect_with])
async def test_any_other_error_leaves_as_it_is(use: Any) -> None:
    async def broken(host: str, family: object) -> list[str]:
        raise KeyError(host)

    with pytest.raises(KeyError, match=r"name\.test"):
        await use(broken)


@pytest.mark.parametrize("use", [listen_with, connect_with])
@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        ("127.0.0.1", TypeError, "resolver must return an iterable of addresses, not '127.0.0.1'"),
        ([5], TypeError, "resolver must return addresses as strings, not 5"),
        (["name"], ValueError, "resolver must return IP addresses, not 'name'"),
        ([], OSError, "'name.test' has no address"),
    ],
)
async def test_answers_that_are_none(
    use: Any, answer: Any, error: type[Exception], message: str
) -> None:
    async def resolver(host: str, family: object) -> Any:
        return answer

    with pytest.raises(error, match=message):
        await use(resolver)


@pytest.mark.parametrize("use", [listen_with, connect_with])
async def test_it_must_be_async(use: Any) -> None:
    with pytest.raises(TypeError, match="resolver must be an async function, but it returned"):
        await use(lambda host, family: ["127.0.0.1"])


async def test_options_that_make_no_sense() -> None:
    with pytest.raises(TypeError, match="resolver must be callable, not 5"):
        anynet.connect("name.test", 1, resolver=5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="resolver must be callable, not 5"):
        anynet.create_server(host="name.test", resolver=5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="resolver is for a host, and there is none"):
        anynet.create_server(port=0, resolver=names)
    with pytest.raises(ValueError, match="resolver and path exclude each other"):
        anynet.connect(path="/x", resolver=names)


async def test_cancelled_while_it_is_asked() -> None:
    asked = anyio.Event()
    ended: list[str] = []

    async def slow(host: str, family: object) -> list[str]:
        asked.set()
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(host)
        return []

    for use in (listen_with, connect_with):
        asked = anyio.Event()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(use, slow)
            await asked.wait()
            tasks.cancel_scope.cancel()
    assert ended == ["name.test", "name.test"]
