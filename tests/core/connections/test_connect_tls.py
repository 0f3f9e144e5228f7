"""``connect`` with TLS: whom it trusts, what ends the handshake, and how long it may take."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
import trustme
from trio.testing import MockClock

import anynet
from tests.core.server_peers import answer
from tests.support import client_of, echo, in_thread

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]


def local_server(**options: Any) -> anynet.Server:
    if "path" not in options:
        options |= {"host": "127.0.0.1", "port": 0}
    return anynet.create_server(echo, **options)


def port_of(server: anynet.Server) -> int:
    assert isinstance(server.address, anynet.SocketAddress)
    return server.address.port


@pytest.fixture
def mute_server() -> Iterator[socket.socket]:
    """A listener that completes connections and then says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


async def test_the_timeout_includes_the_tls_handshake(
    mute_server: socket.socket, client_context: ssl.SSLContext
) -> None:
    with pytest.raises(anynet.ConnectTimeout, match=r"0\.1 seconds") as caught:
        await anynet.connect(
            "127.0.0.1", mute_server.getsockname()[1], tls=client_context, connect_timeout=0.1
        )
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.errno == errno.ETIMEDOUT
    timeline = caught.value.timeline
    assert timeline is not None
    assert [attempt.error for attempt in timeline.attempts] == [None]


@pytest.mark.parametrize("anyio_backend", [("trio", {"clock": MockClock(autojump_threshold=0)})])
async def test_the_timeline_of_a_handshake_that_took_too_long(
    mute_server: socket.socket, client_context: ssl.SSLContext
) -> None:
    with pytest.raises(anynet.ConnectTimeout) as caught:
        await anynet.connect(
            "127.0.0.1", mute_server.getsockname()[1], tls=client_context, connect_timeout=30
        )
    assert caught.value.timeline is not None
    assert caught.value.timeline.elapsed == pytest.approx(30)


async def test_cancelling_the_tls_handshake_closes(
    mute_server: socket.socket, client_context: ssl.SSLContext
) -> None:
    with anyio.move_on_after(0.05) as scope:
        await anynet.connect("127.0.0.1", mute_server.getsockname()[1], tls=client_context)
    assert scope.cancelled_caught
    accepted, _ = mute_server.accept()
    with accepted, pytest.raises(ConnectionResetError):
        accepted.settimeout(5)
        while accepted.recv(65536):
            pass


async def test_a_server_that_ends_the_handshake(client_context: ssl.SSLContext) -> None:
    async def hang_up(sock: anynet.Socket) -> None:
        await sock.receive()

    async with anynet.create_server(hang_up, host="127.0.0.1", port=0) as server:
        with pytest.raises(anynet.ConnectError, match="handshake") as caught:
            await client_of(server, tls=client_context)
        timeline = caught.value.timeline
        assert timeline is not None
        assert [attempt.address for attempt in timeline.attempts] == [server.address]
        assert caught.value.__cause__ is not None


async def test_a_server_that_resets_the_handshake(client_context: ssl.SSLContext) -> None:
    async def reset(sock: anynet.Socket) -> None:
        await sock.receive()
        sock.reset()

    async with anynet.create_server(reset, host="127.0.0.1", port=0) as server:
        with pytest.raises(anynet.ConnectError, match="handshake") as caught:
            await client_of(server, tls=client_context)
        assert caught.value.errno == errno.ECONNRESET
        assert caught.value.timeline is not None


async def test_a_server_that_does_not_speak_tls(client_context: ssl.SSLContext) -> None:
    async def speak_plainly(sock: anynet.Socket) -> None:
        await sock.send(b"220 welcome\r\n" * 10)
        await sock.aclose(linger=5)

    async with anynet.create_server(speak_plainly, host="127.0.0.1", port=0) as server:
        with pytest.raises(anynet.TLSHandshakeError, match="wrong version number") as caught:
            await client_of(server, tls=client_context)
        error = caught.value
        assert isinstance(error, ssl.SSLError)
        assert not isinstance(error, (anynet.ConnectError, anynet.TLSCertificateError))
        assert str(error).startswith(f"the TLS handshake with {server.address} failed: ")
        assert (error.target, error.address) == (str(server.address), server.address)
        assert (error.library, error.reason) == ("SSL", "WRONG_VERSION_NUMBER")
        assert [attempt.address for attempt in error.timeline.attempts] == [server.address]
        assert isinstance(error.__cause__, ssl.SSLError)


async def test_every_failure_of_a_handshake_names_its_target(
    client_context: ssl.SSLContext, mute_server: socket.socket
) -> None:
    async def end(sock: anynet.Socket) -> None:
        await sock.receive()

    async def reset(sock: anynet.Socket) -> None:
        await sock.receive()
        sock.reset()

    for handler, reason in ((end, "it closed the connection"), (reset, "Connection reset by peer")):
        async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
            with pytest.raises(anynet.ConnectError) as caught:
                await anynet.connect("localhost", server.port, tls=client_context, family="ipv4")
        target = f"localhost:{server.port}"
        assert caught.value.target == target
        assert f"the peer ended the TLS handshake with {target}: {reason}" in str(caught.value)
    port = mute_server.getsockname()[1]
    with pytest.raises(anynet.ConnectTimeout, match=rf"handshake with 127\.0\.0\.1:{port} within"):
        await anynet.connect("127.0.0.1", port, tls=client_context, connect_timeout=0.05)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
async def test_tls_with_an_authority_of_ones_own(
    name: str, server_context: ssl.SSLContext, client_context: ssl.SSLContext
) -> None:
    async with (
        local_server(tls=server_context) as server,
        anynet.connect(name, port_of(server), tls=client_context) as sock,
    ):
        assert await answer(sock) == b"hello"
        assert sock.remote_address == server.address
        with pytest.raises(NotImplementedError):
            await sock.send_eof()


async def test_tls_true_trusts_what_the_system_trusts(server_context: ssl.SSLContext) -> None:
    async with local_server(tls=server_context) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            await client_of(server, tls=True)


async def test_tls_for_a_wrong_name(
    server_context: ssl.SSLContext, client_context: ssl.SSLContext
) -> None:
    async with local_server(tls=server_context) as server:
        with pytest.raises(anynet.TLSCertificateError, match="wrong.example") as caught:
            await client_of(server, tls=client_context, server_hostname="wrong.example")
        error = caught.value
        assert isinstance(error, ssl.SSLCertVerificationError)
        assert str(error).startswith(f"the TLS handshake with {server.address} failed: ")
        assert (error.reason, error.verify_code) == ("CERTIFICATE_VERIFY_FAILED", 62)
        assert error.verify_message.startswith("Hostname mismatch")
        assert error.target == str(server.address)
        async with client_of(server, tls=client_context, server_hostname="localhost") as sock:
            assert await answer(sock) == b"hello"
    assert server.statistics().tls_failures == 1
    assert server.statistics().peer_failures == 0


async def test_tls_over_a_unix_path(
    tmp_path: Path, server_context: ssl.SSLContext, client_context: ssl.SSLContext
) -> None:
    path = tmp_path / "tls.sock"
    async with (
        local_server(path=path, tls=server_context),
        anynet.connect(path=path, tls=client_context) as sock,
    ):
        assert await answer(sock) == b"hello"


async def test_the_default_context_is_made_once_for_each_place_of_authorities(
    authority: trustme.CA,
    server_context: ssl.SSLContext,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[ssl.SSLContext] = []
    create = ssl.create_default_context

    def counting(*args: Any, **options: Any) -> ssl.SSLContext:
        made.append(create(*args, **options))
        return made[-1]

    monkeypatch.setattr(ssl, "create_default_context", counting)
    async with local_server(tls=server_context) as server:
        for name in ("one", "another"):
            authority.cert_pem.write_to_path(tmp_path / name)
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / name))
            for _ in range(3):
                async with client_of(server, tls=True) as client:
                    assert await answer(client) == b"hello"
    assert len(made) == 2


async def test_what_tls_broke_later_has_its_reason(
    authority: trustme.CA, client_context: ssl.SSLContext
) -> None:
    """In TLS 1.3 a server refuses the client's certificate once the handshake is over for it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)

    def refuse(listener: socket.socket) -> None:
        accepted, _ = listener.accept()
        with accepted, pytest.raises(ssl.SSLError, match="did not return a certificate"):
            context.wrap_socket(accepted, server_side=True)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(in_thread, refuse, listener)
            async with anynet.connect(*listener.getsockname(), tls=client_context) as client:
                with pytest.raises(anynet.ConnectionBroken, match="certificate required") as caught:
                    await client.receive()
    assert caught.value.reason == "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    assert caught.value.errno == errno.EPROTO


async def test_a_connection_that_is_cut_off_below_tls_says_so(
    server_context: ssl.SSLContext, client_context: ssl.SSLContext
) -> None:
    async def cut(sock: anynet.Socket) -> None:
        sock.reset()

    text = r"the connection is broken: \w+"
    async with anynet.create_server(cut, host="127.0.0.1", port=0, tls=server_context) as server:
        async with client_of(server, tls=client_context) as client:
            with pytest.raises(anynet.ConnectionBroken, match=text) as caught:
                await client.receive()
    assert caught.value.reason is None
