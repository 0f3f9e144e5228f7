"""ASGI applications over HTTP/1.1, as a handler of any server of anynet.

``async with ApplicationHandler(app) as handler: await anynet.serve(handler, port=8000)``: what a
server is and where it listens is said to anynet, what HTTP is and what strangers may do with it to
the handler. It needs h11.
"""

from __future__ import annotations

from anynet.integrations.asgi._exchange import ClientDisconnected
from anynet.integrations.asgi._handler import ApplicationHandler
from anynet.integrations.asgi._lifespan import LifespanFailed
from anynet.integrations.asgi._types import Application

__all__ = ["Application", "ApplicationHandler", "ClientDisconnected", "LifespanFailed"]
