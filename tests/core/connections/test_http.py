"""HTTP over ``anynet.Socket``, with h11 by hand."""

from __future__ import annotations

import ssl
from typing import Any

import anyio
import h11
import pytest
from anyio.streams.tls import TLSStream

import anynet
from tests.core.server_peers import PATIENCE
from tests.support import client_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]

BODY = bytes(range(256)) * 1000


# -- a small server -------------------------------------------------------------------------------


async def next_event(http: h11.Connection, sock: anynet.Socket) -> Any:
    while (event := http.next_event()) is h11.NEED_DATA:
        try:
            http.receive_data(await sock.receive())
        except anyio.EndOfStream:
            http.receive_data(b"")
    return event


async def serve_http(sock: anynet.Socket) -> None:
    """Answers GET /body and GET /slow; keeps the connection for the next request."""
    http = h11.Connection(h11.SERVER)
    while isinstance(request := await next_event(http, sock), h11.Request):
        while not isinstance(await next_event(http, sock), h11.EndOfMessage):
            pass
        if request.target == b"/slow":
            await anyio.sleep_forever()
        headers = [("Content-Length", str(len(BODY)))]
        head = http.send(h11.Response(status_code=200, headers=headers))
        await sock.send_many([head or b"", BODY])
        http.send(h11.Data(data=BODY))
        http.send(h11.EndOfMessage())
        if http.our_state is not h11.DONE:
            return
        http.start_next_cycle()


def http_server(**options: Any) -> anynet.Server:
    if "path" not in options:
        options |= {"host": "127.0.0.1", "port": 0}
    return anynet.create_server(
        serve_http, grace_period=0, tls_standard_compatible=False, **options
    )


# -- h11 by hand ----------------------------------------------------------------------------------


async def get(sock: anynet.Socket, target: str) -> tuple[int, bytes]:
    http = h11.Connection(h11.CLIENT)
    request = h11.Request(method="GET", target=target, headers=[("Host", "localhost")])
    await sock.send((http.send(request) or b"") + (http.send(h11.EndOfMessage()) or b""))
    status, body = 0, b""
    while not isinstance(event := await next_event(http, sock), h11.EndOfMessage):
        if isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += event.data
    return status, body


@pytest.mark.parametrize("tls", [False, True])
async def test_get_with_h11(
    tls: bool, server_context: ssl.SSLContext, client_context: ssl.SSLContext
) -> None:
    async with http_server(tls=server_context if tls else None) as server:
        async with client_of(server, tls=client_context if tls else False) as sock:
            for _ in range(2):
                with anyio.fail_after(PATIENCE):
                    assert await get(sock, "/body") == (200, BODY)
    assert server.statistics().peer_failures == 0


async def test_get_with_h11_over_a_tls_stream_of_anyio(
    server_context: ssl.SSLContext, client_context: ssl.SSLContext
) -> None:
    async with http_server(tls=server_context) as server:
        sock = await client_of(server)
        tls = await TLSStream.wrap(sock, hostname="127.0.0.1", ssl_context=client_context)
        async with anynet.Socket.from_stream(tls) as secured:
            with anyio.fail_after(PATIENCE):
                assert await get(secured, "/body") == (200, BODY)
        assert sock.closed
