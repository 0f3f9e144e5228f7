"""Waiting for connections at one listener or at several, each in its turn."""

from __future__ import annotations

import errno
import os
import selectors
import socket
from pathlib import Path
from typing import Any

import anyio
import pytest

from anynet._transport.listening.listener import Listener
from anynet._transport.listening.listener_set import ListenerSet
from tests.transport.listeners import addresses, answers, open_descriptors, opened

pytestmark = pytest.mark.anyio


async def accept_one(listeners: ListenerSet) -> Any:
    while True:
        await listeners.wait()
        for listener in listeners.ready():
            try:
                sock, _ = listener.accept()
            except BlockingIOError:
                continue
            sock.close()
            return listener.address


async def test_waiting_for_one_is_on_its_own_descriptor() -> None:
    listeners = ListenerSet(await opened(host="127.0.0.1"))
    (listener,) = listeners.listeners
    assert listeners.fd == listener.fd
    for _ in range(3):
        with socket.create_connection(addresses([listener])[0]), anyio.fail_after(30):
            assert await accept_one(listeners) == listener.address
    listeners.close()


async def test_waiting_for_several(tmp_path: Path) -> None:
    before = open_descriptors()
    tcp = await opened(host="localhost")
    unix = await opened(path=tmp_path / "socket")
    listeners = ListenerSet([*tcp, *unix])
    assert listeners.fd not in [listener.fd for listener in listeners.listeners]
    for listener in (*tcp, *unix, *tcp):
        assert listeners.ready() == []
        with socket.socket(listener.sock.family) as client:
            client.connect(listener.sock.getsockname())
            with anyio.fail_after(30):
                assert await accept_one(listeners) == listener.address
    listeners.close()
    assert os.listdir(tmp_path) == []
    assert all(listener.closed for listener in (*tcp, *unix))
    assert open_descriptors() == before


@pytest.mark.parametrize("count", [1, 2])
async def test_a_task_that_waits_is_woken_by_a_connection(count: int) -> None:
    listeners = ListenerSet(await opened(host=["127.0.0.1", "::1"][:count]))
    last = listeners.listeners[-1]
    accepted: list[Any] = []

    async def accept() -> None:
        accepted.append(await accept_one(listeners))

    with anyio.fail_after(30):
        async with anyio.create_task_group() as nursery:
            nursery.start_soon(accept)
            await anyio.wait_all_tasks_blocked()
            assert accepted == []
            assert answers(*addresses([last])[0])
    assert accepted == [last.address]
    listeners.close()


@pytest.mark.parametrize("count", [1, 2])
async def test_the_close_wakes_the_task_that_waits(count: int) -> None:
    listeners = ListenerSet(await opened(host=["127.0.0.1", "::1"][:count]))
    errors: list[Exception] = []

    async def wait() -> None:
        try:
            await listeners.wait()
        except anyio.ClosedResourceError as error:
            errors.append(error)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as nursery:
            nursery.start_soon(wait)
            await anyio.wait_all_tasks_blocked()
            listeners.close()
            listeners.close()
    assert len(errors) == 1
    with pytest.raises(anyio.ClosedResourceError):
        await listeners.wait()
    (late,) = await opened(host="127.0.0.1")
    with pytest.raises(anyio.ClosedResourceError):
        listeners.add(late)
    late.close()


async def test_a_listener_added_while_a_task_waits() -> None:
    listeners = ListenerSet(await opened(host="127.0.0.1"))
    send, receive = anyio.create_memory_object_stream[Any]()

    async def accept() -> None:
        with send:
            for _ in range(3):
                await send.send(await accept_one(listeners))

    with anyio.fail_after(30), receive:
        async with anyio.create_task_group() as nursery:
            nursery.start_soon(accept)
            for host in ("::1", "127.0.0.2"):
                await anyio.wait_all_tasks_blocked()
                (added,) = await opened(host=host)
                listeners.add(added)
                assert answers(*addresses([added])[0])
                assert await receive.receive() == added.address
            first = listeners.listeners[0]
            assert answers(*addresses([first])[0])
            assert await receive.receive() == first.address
    listeners.close()


async def test_a_cancelled_wait_loses_nothing() -> None:
    listeners = ListenerSet(await opened(host="localhost"))
    with anyio.move_on_after(0.01) as scope:
        await listeners.wait()
    assert scope.cancelled_caught
    assert answers(*addresses(listeners.listeners)[0])
    with anyio.fail_after(30):
        assert await accept_one(listeners) == listeners.listeners[0].address
    listeners.close()


@pytest.mark.parametrize("count", [1, 2])
async def test_connections_wait_while_nobody_does(count: int) -> None:
    listeners = ListenerSet(await opened(host=["127.0.0.1", "::1"][:count]))
    first = listeners.listeners[0]
    with anyio.fail_after(30):
        assert answers(*addresses([first])[0])
        await accept_one(listeners)
        assert answers(*addresses([first])[0])  # Nobody waits for this one yet.
        await anyio.wait_all_tasks_blocked()
        await accept_one(listeners)
    listeners.close()


async def test_each_listener_that_is_ready_has_its_turn() -> None:
    listeners = ListenerSet(await opened(host=["127.0.0.1", "127.0.0.2", "127.0.0.3"]))
    busy, _, quiet = listeners.listeners
    assert listeners.next_ready() is None
    clients = [socket.create_connection(addresses([busy])[0]) for _ in range(4)]

    def accept() -> Listener:
        listener = listeners.next_ready()
        assert listener is not None
        listener.accept()[0].close()
        return listener

    assert [accept(), accept()] == [busy, busy]
    clients.append(socket.create_connection(addresses([quiet])[0]))
    assert {accept(), accept()} == {busy, quiet}
    assert accept() is busy
    assert listeners.next_ready() is None
    for client in clients:
        client.close()
    listeners.close()


async def test_adding_when_there_is_no_descriptor_left(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = await opened(host="localhost")
    listeners = ListenerSet([first])

    def refuse() -> Any:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(selectors, "DefaultSelector", refuse)
        with pytest.raises(OSError, match="Too many open files"):
            listeners.add(second)
    assert listeners.listeners == [first]
    assert not second.closed
    with anyio.fail_after(30):
        assert answers(*addresses([first])[0])
        await accept_one(listeners)
        listeners.add(second)
        assert answers(*addresses([second])[0])
        await accept_one(listeners)
    listeners.close()


async def test_adding_when_the_kernel_watches_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(selectors.DefaultSelector):
        def register(self, *args: Any) -> Any:
            if self.get_map():
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().register(*args)

    first, second = await opened(host="localhost")
    listeners = ListenerSet([first])
    before = open_descriptors()
    with monkeypatch.context() as patch:
        patch.setattr(selectors, "DefaultSelector", Full)
        with pytest.raises(OSError, match="No space left on device"):
            listeners.add(second)
    assert listeners.listeners == [first]
    assert open_descriptors() == before
    second.close()
    with pytest.raises(anyio.ClosedResourceError):
        listeners.add(second)
    listeners.close()


async def test_waiting_for_none() -> None:
    listeners = ListenerSet([])
    with pytest.raises(ValueError, match="there is no listener to wait for"):
        await listeners.wait()
    assert listeners.ready() == []
    listeners.close()
