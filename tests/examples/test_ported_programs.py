"""Whole programs that were ported from Node print here what their JavaScript prints there.

On a real Node the same is asserted by tests/cross_traffic.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.ported_programs import command_of, forwarder_trace, redis_trace, socks5_trace
from tests.examples.ported_traces import FORWARDER, REDIS_CLIENT, SOCKS5_SERVER

BACKENDS = pytest.mark.parametrize("backend", ["trio", "asyncio"])


@BACKENDS
def test_redis_client(backend: str, tmp_path: Path) -> None:
    assert redis_trace(command_of("redis_client", backend), tmp_path) == REDIS_CLIENT


@BACKENDS
def test_socks5_server(backend: str) -> None:
    assert socks5_trace(command_of("socks5_server", backend)) == SOCKS5_SERVER


@BACKENDS
def test_forwarder(backend: str) -> None:
    assert forwarder_trace(command_of("forwarder", backend)) == FORWARDER
