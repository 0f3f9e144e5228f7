"""Options that look misspelt."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from anynet import node as net
from anynet.node._errors.option_warning import OptionWarning, is_one_edit

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("noDelay", "nodelay"),
        ("port", "prt"),
        ("port", "ports"),
        ("port", "sport"),
        ("port", "prot"),
        ("backlog", "backolg"),
        ("", "a"),
    ],
)
def test_one_edit(one: str, other: str) -> None:
    assert is_one_edit(one, other)
    assert is_one_edit(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("port", "port"),
        ("port", "pots_"),
        ("port", "trop"),
        ("port", "po"),
        ("keepAlive", "keep_alive"),
        ("", "ab"),
        ("abcd", "badc"),
    ],
)
def test_not_one_edit(one: str, other: str) -> None:
    assert not is_one_edit(one, other)
    assert not is_one_edit(other, one)


# A type checker would have found it.
SOCKET: Any = net.Socket
CREATE_SERVER: Any = net.createServer
CALLS: list[tuple[Callable[..., Any], str, str]] = [
    (lambda **options: net.Socket(options), "allowHalfopen", "allowHalfOpen"),
    (
        lambda alowHalfOpen: SOCKET(alowHalfOpen=alowHalfOpen),
        "alowHalfOpen",
        "allowHalfOpen",
    ),
    (lambda **options: net.createServer(options), "pauseonConnect", "pauseOnConnect"),
    (lambda noDelya: CREATE_SERVER(noDelya=noDelya), "noDelya", "noDelay"),
    (lambda **options: net.Server(options), "keepalive", "keepAlive"),
    (lambda **options: net.createServer().listen({"port": 0, **options}), "hosts", "host"),
    (lambda **options: net.createServer().listen(port=0, **options), "backlogs", "backlog"),
    (lambda **options: net.connect({"path": "x", **options}), "nodelay", "noDelay"),
    (lambda **options: net.connect(path="x", **options), "timeuot", "timeout"),
    (lambda **options: net.Socket().connect({"path": "x", **options}), "localport", "localPort"),
]


@pytest.mark.parametrize(("call", "option", "meant"), CALLS)
async def test_a_misspelt_option_warns_at_the_line_of_the_caller(
    call: Callable[..., Any], option: str, meant: str
) -> None:
    async with net.runtime():
        with pytest.warns(OptionWarning) as caught:
            made = call(**{option: 1})
        made.on("error", lambda: None)
        made.close() if isinstance(made, net.Server) else made.destroy()
    (warning,) = caught
    assert isinstance(warning.message, OptionWarning)
    assert (warning.message.option, warning.message.meant) == (option, meant)
    assert option in str(warning.message)
    assert meant in str(warning.message)
    assert warning.filename == __file__
    assert warning.lineno == call.__code__.co_firstlineno


@pytest.mark.parametrize(
    "options",
    [
        {"host": "127.0.0.1", "hosts": 1},  # What it looks like is given.
        {"hostname": "x", "cert": b"", "headers": {}},  # Node's own, of other modules.
        {"id": 1, "color": "red"},  # Not near to anything.
        {"hots": None},  # As good as absent.
        {1: 2},
    ],
)
async def test_no_warning(options: dict[Any, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        async with net.runtime():
            net.Socket(options).destroy()
            net.createServer(options)
            net.createServer().listen({"port": 0, **options}).close()
            net.connect({"path": "x", **options}).on("error", lambda: None).destroy()
