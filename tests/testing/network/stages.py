"""Where a scenario is played: on real sockets, or on a simulated network."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import anyio

import anynet
from anynet.testing import Network, NetworkHost

Scenario = Callable[["Stage"], Awaitable[list[Any]]]


class Stage(Protocol):
    """A place with servers and their clients."""

    #: Where the servers listen.
    host: str

    def serve(self, handler: Any = None, **options: Any) -> anynet.Server:
        """A server, to be entered."""

    def connect(self, server: anynet.Server, **options: Any) -> anynet.Connecting:
        """A connection to it."""

    def connect_to(self, port: int) -> anynet.Connecting:
        """A connection to any port there."""


class RealStage:
    """The loopback of this machine."""

    host = "127.0.0.1"

    def serve(self, handler: Any = None, **options: Any) -> anynet.Server:
        return anynet.create_server(handler, host=self.host, **options)

    def connect(self, server: anynet.Server, **options: Any) -> anynet.Connecting:
        return anynet.connect(self.host, server.port, **options)

    def connect_to(self, port: int) -> anynet.Connecting:
        return anynet.connect(self.host, port)


class SimulatedStage:
    """Two hosts of a simulated network."""

    host = "server"

    def __init__(self, client: NetworkHost, server: NetworkHost) -> None:
        self._client = client
        self._server = server

    def serve(self, handler: Any = None, **options: Any) -> anynet.Server:
        return self._server.create_server(handler, host=self.host, **options)

    def connect(self, server: anynet.Server, **options: Any) -> anynet.Connecting:
        return self._client.connect(self._server.addresses[0], server.port, **options)

    def connect_to(self, port: int) -> anynet.Connecting:
        return self._client.connect(self._server.addresses[0], port)


def on_real_sockets(scenario: Scenario, backend: str) -> list[Any]:
    """What a scenario tells of real sockets."""

    async def main() -> list[Any]:
        with anyio.fail_after(60):
            return await scenario(RealStage())

    return anyio.run(main, backend=backend)


def on_simulated_sockets(scenario: Scenario, backend: str, **conditions: Any) -> list[Any]:
    """The same of simulated ones."""
    network = Network(seed=1, **conditions)
    stage = SimulatedStage(network.host("client"), network.host("server"))
    return network.run(scenario, stage, backend=backend)


def outcome(error: BaseException) -> tuple[str, int | None]:
    """An error as what a program can tell of it."""
    return type(error).__name__, getattr(error, "errno", None)
