"""The application that the servers of ASGI serve: a short answer."""

from __future__ import annotations

from typing import Any

BODY = b"hello, world\n"
_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(BODY))],
}


async def app(scope: Any, receive: Any, send: Any) -> None:
    await send(_START)
    await send({"type": "http.response.body", "body": BODY})
