"""What ``connect`` returns is no socket yet: forgetting to await it is said, and where."""

from __future__ import annotations

import gc
import inspect
import warnings
from typing import Any

import pytest

import anynet
from tests.support import client_of, echo

pytestmark = pytest.mark.anyio


def connect_and_forget() -> int:
    """Returns the line of the connect."""
    anynet.connect("example.org", 80)
    return _line() - 1


def _line() -> int:
    caller = inspect.stack()[1]
    return caller.lineno


@pytest.mark.parametrize("connect", [anynet.connect, anynet.create_connection])
def test_one_that_was_never_used_warns_where_it_was_made(connect: Any) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        kept = [connect(path="/run/x")]
        line = _line() - 1
        kept.clear()
        gc.collect()
    (warning,) = caught
    assert warning.category is RuntimeWarning
    assert str(warning.message) == "connect('/run/x') was never awaited, entered or iterated"
    assert (warning.filename, warning.lineno) == (__file__, line)


def test_the_statement_alone_warns_at_its_line() -> None:
    with pytest.warns(RuntimeWarning, match=r"connect\(example\.org:80\) was never") as caught:
        line = connect_and_forget()
    assert (caught[0].filename, caught[0].lineno) == (__file__, line)


async def test_one_that_was_used_in_any_way_does_not_warn() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        await (await client_of(server)).aclose()
        await (await client_of(server).connect()).aclose()
        async with client_of(server):
            pass
        async for socket in client_of(server):
            await socket.aclose()
            break
        with pytest.raises(anynet.ConnectRefused):
            await anynet.connect("127.0.0.1", 1)
        gc.collect()  # Warnings are errors.


@pytest.mark.parametrize("name", ["send", "receive", "aclose", "remote_address", "events"])
def test_what_a_socket_has_is_to_be_awaited_first(name: str) -> None:
    connecting = anynet.connect("example.org", 80)
    with pytest.raises(AttributeError, match=rf"'{name}' is of the socket.*example\.org:80.*await"):
        getattr(connecting, name)
    _use(connecting)


def test_what_a_socket_has_not_is_missed_as_ever() -> None:
    connecting = anynet.connect("example.org", 80)
    with pytest.raises(AttributeError, match="'Connecting' object has no attribute 'sned'"):
        connecting.sned  # type: ignore[attr-defined]  # noqa: B018
    assert not hasattr(connecting, "__deepcopy__")
    _use(connecting)


def _use(connecting: anynet.Connecting) -> None:
    connecting.__aiter__()
