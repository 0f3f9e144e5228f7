"""Options that look misspelt."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from anynet import node as net
from anynet.node import readline, stream, tls
from anynet.node._errors.option_warning import OptionWarning, is_one_edit, looks_like
from tests.conformance.identities import identity

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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("allowhalfopen", "allowHalfOpen"),
        ("HIGHWATERMARK", "highWaterMark"),
        ("allow_half_open", "allowHalfOpen"),
        ("FD", "fd"),
        ("hosts", "host"),
    ],
)
def test_what_looks_like_another(one: str, other: str) -> None:
    assert looks_like(one, other)


@pytest.mark.parametrize(("one", "other"), [("id", "fd"), ("allowhalfopn", "allowHalfOpen")])
def test_what_does_not(one: str, other: str) -> None:
    assert not looks_like(one, other)


# A type checker would have found it.
SOCKET: Any = net.Socket
CREATE_SERVER: Any = net.createServer
SERVER = {**identity("server")}


def a_stream() -> stream.Readable:
    return stream.Readable(read=lambda: None)


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
    # In capitals alone.
    (lambda **options: net.Socket(options), "allowhalfopen", "allowHalfOpen"),
    (lambda **options: net.createServer(options), "HighWatermark", "highWaterMark"),
    (lambda **options: net.createServer().listen({"port": 0, **options}), "ipv6only", "ipv6Only"),
    (
        lambda **options: net.connect({"path": "x", **options}),
        "AUTOSELECTFAMILY",
        "autoSelectFamily",
    ),
    # Of the neighbours.
    (lambda **options: tls.connect(1, options), "rejectUnauthorised", "rejectUnauthorized"),
    (lambda **options: tls.connect(1, **options), "ServerName", "servername"),
    (lambda **options: tls.connect({"path": "x", **options}), "nodelay", "noDelay"),
    (lambda **options: tls.connect({"path": "x"}, options), "minversion", "minVersion"),
    (lambda **options: tls.createServer({**SERVER, **options}), "requestcert", "requestCert"),
    (lambda **options: tls.createServer(SERVER, **options), "sigalg", "sigalgs"),
    (lambda **options: tls.Server({**SERVER, **options}), "allowhalfopen", "allowHalfOpen"),
    (lambda **options: tls.TLSSocket(None, options), "isserver", "isServer"),
    (lambda **options: tls.createSecureContext(options), "Ciphers", "ciphers"),
    (lambda **options: tls.createServer().setSecureContext(options), "pasphrase", "passphrase"),
    (lambda **options: tls.createServer().addContext("x", options), "maxversion", "maxVersion"),
    (lambda **options: stream.Readable(options), "highwatermark", "highWaterMark"),
    (lambda **options: stream.Readable(None, **options), "red", "read"),
    (lambda **options: stream.Writable(options), "objectmode", "objectMode"),
    (lambda **options: stream.Writable(options), "wirte", "write"),
    (lambda **options: stream.Duplex(options), "readableObjectmode", "readableObjectMode"),
    (lambda **options: stream.Transform(options), "transfrom", "transform"),
    (lambda **options: stream.PassThrough(options), "allowHalfopen", "allowHalfOpen"),
    (lambda **options: stream.Readable.from_([1], options), "objectMod", "objectMode"),
    (
        lambda **options: readline.createInterface({"input": a_stream(), **options}),
        "crlfdelay",
        "crlfDelay",
    ),
    (lambda **options: readline.createInterface(input=a_stream(), **options), "promt", "prompt"),
]


@pytest.mark.parametrize(("call", "option", "meant"), CALLS)
async def test_a_misspelt_option_warns_at_the_line_of_the_caller(
    call: Callable[..., Any], option: str, meant: str
) -> None:
    async with net.runtime():
        with pytest.warns(OptionWarning) as caught:
            made = call(**{option: 1})
        if isinstance(made, net.EventEmitter):
            made.on("error", lambda: None)
        if isinstance(made, net.Server | readline.Interface):
            made.close()
        elif isinstance(made, stream.Stream):
            made.destroy()
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


async def test_no_warning_of_options_that_node_knows_anywhere() -> None:
    """Programs hand one object of options from call to call, and to neighbours of ``net``."""
    names = """
        agent completer crlfDelay enableTrace escapeCodeTimeout headersTimeout history historySize
        hostname keepAliveTimeout prompt removeHistoryDuplicates requestCert tabSize terminal
    """
    options: dict[str, Any] = dict.fromkeys(names.split(), 0)
    options |= {"path": "x", "port": 0, "servername": "x", "prompt": "", "crlfDelay": 100}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        async with net.runtime():
            options["input"] = a_stream()
            net.Socket(options).destroy()
            net.createServer(options)
            net.createServer().listen(options).close()
            net.connect(options).on("error", lambda: None).destroy()
            tls.createServer({**SERVER, **options})
            tls.connect(options).on("error", lambda: None).destroy()
            tls.createSecureContext(options)
            tls.TLSSocket(None, options).destroy()
            for kind in (stream.Readable, stream.Writable, stream.Duplex, stream.Transform):
                kind(options).destroy()
            readline.createInterface(options).close()
