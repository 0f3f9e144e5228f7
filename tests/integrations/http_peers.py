"""A server for an ASGI application, and a client that says every byte itself."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio

import anynet
from anynet.integrations.asgi import Application, ApplicationHandler
from tests.core.server_peers import PATIENCE
from tests.support import client_of


@asynccontextmanager
async def server_of(
    app: Application, *, limits: dict[str, Any] | None = None, **options: Any
) -> AsyncIterator[anynet.Server]:
    """A server of ``app``, which knows no lifespan."""
    if "path" not in options:
        options = {"host": "127.0.0.1", "port": 0, **options}
    options = {"grace_period": 0, "tls_standard_compatible": False, **options}
    with anyio.fail_after(PATIENCE):
        async with ApplicationHandler(app, **{"lifespan": "off", **(limits or {})}) as handler:
            async with anynet.create_server(handler, **options) as server:
                yield server


async def all_of(sock: anynet.Socket) -> bytes:
    """What comes until the server ends the connection."""
    return b"".join([chunk async for chunk in sock])


async def answer_to(server: anynet.Server, data: bytes, *, end: bool = False) -> bytes:
    """All that the server answers to ``data``, until it ends the connection; dates left out."""
    async with client_of(server) as sock:
        await sock.send(data)
        if end:
            await sock.send_eof()
        return without_dates(await all_of(sock))


def without_dates(response: bytes) -> bytes:
    """A response whose time does not matter."""
    return re.sub(rb"date: [^\r]*GMT\r\n", b"", response)


async def respond(send: Any, body: bytes, status: int = 200, *headers: tuple[bytes, bytes]) -> None:
    """A whole response, with the length of its body."""
    fields = [(b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})


async def body_of(receive: Any) -> bytes:
    """The body of a request."""
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message["body"]
        if not message["more_body"]:
            break
    return body
