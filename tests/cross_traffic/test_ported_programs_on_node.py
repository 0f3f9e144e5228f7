"""What the ported programs are to print is what their JavaScript prints on a real Node."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from tests.examples.ported_programs import command_of, forwarder_trace, redis_trace, socks5_trace
from tests.examples.ported_traces import FORWARDER, REDIS_CLIENT, SOCKS5_SERVER

on_node = partial(command_of, runtime="node", node=os.environ["CONFORMANCE_NODE"])


def test_redis_client(tmp_path: Path) -> None:
    assert redis_trace(on_node("redis_client"), tmp_path) == REDIS_CLIENT


def test_socks5_server() -> None:
    assert socks5_trace(on_node("socks5_server")) == SOCKS5_SERVER


def test_forwarder() -> None:
    assert forwarder_trace(on_node("forwarder")) == FORWARDER
