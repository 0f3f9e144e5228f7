"""The scenarios: every face of anynet, by its public names alone, against plain peers.

They use nothing but what the documentation names, so that the same file runs on any version. Each
ends normally by itself and takes the same steps every time. What a scenario asserts holds in a calm
run; when it is cancelled or a system call fails, its errors are those of the system and of streams.
"""

from __future__ import annotations

import functools
import os
import socket
import ssl
import tempfile
from contextlib import aclosing
from typing import Any

import anyio
import trustme

import anynet
from anynet.cluster import Channel
from anynet.testing import Stage
from tests.sweep.messages import framed, unframed

HELLO, REPLY = framed(b"hello"), framed(b"a reply")
#: More than the buffers of the kernel hold, so that sending it takes several turns.
LONG = framed(bytes(300_000))
LOCAL: dict[str, Any] = {"host": "127.0.0.1", "port": 0}


@functools.cache
def tls_contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's and the client's."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    client = ssl.create_default_context()
    authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.ECDSA).configure_cert(server)
    authority.configure_trust(client)
    return server, client


async def message_of(stream: anynet.Socket) -> bytes:
    """The next message, and nothing may come along with it."""
    data = b""
    while not (whole := unframed(data))[0]:
        data += await stream.receive()
    assert not whole[1] and len(whole[0]) == 1
    return whole[0][0]


async def echo(connection: anynet.Socket) -> None:
    async for chunk in connection:
        await connection.send(chunk)


# -- the await face -------------------------------------------------------------------------------


async def happy_eyeballs(stage: Stage) -> None:
    """Of three addresses one refuses, one never answers, and the last one takes us."""
    listener = stage.listener()
    host, port = listener.address
    stage.full_listener("127.0.0.3", port)

    async def resolver(_host: str, _family: Any) -> list[str]:
        return ["127.0.0.2", "127.0.0.3", host]

    options: dict[str, Any] = {"attempt_delay": 0.01, "connect_timeout": 0.5}
    async with anynet.connect("far.example", port, resolver=resolver, **options) as connection:
        stage.act(lambda: listener.send(REPLY))
        assert await message_of(connection) == b"a reply"


async def client(stage: Stage) -> None:
    """A client that sends, receives in both ways, ends its side, and reads up to the end."""
    listener = stage.listener()
    async with anynet.connect(*listener.address, keep_alive=True) as connection:
        await connection.send(HELLO)
        stage.act(
            lambda: listener.send(REPLY),
            lambda: listener.send(REPLY),
            listener.send_eof,
        )
        assert await message_of(connection) == b"a reply"
        buffer = bytearray(100)
        count = await connection.receive_into(buffer)
        assert buffer[:count] == REPLY
        await connection.send_many([HELLO[:3], HELLO[3:], HELLO])
        await connection.send_eof()
        async for _ in connection:
            raise AssertionError
    await stage.until(lambda: listener.ended)
    assert listener.peer.messages == [b"hello"] * 3


async def server(stage: Stage) -> None:
    """A server with two clients, left when both have ended."""
    async with anynet.create_server(echo, **LOCAL) as serving:
        peers = [stage.client(serving.address), stage.client(serving.address)]
        for peer in peers:
            peer.send(HELLO)
            await stage.until(peer.answered)
        for peer in peers:
            stage.act(peer.send_eof)


async def places(stage: Stage) -> None:
    """A server that listens at two addresses, then on two paths, with a client at each."""
    options: dict[str, Any] = {"host": ["127.0.0.1", "127.0.0.2"], "port": 0}
    async with anynet.create_server(echo, **options) as serving:
        await serving.listen(path=[stage.path("socket"), stage.path("another")])
        for address in serving.addresses:
            peer = stage.client(address)
            peer.send(HELLO)
            await stage.until(peer.answered)
            stage.act(peer.send_eof)


async def long_message(stage: Stage) -> None:
    """A message that waits for its receiver, sent in one piece and in many."""
    listener = stage.listener(receive_buffer=20_000, reading=False)
    connecting = anynet.connect(*listener.address, send_buffer_size=20_000)
    async with connecting as connection:
        stage.act(listener.read_on)
        await connection.send(LONG)
        await connection.send_many([LONG[:1000], LONG[1000:]])
    await stage.until(lambda: listener.ended)
    assert len(listener.peer.messages) == 2


async def file(stage: Stage) -> None:
    """A message in a file, sent by sendfile."""
    listener = stage.listener(receive_buffer=20_000, reading=False)
    with tempfile.TemporaryFile() as source:
        source.write(LONG)
        source.flush()
        connecting = anynet.connect(*listener.address, send_buffer_size=20_000)
        async with connecting as connection:
            stage.act(listener.read_on)
            await connection.send_file(source)
    await stage.until(lambda: listener.ended)


async def unix(stage: Stage) -> None:
    """Over a Unix path: messages, and a descriptor along with one."""
    path = stage.path("socket")

    async def handler(connection: anynet.Socket) -> None:
        assert await message_of(connection) == b"hello"
        with open(os.devnull, "rb") as null:
            await connection.send_fds(b"null", [null.fileno()])

    async with anynet.create_server(handler, path=path, mode=0o600):
        async with anynet.connect(path=path) as connection:
            await connection.send(HELLO)
            message, fds = await connection.receive_fds(10, 1)
            assert message == b"null"
            os.close(fds[0])


async def stale_path(stage: Stage) -> None:
    """A Unix path that another server left behind is replaced."""
    async with anynet.create_server(echo, path=stage.stale_path("socket")) as serving:
        peer = stage.client(serving.address)
        peer.send(HELLO)
        stage.act(peer.send_eof)
        await stage.until(lambda: peer.end)


async def tls_client(stage: Stage) -> None:
    """A client over TLS."""
    server_context, client_context = tls_contexts()
    listener = stage.listener(tls=server_context)
    connecting = anynet.connect(*listener.address, tls=client_context)
    async with connecting as connection:
        await connection.send(HELLO)
        stage.act(lambda: listener.send(REPLY))
        assert await message_of(connection) == b"a reply"
    await stage.until(lambda: listener.ended)


async def tls_server(stage: Stage) -> None:
    """A server over TLS."""
    server_context, client_context = tls_contexts()
    async with anynet.create_server(echo, **LOCAL, tls=server_context) as serving:
        peer = stage.client(serving.address, tls=client_context)
        await stage.until(lambda: getattr(peer, "secured", False) or peer.end)
        if not peer.end:
            peer.send(HELLO)
        await stage.until(peer.answered)
        stage.act(peer.send_eof)


async def relaying(stage: Stage) -> None:
    """A proxy: the PROXY header of its client is read, and all else is relayed."""
    upstream = stage.listener()
    trusted = anynet.BlockList()
    trusted.add_address("127.0.0.1")

    async def handler(connection: anynet.Socket) -> None:
        async with anynet.connect(*upstream.address) as further:
            await anynet.relay(connection, further)

    async with anynet.create_server(
        handler,
        **LOCAL,
        proxy_protocol="require",
        proxy_trust=trusted,
        on_handler_error="raise",  # What fails upstream is a failure of the program's.
    ) as serving:
        peer = stage.client(serving.address)
        peer.send(b"PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\n" + HELLO[:5])
        stage.act(functools.partial(peer.send, HELLO[5:]))
        await stage.until(lambda: peer.end or (upstream.peers and upstream.peer.messages))
        stage.act(
            lambda: upstream.send(REPLY),
            upstream.send_eof,
            peer.send_eof,
        )
        await stage.until(lambda: peer.end)


async def limits(stage: Stage) -> None:
    """Of three clients one is blocked, one served, and one waits until that one has gone."""
    blocked = anynet.BlockList()
    blocked.add_address("127.0.0.9")
    options: dict[str, Any] = {**LOCAL, "block_list": blocked, "max_connections": 1}
    async with anynet.create_server(echo, **options) as serving:
        stage.client(serving.address, local=("127.0.0.9", 0))
        peers = [stage.client(serving.address), stage.client(serving.address)]
        for peer in peers:
            peer.send(HELLO)
        await stage.until(peers[0].answered)
        stage.act(*(peer.send_eof for peer in peers))
        await stage.until(lambda: peers[1].end)


async def shutdown(stage: Stage) -> None:
    """A server that is shut down while a handler waits and another does not heed it."""

    async def handler(connection: anynet.Socket) -> None:
        await connection.wait_peer_closed()

    async with anynet.create_server(handler, **LOCAL, cancel_on_disconnect=True) as serving:
        peers = [stage.client(serving.address) for _ in range(2)]
        peers[0].send(HELLO)
        await stage.until(lambda: len(serving.connections) == 2 or any(peer.end for peer in peers))
        report = await serving.shutdown(grace=0.01)
        assert len(report.connections) == 2 or any(peer.end for peer in peers)
    await stage.until(lambda: all(peer.end for peer in peers))


async def lingering(stage: Stage) -> None:
    """A close that waits for the end of a peer who has more to say."""
    listener = stage.listener()
    connection = await anynet.connect(*listener.address)
    try:
        await connection.send(HELLO)
    finally:
        stage.act(lambda: listener.send(REPLY), listener.send_eof)
        await connection.aclose(linger=5)
    await stage.until(lambda: listener.ended)


async def idling(stage: Stage) -> None:
    """A client that says nothing is left by its server."""
    async with anynet.create_server(echo, **LOCAL, idle_timeout=0.01) as serving:
        peer = stage.client(serving.address)
        await stage.until(lambda: peer.end)


async def time_limits(stage: Stage) -> None:
    """A server resets a client that says nothing while it waits for it."""
    async with anynet.create_server(echo, **LOCAL, receive_timeout=0.01) as serving:
        peer = stage.client(serving.address)
        await stage.until(lambda: peer.end)


async def outbox(stage: Stage) -> None:
    """Messages for a receiver that lets them wait; leaving the block sends the rest."""
    listener = stage.listener(receive_buffer=20_000, reading=False)
    connecting = anynet.connect(*listener.address, send_buffer_size=20_000)
    async with connecting as connection:
        stage.act(listener.read_on)
        async with anynet.Outbox(connection, max_bytes=len(LONG)) as messages:
            await messages.put(LONG)
            await messages.put(HELLO)
            messages.put_nowait(HELLO)
    await stage.until(lambda: listener.ended)
    assert len(listener.peer.messages) == 3


async def reconnecting(stage: Stage) -> None:
    """A client that connects again when its connection ends."""
    listener = stage.listener()
    connections = anynet.connect(*listener.address, backoff=0.001)
    seen = 0
    async for connection in connections:
        async with connection:
            await connection.send(HELLO)
            stage.act(listener.close_latest)
            try:
                await connection.receive()
            except (anyio.EndOfStream, anyio.BrokenResourceError):
                seen += 1
        if seen == 2:
            break


# -- the events face ------------------------------------------------------------------------------


async def socket_events(stage: Stage) -> None:
    """All events of a client, up to its close."""
    listener = stage.listener()
    kinds = []
    async with anynet.connect(*listener.address) as connection:
        await connection.send(HELLO)
        stage.act(lambda: listener.send(REPLY), listener.send_eof)
        async for event in connection.events():
            kinds.append(type(event).__name__)
            if isinstance(event, anynet.End):
                await connection.send_eof()
    assert kinds[-3:] == ["Data", "End", "Close"] or kinds[-2:] == ["Error", "Close"]


async def tls_events(stage: Stage) -> None:
    """All events of a client over TLS, whose reading needs a task, and what it writes meanwhile."""
    server_context, client_context = tls_contexts()
    listener = stage.listener(tls=server_context)
    kinds = []
    async with anynet.connect(*listener.address, tls=client_context) as connection:
        async with connection.events() as events:
            await connection.send(HELLO)
            stage.act(lambda: listener.send(REPLY), listener.send_eof)
            async for event in events:
                kinds.append(type(event).__name__)
                if isinstance(event, anynet.End):
                    await connection.aclose()
    assert kinds[-3:] == ["Data", "End", "Close"] or kinds[-2:] == ["Error", "Close"]


async def server_events(stage: Stage) -> None:
    """All events of a server, whose connections come with them."""
    kinds = []
    async with anynet.create_server(**LOCAL) as serving:
        peer = stage.client(serving.address)
        peer.send(HELLO)
        stage.when(lambda: peer.end, serving.close)
        async for event in serving.events():
            kinds.append(type(event).__name__)
            if isinstance(event, anynet.Connection):
                async with event.socket as connection, connection.events() as events:
                    data = await anext(events)
                    if isinstance(data, anynet.Data):
                        await connection.send(data.data)
    assert kinds in (["Listening", "Connection", "Close"], ["Listening", "Close"])


# -- the cluster's messages -----------------------------------------------------------------------


async def channel(stage: Stage) -> None:
    """Two ends of a channel: a message, and a connection that moves from one to the other."""
    listener = stage.listener()
    one, other = socket.socketpair()
    with one, other:
        async with (
            aclosing(Channel.from_fd(one)) as here,
            aclosing(Channel.from_fd(other)) as there,
        ):
            await here.send({"number": 1})
            assert await there.receive() == ({"number": 1}, None)
            async with anynet.connect(*listener.address) as moving:
                await here.send("take it", moving)
            message, connection = await there.receive()
            assert message == "take it" and isinstance(connection, anynet.Socket)
            async with connection:
                await connection.send(HELLO)
    await stage.until(lambda: listener.ended)
